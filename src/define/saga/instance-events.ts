/**
 * The events of a saga instance: what it took in, what it decided, how each step ended.
 *
 * Every saga has the same ones, under its own name: `Fulfilment.Started`. They hold decisions as data, so
 * that nothing has to be decided again. Views and handlers may read them like any other events.
 */

import type { ErrorData } from '../../base/errors.js'
import type { Position } from '../../events/event.js'
import { defineEvent, type EventDefinition } from '../event.js'
import type {
  AbandonCause,
  KeptEvent,
  NotUndone,
  RecordedCommand,
  SagaCause,
  StepEffect,
} from './instance-state.js'

/** An event that an instance took in; it is in the log. */
export interface EventReference {
  readonly id: string
  readonly type: string
  readonly position: Position
  readonly part: number
}

/** An attempt of a step that begins. */
export interface StepStart {
  readonly step: string
  readonly attempt: number
  readonly kind: 'send' | 'call' | 'none'
  /** What is sent; `null` for any other kind. */
  readonly command: RecordedCommand | null
  /** When the step's time is over; `null`: it has no limit, or the limit is set already. */
  readonly deadlineAtMs: number | null
}

/** An attempt that succeeded, of a step that still waits for an event. */
export interface StepAnswer {
  readonly step: string
  readonly attempt: number
}

/** An attempt that failed, and when the next one is due. */
export interface StepRetry {
  readonly step: string
  /** The one that failed. */
  readonly attempt: number
  readonly error: ErrorData
  /** `null`: at once; it begins with the same decision. */
  readonly dueAtMs: number | null
}

/** How a step ended. */
export interface StepEnd {
  readonly step: string
  readonly attempt: number
  readonly outcome: 'completed' | 'failed' | 'skipped' | 'cancelled'
  readonly effect: StepEffect
  readonly error: ErrorData | null
  /** Whether a timer is to be taken away. */
  readonly hasTimer: boolean
}

/** The payloads of a saga's events, by the last part of their names. */
export interface InstanceEvents {
  /** The first event of the stream. */
  readonly Started: { readonly event: EventReference; readonly state: unknown }
  /** An event was taken in. `kept`: for a step that will wait for it. */
  readonly Received: { readonly event: EventReference; readonly kept: boolean }
  /** A message was taken in, from a timer or from outside. */
  readonly Messaged: { readonly message: string; readonly timer: string | null }
  readonly StateChanged: { readonly state: unknown }
  readonly Chosen: { readonly id: string; readonly chosen: boolean }
  readonly ItemsFound: { readonly id: string; readonly items: readonly unknown[] }
  readonly BranchWon: { readonly id: string; readonly branch: number }
  readonly StepsStarted: { readonly steps: readonly StepStart[] }
  readonly StepsAnswered: { readonly steps: readonly StepAnswer[] }
  readonly StepsRetrying: { readonly steps: readonly StepRetry[] }
  readonly StepsEnded: { readonly steps: readonly StepEnd[] }
  /** Steps under way that are not wanted any more: calls are aborted, answers awaited. */
  readonly StepsAbandoned: { readonly steps: readonly string[]; readonly why: AbandonCause }
  /** A kept event is read again, for a step that waits for it now. */
  readonly Recalled: KeptEvent
  readonly TimerSet: {
    readonly timer: string
    readonly id: string
    readonly dueAtMs: number
    readonly command: RecordedCommand | null
    readonly message: string | null
    readonly data: unknown
  }
  readonly TimerCancelled: { readonly timer: string }
  /** From here on, what was completed is taken back. */
  readonly CompensationStarted: { readonly cause: SagaCause; readonly cancelled: string | null }
  /** Something could not be taken back; the rest is. */
  readonly NotUndone: NotUndone
  /** The instance cannot go on without an operator. Its handler's key is parked at this event. */
  readonly Halted: {
    /** Which halt of this instance it is, from 1. */
    readonly number: number
    readonly step: string | null
    readonly error: ErrorData
    readonly answer: { readonly value: unknown } | null
  }
  /** An operator acted. */
  readonly Operated: {
    readonly verb: 'retry' | 'skip' | 'cancel'
    readonly step: string | null
    readonly reason: string | null
  }
  /** A reaction has completed it; it ends when the commands that it sent are answered. */
  readonly Completing: Readonly<Record<never, never>>
  readonly Completed: { readonly hasTimers: boolean }
  readonly Compensated: { readonly cause: SagaCause; readonly hasTimers: boolean }
  readonly Failed: {
    readonly cause: SagaCause
    readonly notUndone: readonly NotUndone[]
    readonly hasTimers: boolean
  }
  readonly Cancelled: {
    readonly reason: string
    readonly notUndone: readonly NotUndone[]
    readonly hasTimers: boolean
  }
}

export type InstanceEventName = keyof InstanceEvents

/** The events of the saga of a name, as definitions. */
export type InstanceEventDefinitions<N extends string> = {
  readonly [K in InstanceEventName as `${N}.${K}`]: EventDefinition<InstanceEvents[K]>
}

const anything = { type: 'any', nullable: true } as const
const reference = {
  type: 'object',
  props: { id: 'string', type: 'string', position: 'number', part: 'number' },
} as const
const steps = { steps: 'array' } as const
const notUndone = { notUndone: 'array' } as const
const hasTimers = { hasTimers: 'boolean' } as const

/** Rules of form. What is in the lists was made by `sagas/`, never by a caller. */
const rules: Readonly<Record<InstanceEventName, Readonly<Record<string, unknown>>>> = {
  Started: { event: reference, state: anything },
  Received: { event: reference, kept: 'boolean' },
  Messaged: { message: 'string', timer: 'string|nullable' },
  StateChanged: { state: anything },
  Chosen: { id: 'string', chosen: 'boolean' },
  ItemsFound: { id: 'string', items: 'array' },
  BranchWon: { id: 'string', branch: 'number' },
  StepsStarted: steps,
  StepsAnswered: steps,
  StepsRetrying: steps,
  StepsEnded: steps,
  StepsAbandoned: { ...steps, why: 'string' },
  Recalled: { type: 'string', position: 'number', part: 'number' },
  TimerSet: {
    timer: 'string',
    id: 'string',
    dueAtMs: 'number',
    command: anything,
    message: 'string|nullable',
    data: anything,
  },
  TimerCancelled: { timer: 'string' },
  CompensationStarted: { cause: 'any', cancelled: 'string|nullable' },
  NotUndone: { step: 'string', error: 'any' },
  Halted: { number: 'number', step: 'string|nullable', error: 'any', answer: anything },
  Operated: { verb: 'string', step: 'string|nullable', reason: 'string|nullable' },
  Completing: {},
  Completed: hasTimers,
  Compensated: { cause: 'any', ...hasTimers },
  Failed: { cause: 'any', ...notUndone, ...hasTimers },
  Cancelled: { reason: 'string', ...notUndone, ...hasTimers },
}

/** The full name of an instance's event. */
export function instanceEventType(saga: string, name: InstanceEventName): string {
  return `${saga}.${name}`
}

export function createInstanceEvents<N extends string>(saga: N): InstanceEventDefinitions<N> {
  const entries = Object.entries(rules).map(([name, schema]) => [
    instanceEventType(saga, name as InstanceEventName),
    defineEvent(schema),
  ])
  return Object.freeze(Object.fromEntries(entries)) as never
}
