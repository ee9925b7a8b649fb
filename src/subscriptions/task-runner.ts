/**
 * What a thread can be asked to do for subscriptions, and how it finds what it needs.
 *
 * One runner per thread; on the host the same runner works on the host's own store. Tasks name things,
 * the runner resolves them: definitions from the app, events from the log it reads itself.
 */

import assert from 'node:assert/strict'
import type { Clock } from '../base/clock.js'
import type { Random } from '../base/random.js'
import { type AppDefinition, fingerprintOf } from '../define/app.js'
import type { RecordedEvent } from '../events/event.js'
import { UpcastTable } from '../events/upcasting.js'
import type { RunTask, TaskChannel } from '../pool/contracts.js'
import type { LogReader } from '../store/contracts.js'
import type { TableDatabase } from '../store/tables.js'
import { afterTurn } from './after-turn.js'
import { deliverParts, upcastFailure } from './deliver-parts.js'
import { Delivery, type DeliveryOutcome } from './delivery.js'
import { type ProjectRequest, runProjectTask } from './project-task.js'
import { Pump } from './pump.js'
import type { IsolatedRequest, PumpRequest, ToPump } from './pump-messages.js'
import { RemoteHost } from './remote-host.js'
import type { ReplayRequest, ToReplay } from './replay-messages.js'
import { ReplayTask } from './replay-task.js'
import { SubscribedEvents } from './subscribed-events.js'
import type { WorkStore } from './work-store.js'

/** What tasks work on. */
export interface TaskContext {
  readonly app: AppDefinition
  readonly log: LogReader
  readonly work: WorkStore
  readonly clock: Clock
  readonly random: Random
  /** The rows in a directory below `views/`. Opened once, kept open. */
  openView(directory: string): Promise<TableDatabase>
}

/** With what every task of a thread needs and the thread makes once. */
interface RunnerContext extends TaskContext {
  readonly upcasts: UpcastTable
}

/** Asks a thread what app it has loaded. Ends with the fingerprint. */
export interface ProbeRequest {
  readonly task: 'probe'
}

export type SubscriptionRequest =
  | ProbeRequest
  | PumpRequest
  | IsolatedRequest
  | ProjectRequest
  | ReplayRequest

export function createSubscriptionRunner(ports: TaskContext): RunTask {
  const context = { ...ports, upcasts: new UpcastTable(ports.app.actors) }
  return async (request, channel) => {
    const task = request as SubscriptionRequest
    if (task.task === 'probe') return fingerprintOf(context.app)
    if (task.task === 'project') return await project(context, task)
    if (task.task === 'isolated') return await deliverAlone(context, task, channel)
    if (task.task === 'replay') return await replay(context, task, channel)
    return await pump(context, task, channel)
  }
}

async function project(context: RunnerContext, request: ProjectRequest): Promise<unknown> {
  const projector = context.app.projectors.find((each) => each.name === request.projector)
  assert(projector !== undefined)
  const database = await context.openView(request.directory)
  const { log, clock, upcasts } = context
  const events = new SubscribedEvents(upcasts, projector)
  return await runProjectTask({ projector, events, database, log, clock }, request)
}

async function pump(
  context: RunnerContext,
  request: PumpRequest,
  channel: TaskChannel,
): Promise<void> {
  const definition = handlerOf(context, request.handler)
  const host = new RemoteHost((message) => channel.post(message))
  context.work.refresh()
  const events = new SubscribedEvents(context.upcasts, definition)
  const ports = { ...context, definition, events, host }
  const running = new Pump(ports, request, (message) => channel.post(message))
  channel.listen((message) => {
    host.receive(message as ToPump)
    running.receive(message as ToPump)
  })
  await running.run()
}

async function replay(
  context: RunnerContext,
  request: ReplayRequest,
  channel: TaskChannel,
): Promise<void> {
  const definition = handlerOf(context, request.handler)
  const host = new RemoteHost((message) => channel.post(message))
  const events = new SubscribedEvents(context.upcasts, definition)
  const ports = { ...context, definition, events, host }
  const running = new ReplayTask(ports, request, (message) => channel.post(message))
  channel.listen((message) => {
    host.receive(message as ToReplay)
    running.receive(message as ToReplay)
  })
  await running.run()
}

/** One delivery with the thread to itself. */
async function deliverAlone(
  context: RunnerContext,
  { handler, position, attempt, redrives }: IsolatedRequest,
  channel: TaskChannel,
): Promise<DeliveryOutcome> {
  const definition = handlerOf(context, handler)
  const host = new RemoteHost((message) => channel.post(message))
  channel.listen((message) => host.receive(message as ToPump))
  const batch = await context.log.readBatch({ after: position - 1, to: position, eventsMax: 1 })
  const ports = { clock: context.clock, host }
  channel.post({ type: 'begun' })
  const deliver = (part: RecordedEvent): ReturnType<Delivery['start']> =>
    new Delivery(definition, part, attempt, ports, redrives, true).start()
  const event = batch.events[0]!
  let parts: readonly RecordedEvent[] | null
  try {
    parts = new SubscribedEvents(context.upcasts, definition).partsOf(event)
  } catch (error) {
    return upcastFailure(error)
  }
  return await afterTurn(deliverParts(parts ?? [event], deliver))
}

function handlerOf(context: TaskContext, name: string): AppDefinition['handlers'][number] {
  const definition = context.app.handlers.find((each) => each.name === name)
  assert(definition !== undefined)
  return definition
}
