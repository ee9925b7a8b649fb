/**
 * What a host holds of a saga: one instance, or all of them.
 *
 * Thin: instances decide, their handler keeps the order. What an operator does is recorded by the
 * instance first; then its key is taken out of the dead letters, if it is there.
 */

import { type ErrorData, InvalidArgumentError } from '../base/errors.js'
import { failpoint } from '../base/failpoint.js'
import { hashText, partitionOf } from '../base/hash.js'
import { integerIn, knownKeys, oneOf, signalAt } from '../base/options.js'
import type { InstanceEventName } from '../define/saga/instance-events.js'
import {
  isOpen,
  type KeptEvent,
  type NotUndone,
  type SagaCause,
  type SagaInstance,
  type SagaStatus,
  type StepStatus,
} from '../define/saga/instance-state.js'
import type { SagaRow } from '../define/saga/instance-view.js'
import type { AnySaga } from '../define/saga/saga.js'
import { parseAggregateId, streamIdOf } from '../events/stream-id.js'
import type { UpcastTable } from '../events/upcasting.js'
import { describeMessage, type SagaMessageToSend } from '../sagas/message-to-send.js'
import type { Operation } from '../sagas/operate.js'
import { releaseKey } from '../sagas/parked-instances.js'
import type { SagaEnd } from '../sagas/saga-ends.js'
import { SagaNotFoundError } from '../sagas/saga-errors.js'
import type { SagaPorts } from '../sagas/saga-ports.js'
import { Timeline, type TimelineEntry } from '../sagas/timeline.js'
import type { EventStore } from '../store/contracts.js'
import type { HandlerStatus, HandlerSubscription } from '../subscriptions/handler-subscription.js'
import type { View } from '../subscriptions/view.js'
import type { Page } from '../subscriptions/view-query.js'
import { readEvents } from './read-events.js'

/** A step that has begun and not ended. */
export interface OpenStep {
  readonly step: string
  readonly status: StepStatus
  /** 1-based. */
  readonly attempt: number
  /** Why it is tried again, or halted. */
  readonly error: ErrorData | null
}

/** How an instance stands. */
export interface SagaInstanceStatus {
  readonly sagaId: string
  readonly status: SagaStatus
  /** Where it waits for an operator; empty: it does not. */
  readonly halted: readonly { readonly step: string | null; readonly error: ErrorData }[]
  /** Why its key is among the dead letters; `null`: it is not. */
  readonly parked: ErrorData | null
  readonly openSteps: readonly OpenStep[]
  /** Why it is, or was, taken back, or failed. */
  readonly cause: SagaCause | null
  readonly notUndone: readonly NotUndone[]
  /** Events that wait for a step that has not begun. */
  readonly kept: readonly KeptEvent[]
  /** Timers that its reactions have set. */
  readonly timers: readonly string[]
}

export interface OperatorOptions {
  /** @default the step that it is halted at, or the only one between two attempts */
  readonly step?: string
  /** At most 1,000 characters; recorded. */
  readonly reason?: string
}

export interface CancelOptions {
  /** At most 1,000 characters; recorded. */
  readonly reason: string
  /** Whether what was done is taken back. @default true */
  readonly compensate?: boolean
}

/** What a message carries: optional where its reaction does not say. */
export type MessageData<Data> = unknown extends Data ? [data?: unknown] : [data: Data]

type AnyMessages = Readonly<Record<string, unknown>>

/** One instance of a saga. It need not exist yet. */
export interface SagaReference<S, M> {
  readonly streamId: string
  /** The user's state; `undefined`: no event has started it. */
  state(): Promise<S | undefined>
  status(): Promise<SagaInstanceStatus>
  /** Attempt by attempt, in the order in which they began. */
  timeline(): Promise<readonly TimelineEntry[]>
  /**
   * Waits for its end; one that has not begun is waited for.
   *
   * @param options.timeoutMs - Milliseconds in [0, 3_600_000]. Default: 5_000.
   * @throws {SagaFailedError} DRAMATIS_SAGA_FAILED
   * @throws {SagaHaltedError} DRAMATIS_SAGA_HALTED: it will not end without an operator.
   * @throws {SagaNotEndedError} DRAMATIS_SAGA_NOT_ENDED: it goes on.
   * @throws {SagaWaitAbortedError} DRAMATIS_SAGA_WAIT_ABORTED: it goes on.
   */
  ended(options?: { readonly timeoutMs?: number; readonly signal?: AbortSignal }): Promise<SagaEnd>
  /**
   * Sends a message. Resolves when what it led to is durable.
   *
   * @throws {SagaNotFoundError} DRAMATIS_SAGA_NOT_FOUND
   * @throws {SagaStateError} DRAMATIS_SAGA_STATE: it has ended, or is being taken back.
   * @throws {SagaHaltedError} DRAMATIS_SAGA_HALTED
   * @throws {SagaCodeError} DRAMATIS_SAGA_CODE: the reaction threw; nothing was recorded.
   */
  send<K extends keyof M & string>(message: K, ...data: MessageData<M[K]>): Promise<void>
  /**
   * Describes a message for `runtime.schedule`. Nothing is sent.
   *
   * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT: the saga has no such message.
   * @throws {EventValueError} DRAMATIS_EVENT_VALUE: the data cannot be kept.
   */
  message<K extends keyof M & string>(message: K, ...data: MessageData<M[K]>): SagaMessageToSend
  /**
   * Tries a step again now: one that is halted, or waits for its next attempt. Recorded.
   *
   * @throws {SagaNotFoundError} DRAMATIS_SAGA_NOT_FOUND
   * @throws {SagaStateError} DRAMATIS_SAGA_STATE
   */
  retry(options?: OperatorOptions): Promise<void>
  /** Goes on as if a step had completed. Recorded. Throws as `retry` does. */
  skip(options?: OperatorOptions): Promise<void>
  /** Ends it: takes back what was done, or leaves it as it is. Recorded. Throws as `retry` does. */
  cancel(options: CancelOptions): Promise<void>
}

export interface ListSagasOptions {
  /** `halted`: those that wait for an operator at a step. @default all */
  readonly status?: Exclude<SagaStatus, 'none'> | 'halted'
  /** Integer in [1, 1_000]. @default 100 */
  readonly limit?: number
  /** The `next` of the page before. */
  readonly after?: string | null
  /** Latest start first. @default false */
  readonly reverse?: boolean
}

/** All instances of a saga. */
export interface SagaTypeReference {
  /** By status, in the order of their starts. A view: it lags a little behind. */
  list(options?: ListSagasOptions): Promise<Page<SagaRow>>
  /** How its handler is doing. */
  status(): HandlerStatus
  /** Takes in and carries out nothing any more. Survives restarts, until `resume`. */
  pause(): Promise<void>
  resume(): Promise<void>
}

export interface SagaReferencePorts {
  readonly ports: SagaPorts
  readonly handler: HandlerSubscription
  readonly view: View
  readonly store: EventStore
  readonly upcasts: UpcastTable
  readonly assertOpen: () => void
}

/** @throws {InvalidIdError} DRAMATIS_INVALID_ID */
export function createSagaReference(
  reference: SagaReferencePorts,
  saga: AnySaga,
  id: string,
): SagaReference<unknown, AnyMessages> {
  const sagaId = parseAggregateId(saga.name, id)
  const { ports, handler, assertOpen } = reference
  const { instances, ends } = ports
  const name = { partition: partitionOf(hashText(sagaId), saga.partitions), key: sagaId }
  const operate = async (operation: Omit<Operation, 'isParked'>): Promise<void> => {
    assertOpen()
    const isParked = handler.blockedKey(name)?.state === 'parked'
    await instances.tell(sagaId, 'operate', { operation: { ...operation, isParked } })
    failpoint('saga.operated')
    // Asked again: it may have been parked since.
    await releaseKey(instances, handler, name)
    failpoint('saga.released')
  }
  return Object.freeze({
    streamId: streamIdOf(saga.name, sagaId),
    state: async () => {
      assertOpen()
      const { status, data } = await instances.state(sagaId)
      return status === 'none' ? undefined : data
    },
    status: async () => {
      assertOpen()
      const blocked = handler.blockedKey(name)
      const parked = blocked?.state === 'parked' ? blocked.error : null
      return statusOf(sagaId, await instances.state(sagaId), parked)
    },
    timeline: async () => {
      assertOpen()
      return await readTimeline(reference, saga, sagaId)
    },
    ended: async (options = {}) => {
      assertOpen()
      return await ends.wait(sagaId, parsePatience(options))
    },
    send: async (message, data) => {
      assertOpen()
      const described = describeMessage(saga, sagaId, message, data)
      const sent = { timer: null, message, data: described.data, command: null }
      await instances.tell(sagaId, 'message', { message: sent })
    },
    message: (message, data) => describeMessage(saga, sagaId, message, data),
    retry: (options = {}) => operate({ verb: 'retry', ...parseOperator('retry', options) }),
    skip: (options = {}) => operate({ verb: 'skip', ...parseOperator('skip', options) }),
    cancel: (options) => operate({ verb: 'cancel', ...parseCancel(options) }),
  } satisfies SagaReference<unknown, AnyMessages>)
}

export function createSagaTypeReference({
  handler,
  view,
  assertOpen,
}: SagaReferencePorts): SagaTypeReference {
  return Object.freeze({
    list: async (options: ListSagasOptions = {}) => {
      assertOpen()
      return listInstances(view, options)
    },
    status: () => handler.status(),
    pause: async () => {
      assertOpen()
      await handler.pause()
    },
    resume: async () => {
      assertOpen()
      await handler.resume()
    },
  })
}

function listInstances(view: View, options: ListSagasOptions): Page<SagaRow> {
  const given = knownKeys('list', options, ['status', 'limit', 'after', 'reverse'])
  const { status, limit = 100, after = null, reverse = false } = given
  integerIn('list.limit', limit, 1, 1_000)
  const more = { limit, reverse, ...(after === null ? {} : { after }) }
  if (status === undefined) return view.find({ index: 'byStart', ...more }) as Page<SagaRow>
  oneOf('list.status', status, statuses)
  return view.find({ index: 'byStatus', prefix: [status], ...more }) as Page<SagaRow>
}

const statuses = [
  'running',
  'compensating',
  'halted',
  'completed',
  'compensated',
  'failed',
  'cancelled',
] as const

async function readTimeline(
  { store, upcasts }: SagaReferencePorts,
  saga: AnySaga,
  sagaId: string,
): Promise<readonly TimelineEntry[]> {
  const timeline = new Timeline()
  let isEmpty = true
  for await (const event of readEvents(store, upcasts, streamIdOf(saga.name, sagaId), {})) {
    isEmpty = false
    timeline.add(event.type.slice(saga.name.length + 1) as InstanceEventName, event)
  }
  if (isEmpty) throw new SagaNotFoundError(saga.name, sagaId)
  return timeline.entries()
}

function statusOf(
  sagaId: string,
  { status, halts, steps, cause, notUndone, inbox, timers }: SagaInstance,
  parked: ErrorData | null,
): SagaInstanceStatus {
  const open = Object.entries(steps).filter(([, record]) => isOpen(record))
  return {
    sagaId,
    status,
    halted: halts.map(({ step, error }) => ({ step, error })),
    parked,
    openSteps: open.map(([step, { status: stands, attempt, error }]) => ({
      ...{ step, status: stands, attempt, error },
    })),
    cause,
    notUndone,
    kept: inbox,
    timers: Object.keys(timers),
  }
}

function parsePatience(options: { readonly timeoutMs?: number; readonly signal?: AbortSignal }) {
  const { timeoutMs = 5_000, signal } = knownKeys('ended', options, ['timeoutMs', 'signal'])
  if (signal !== undefined) signalAt('ended.signal', signal)
  return { timeoutMs: integerIn('ended.timeoutMs', timeoutMs, 0, 3_600_000), signal }
}

function parseOperator(verb: string, options: OperatorOptions) {
  const { step = null, reason = null } = knownKeys(verb, options, ['step', 'reason'])
  if (step !== null) parseText(`${verb}.step`, step)
  if (reason !== null) parseText(`${verb}.reason`, reason)
  return { step, reason, compensate: false }
}

function parseCancel(options: CancelOptions) {
  const { reason, compensate = true } = knownKeys('cancel', options, ['reason', 'compensate'])
  if (typeof compensate !== 'boolean') {
    throw new InvalidArgumentError('cancel.compensate', 'true or false', compensate)
  }
  return { step: null, reason: parseText('cancel.reason', reason), compensate }
}

function parseText(argument: string, text: unknown): string {
  const isText = typeof text === 'string' && text.trim() !== '' && text.length <= 1_000
  if (isText) return text.toWellFormed()
  throw new InvalidArgumentError(argument, 'a text of 1 to 1,000 characters', text)
}
