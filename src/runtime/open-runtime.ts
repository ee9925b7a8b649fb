/**
 * `openRuntime`: the composition root. The only place where every layer is wired to the next.
 *
 * Opens from the inside out: store, bookkeeping, threads, actors, views, handlers. Whatever fails on the
 * way, everything opened before is closed again and one typed error is thrown.
 */

import { createActorSystem } from '../actors/actor-system.js'
import { createIdSource } from '../base/ids.js'
import type { AppDefinition } from '../define/app.js'
import { UpcastTable } from '../events/upcasting.js'
import type { EventStoreOptions } from '../store/contracts.js'
import { HandlerLedger } from '../subscriptions/handler-ledger.js'
import { HandlerSubscription } from '../subscriptions/handler-subscription.js'
import { loadApp } from '../subscriptions/load-app.js'
import type { AnswerOnHost } from '../subscriptions/remote-host.js'
import { SubscribedEvents } from '../subscriptions/subscribed-events.js'
import { View } from '../subscriptions/view.js'
import { answersOf } from './answers.js'
import { Bus } from './bus.js'
import { Forgetting } from './forgetting.js'
import { type ParsedRuntimeOptions, parseRuntimeOptions, type RuntimeOptions } from './options.js'
import { openPools, type Pools } from './pools.js'
import { Runtime } from './runtime.js'
import { Scheduling } from './scheduling.js'
import { openStorage, type Storage } from './storage.js'
import { sendCommandOf } from './timer-actions.js'

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
  const app = 'url' in parsed.app ? await loadApp(parsed.app.url) : parsed.app.definition
  const storage = await openStorage(parsed.dataDir, storeOptions(parsed))
  const opened: (() => Promise<void>)[] = [() => storage.store.close(), () => storage.work.close()]
  try {
    const pools = await openPools(app, parsed, storage)
    opened.push(() => pools.close())
    return await start(app, parsed, storage, pools, opened)
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

async function start(
  app: AppDefinition,
  options: ParsedRuntimeOptions,
  storage: Storage,
  pools: Pools,
  opened: (() => Promise<void>)[],
): Promise<Runtime> {
  const { clock, random, limits, closeTimeoutMs, dataDir } = options
  const { store } = storage
  const ids = createIdSource(clock, random)
  const upcasts = new UpcastTable(app.actors)
  const bus = new Bus()
  const actors = createActorSystem({
    store,
    actors: app.actors,
    clock,
    random,
    ids,
    limits,
    onEvents: (events) => bus.publish(events),
  })
  opened.push(() => actors.close(0))
  const views = await openViews(app, options, storage, pools, opened)
  const scheduling = new Scheduling({
    actors,
    database: storage.workTables,
    clock,
    actions: { command: sendCommandOf(actors) },
  })
  const answer = answersOf(actors, scheduling)
  const handlers = await openHandlers(app, options, storage, upcasts, pools, answer)
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
    isDurable: dataDir !== null,
    clock,
    closeTimeoutMs,
    storage,
    upcasts,
    pools,
    actors,
    bus,
    views,
    handlers,
    scheduling,
    ids,
    forgetting,
  })
  for (const view of views.values()) view.start()
  for (const handler of handlers.values()) handler.start()
  scheduling.queue.start()
  forgetting.resume()
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
  app: AppDefinition,
  { clock, random }: ParsedRuntimeOptions,
  { store, work }: Storage,
  upcasts: UpcastTable,
  pools: Pools,
  answer: AnswerOnHost,
): Promise<ReadonlyMap<string, HandlerSubscription>> {
  const handlers = new Map<string, HandlerSubscription>()
  for (const definition of app.handlers) {
    const ledger = await HandlerLedger.open(definition, work, clock, store.head)
    const subscription = new HandlerSubscription({
      ledger,
      events: new SubscribedEvents(upcasts, definition),
      log: store,
      pool: definition.runsOn === 'host' ? pools.host : pools.workers,
      openIsolatedPool: () => pools.openIsolated(definition.runsOn),
      clock,
      random,
      answer,
      readHead: () => store.head,
    })
    handlers.set(definition.name, subscription)
  }
  return handlers
}
