/**
 * `openRuntime`: the composition root. The only place where every layer is wired to the next.
 *
 * Opens from the inside out: store, bookkeeping, threads, actors, views, handlers. Whatever fails on the
 * way, everything opened before is closed again and one typed error is thrown.
 */

import { type ActorSystem, createActorSystem } from '../actors/actor-system.js'
import { failpoint } from '../base/failpoint.js'
import { createIdSource, type IdSource } from '../base/ids.js'
import type { AnyActor } from '../define/actor.js'
import type { AppDefinition } from '../define/app.js'
import type { HandlerDefinition } from '../define/handler.js'
import { UpcastTable } from '../events/upcasting.js'
import type { SagaMessageToSend } from '../sagas/message-to-send.js'
import { withSagaCommands } from '../sagas/saga-commands.js'
import { Sagas } from '../sagas/sagas.js'
import type { EventStoreOptions } from '../store/contracts.js'
import { HandlerLedger } from '../subscriptions/handler-ledger.js'
import { HandlerSubscription } from '../subscriptions/handler-subscription.js'
import { loadApp } from '../subscriptions/load-app.js'
import { silentMsOf } from '../subscriptions/pulse.js'
import type { AnswerOnHost } from '../subscriptions/remote-host.js'
import { SubscribedEvents } from '../subscriptions/subscribed-events.js'
import { View } from '../subscriptions/view.js'
import type { Due } from '../timers/due.js'
import { answersOf } from './answers.js'
import { Bus } from './bus.js'
import { FiredBefore } from './fired-before.js'
import { Forgetting } from './forgetting.js'
import { HandlerSends } from './handler-sends.js'
import { type HostProcess, thisProcess } from './host-process.js'
import { type ParsedRuntimeOptions, parseRuntimeOptions, type RuntimeOptions } from './options.js'
import { openPools, type Pools } from './pools.js'
import { Runtime } from './runtime.js'
import { Scheduling } from './scheduling.js'
import { openStorage, type Storage } from './storage.js'
import { sendCommandOf, sendMessageOf } from './timer-actions.js'

/** What a runtime stands on: a real disk and this process, or simulated ones. */
export interface RuntimeGround {
  openStorage(options: EventStoreOptions): Promise<Storage>
  readonly process: HostProcess
}

/**
 * Opens a runtime: loads the app, takes the data directory, starts the threads, and goes on where the
 * last one stopped.
 *
 * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
 * @throws {AppLoadError} DRAMATIS_APP_LOAD
 * @throws {StoreLockedError} DRAMATIS_STORE_LOCKED
 * @throws {FormatVersionError} DRAMATIS_FORMAT_VERSION
 * @throws {StoreUnavailableError} DRAMATIS_STORE_UNAVAILABLE
 * @throws {PartitionsChangedError} DRAMATIS_PARTITIONS_CHANGED
 */
export async function openRuntime(options: RuntimeOptions): Promise<Runtime> {
  const parsed = parseRuntimeOptions(options)
  return await openRuntimeOn(parsed, {
    openStorage: (storeOptions) => openStorage(parsed.dataDir, storeOptions),
    process: thisProcess(),
  })
}

/** Opens a runtime on storage of the caller's; throws as `openRuntime` and the storage do. */
export async function openRuntimeOn(
  parsed: ParsedRuntimeOptions,
  ground: RuntimeGround,
): Promise<Runtime> {
  const app = 'url' in parsed.app ? await loadApp(parsed.app.url) : parsed.app.definition
  const storage = await ground.openStorage(storeOptions(parsed))
  const opened: (() => Promise<void>)[] = [() => storage.store.close(), () => storage.work.close()]
  try {
    const core = createCore(app, parsed, storage)
    opened.push(() => core.actors.close(0))
    // The host's thread runs the handlers of sagas too.
    const handlers = [...app.handlers, ...core.sagas.handlers]
    const pools = await openPools(app, handlers, parsed, storage)
    opened.push(() => pools.close())
    return await start(app, handlers, parsed, ground.process, storage, core, pools, opened)
  } catch (error) {
    for (const close of opened.reverse()) await close()
    throw error
  }
}

function storeOptions(options: ParsedRuntimeOptions): EventStoreOptions {
  const { clock, durability, commitTimeoutMs, freeBytesMin } = options
  return {
    clock,
    durability,
    ...(commitTimeoutMs === undefined ? {} : { commitTimeoutMs }),
    ...(freeBytesMin === undefined ? {} : { freeBytesMin }),
  }
}

/** What stands on the store alone. */
interface Core {
  readonly ids: IdSource
  readonly upcasts: UpcastTable
  readonly bus: Bus
  readonly actors: ActorSystem
  readonly scheduling: Scheduling
  readonly sagas: Sagas
}

function createCore(
  app: AppDefinition,
  { clock, random, limits }: ParsedRuntimeOptions,
  { store, workTables: database }: Storage,
): Core {
  const ids = createIdSource(clock, random)
  const upcasts = new UpcastTable(app.actors)
  const bus = new Bus()
  const actors = createActorSystem({
    store,
    actors: actorsOf(app),
    clock,
    random,
    ids,
    limits,
    onEvents: (events) => {
      bus.publish(events)
      sagas.see(events)
    },
  })
  const firedBefore = new FiredBefore(store, clock.nowMs())
  const actions = {
    command: sendCommandOf(actors, firedBefore),
    message: sendMessageOf(() => sagas, firedBefore),
    saga: (due: Due) => sagas.fire(due),
  }
  const checkMessage = (message: SagaMessageToSend) => sagas.checkMessage(message)
  const scheduling = new Scheduling({ actors, database, clock, actions, checkMessage })
  const ports = { actors, timers: scheduling.queue, log: store, upcasts, database, clock, random }
  const sagas: Sagas = new Sagas({ sagas: app.sagas, ...ports })
  return { ids, upcasts, bus, actors, scheduling, sagas }
}

/** The actors of an app, those of sagas able to decide. */
function actorsOf(app: AppDefinition): readonly AnyActor[] {
  const sagas = new Map(app.sagas.map((saga) => [saga.name, saga]))
  return app.actors.map((actor) => {
    const saga = sagas.get(actor.name)
    return saga === undefined ? actor : withSagaCommands(saga)
  })
}

async function start(
  app: AppDefinition,
  definitions: readonly HandlerDefinition[],
  options: ParsedRuntimeOptions,
  process: HostProcess,
  storage: Storage,
  core: Core,
  pools: Pools,
  opened: (() => Promise<void>)[],
): Promise<Runtime> {
  const { clock, closeTimeoutMs, dataDir } = options
  const { store } = storage
  const { upcasts, actors, scheduling, sagas } = core
  const views = await openViews(app, options, storage, pools, opened)
  const answer = answersOf(new HandlerSends(actors, store), scheduling)
  const silentMs = silentMsOf(definitions, app.projectors)
  const handlers = await openHandlers(definitions, options, storage, core, pools, silentMs, answer)
  const forgetting = new Forgetting({
    store,
    actors,
    upcasts,
    views,
    handlers,
    databases: storage.views,
    clock,
  })
  const runtime = new Runtime({
    app,
    dataDir,
    clock,
    closeTimeoutMs,
    process,
    storage,
    pools,
    views,
    handlers,
    forgetting,
    ...core,
  })
  for (const view of views.values()) view.start()
  for (const handler of handlers.values()) handler.start()
  scheduling.queue.start()
  sagas.start((saga) => handlers.get(saga)!)
  forgetting.resume()
  failpoint('open.started')
  return runtime
}

async function openViews(
  app: AppDefinition,
  { clock }: ParsedRuntimeOptions,
  { store, work, views: databases }: Storage,
  { workers: pool }: Pools,
  opened: (() => Promise<void>)[],
): Promise<ReadonlyMap<string, View>> {
  const views = new Map<string, View>()
  for (const projector of app.projectors) {
    const readHead = (): number => store.head
    const view = await View.open({ projector, work, databases, pool, clock, readHead })
    opened.push(() => view.close(0))
    views.set(projector.name, view)
  }
  return views
}

async function openHandlers(
  definitions: readonly HandlerDefinition[],
  { clock, random }: ParsedRuntimeOptions,
  { store, work }: Storage,
  { upcasts, sagas }: Core,
  pools: Pools,
  silentMs: number,
  answer: AnswerOnHost,
): Promise<ReadonlyMap<string, HandlerSubscription>> {
  const handlers = new Map<string, HandlerSubscription>()
  for (const definition of definitions) {
    const ledger = await HandlerLedger.open(definition, work, clock, store.head)
    const subscription: HandlerSubscription = new HandlerSubscription({
      ledger,
      events: new SubscribedEvents(upcasts, definition),
      log: store,
      pool: definition.runsOn === 'host' ? pools.host : pools.workers,
      silentMs,
      openIsolatedPool: () => pools.openIsolated(definition.runsOn),
      clock,
      random,
      answer,
      readHead: () => store.head,
      onParked: (name) => sagas.noteParked(definition.name, subscription, name),
    })
    handlers.set(definition.name, subscription)
  }
  return handlers
}
