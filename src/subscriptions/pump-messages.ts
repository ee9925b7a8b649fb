/**
 * What a pump and its host tell each other, as plain data.
 *
 * The host starts a pump for some partitions of a handler and keeps the books; the pump delivers events
 * and reports. Types only.
 */

import type { ErrorData } from '../base/errors.js'
import type { TimerTime } from '../define/timer-time.js'
import type { Position } from '../events/event.js'
import type { ParkCause } from './retry-policy.js'
import type { KeyName } from './work-store.js'

/** Starts a pump. It runs until it is told to stop. */
export interface PumpRequest {
  readonly task: 'pump'
  readonly handler: string
  /** The partitions it serves, and alongside, where each goes on. */
  readonly partitions: readonly number[]
  readonly cursors: readonly Position[]
  readonly mode: PumpMode
  /** Events up to here may have been delivered by a pump before this one that did not come to report them. */
  readonly deliveredUpTo: Position
  /** Two slots per partition: the one in line, and the retry. */
  readonly flight: SharedArrayBuffer
}

/** `flow`: deliver. `hold`: start nothing. `probe`: start one delivery, then hold. */
export type PumpMode = 'flow' | 'hold' | 'probe'

export type ToPump =
  | { readonly type: 'wake' }
  | { readonly type: 'mode'; readonly mode: PumpMode }
  /** Keys whose time has come by `atMs`, milliseconds since the epoch, as the host knew them. */
  | { readonly type: 'due'; readonly keys: readonly KeyName[]; readonly atMs: number }
  | { readonly type: 'ack'; readonly sequence: number }
  | { readonly type: 'stop' }
  | { readonly type: 'abort' }
  /** To be answered by `alive`. */
  | { readonly type: 'ask' }
  /** To a request with this id. */
  | { readonly type: 'answered'; readonly id: number; readonly answer: unknown }
  | {
      readonly type: 'refused'
      readonly id: number
      readonly error: ErrorData
      /** The domain's own, when it refused the command. */
      readonly reason: string | null
    }

export type FromPump =
  | { readonly type: 'report'; readonly report: PumpReport }
  | { readonly type: 'breaker' }
  | { readonly type: 'probed'; readonly outcome: 'succeeded' | 'failed' | 'nothing' }
  /** To `ask`: the thread gets round to its pump. */
  | { readonly type: 'alive' }
  /** A delivery in isolation has begun: its time runs. */
  | { readonly type: 'begun' }
  | HostRequest

/** What a handler asks of the host, which answers each once. */
export type HostRequest = SendRequest | ScheduleRequest | CancelTimerRequest

/** A command that a handler sends or schedules, and the event that it follows from. */
interface CommandFromHandler {
  readonly id: number
  readonly causationId: string
  readonly correlationId: string
  readonly userId: string | null
  readonly actor: string
  readonly aggregateId: string
  readonly command: string
  readonly data: unknown
}

/** `ctx.send` on its way to the host. */
export interface SendRequest extends CommandFromHandler {
  readonly type: 'send'
  readonly commandId: string
  /** Of the event. */
  readonly position: Position
  /** Whether the event may have been delivered before, by this process. */
  readonly isRepeated: boolean
}

/** `ctx.schedule` on its way to the host. */
export interface ScheduleRequest extends CommandFromHandler {
  readonly type: 'schedule'
  readonly name: string
  /** Names the setting of the timer. */
  readonly timerId: string
  readonly time: TimerTime
  /** What `afterMs` counts from. */
  readonly fromMs: number
}

/** `ctx.cancelTimer` on its way to the host. */
export interface CancelTimerRequest {
  readonly type: 'cancelTimer'
  readonly id: number
  readonly name: string
}

/** What happened since the last report. Applied in one transaction, then acknowledged. */
export interface PumpReport {
  readonly sequence: number
  readonly cursors: readonly (readonly [partition: number, position: Position])[]
  readonly handled: number
  readonly retried: number
  readonly changes: readonly KeyChange[]
}

/** What happened to a key that does not flow, or no longer does. In order. */
export type KeyChange =
  | (KeyName & { readonly type: 'queued'; readonly position: Position })
  | (KeyName & {
      readonly type: 'failed'
      readonly position: Position
      readonly attempt: number
      readonly error: ErrorData
      readonly next:
        | { readonly kind: 'later'; readonly delayMs: number }
        | { readonly kind: 'park'; readonly cause: ParkCause }
    })
  /** Its first event is done; `nextPosition` null: nothing is left, the key flows again. */
  | (KeyName & {
      readonly type: 'done'
      readonly position: Position
      readonly nextPosition: Position | null
    })

/** Tries one event alone, in a thread of its own. Ends with an {@link IsolatedOutcome}. */
export interface IsolatedRequest {
  readonly task: 'isolated'
  readonly handler: string
  readonly position: Position
  readonly attempt: number
  readonly redrives: number
}

/** `null`: handled. */
export type IsolatedOutcome = {
  readonly error: ErrorData
  readonly terminal: boolean
  readonly retryAfterMs: number | null
} | null
