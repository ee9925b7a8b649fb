/**
 * The handler behind a saga: the order in which its instances take things in and carry things out.
 *
 * A handler like any other, on the host: it reads the events that the saga is about and those of its
 * instances, keeps them in order per instance, and parks an instance that cannot go on, with everything
 * behind it. What it does is `receive` for the former and `carry-out.ts` for the latter.
 */

import { frozenTable } from '../base/freeze.js'
import type { AnyActor } from '../define/actor.js'
import type { HandlerContext, HandlerDefinition } from '../define/handler.js'
import { TerminalError } from '../define/handler-errors.js'
import type { AnyRecordedEvent } from '../define/projector.js'
import { type InstanceEventName, instanceEventType } from '../define/saga/instance-events.js'
import type { AnySaga } from '../define/saga/saga.js'
import { carryOut } from './carry-out.js'
import { originOf } from './instance-port.js'
import { retryHalts } from './retry-halts.js'
import type { SagaPorts } from './saga-ports.js'

/** Longest delivery. Calls to the outside are not part of one. Milliseconds. */
const timeoutMs = 60_000

/** @param portsOf - Asked at deliveries, by when the runtime is wired. */
export function createSagaHandler(saga: AnySaga, portsOf: () => SagaPorts): HandlerDefinition {
  const on: Record<string, HandlerDefinition['on'][string]> = {}
  for (const type of saga.reads) {
    on[type] = (event: AnyRecordedEvent, context) => deliver(portsOf(), event, context)
  }
  for (const [name, act] of Object.entries(carryOut)) {
    on[instanceEventType(saga.name, name as InstanceEventName)] = (event, context) =>
      act(portsOf(), event, context)
  }
  return Object.freeze({
    name: saga.name,
    from: Object.freeze([...saga.from, saga.actor as AnyActor]),
    on: frozenTable(on),
    key: (event: AnyRecordedEvent) => keyOf(saga, event),
    partitions: saga.partitions,
    retry: saga.retry,
    timeoutMs,
    deadLetter: 'key',
    runsOn: 'host',
    startFrom: saga.startFrom,
    unknownEvents: saga.unknownEvents,
  })
}

/** What is kept in order: the instance. Events of no instance wait for nobody but their stream. */
function keyOf(saga: AnySaga, event: AnyRecordedEvent): string {
  if (event.aggregateType === saga.name) return event.aggregateId
  return (saga.keyOf(event as never) ?? event.streamId) as string
}

/** Codes of errors that only somebody outside can do something about. */
const terminal: ReadonlySet<unknown> = new Set(['DRAMATIS_SAGA_UNMATCHED', 'DRAMATIS_SAGA_HALTED'])

async function deliver(
  { saga, instances }: SagaPorts,
  event: AnyRecordedEvent,
  { redrives }: HandlerContext,
): Promise<void> {
  const sagaId = saga.keyOf(event as never)
  if (sagaId === null || sagaId === undefined) return
  if (redrives > 0) await retryHalts(instances, sagaId as string, originOf(event))
  try {
    await instances.tell(sagaId as string, 'receive', { event, recalled: false }, originOf(event))
  } catch (error) {
    const { code, message } = error as { readonly code?: string; readonly message: string }
    // Trying again changes nothing about an event that nobody takes, or that waits for an operator.
    if (terminal.has(code)) throw new TerminalError(message, { cause: error })
    throw error
  }
}
