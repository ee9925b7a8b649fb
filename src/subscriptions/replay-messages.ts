/**
 * What the host and a thread tell each other about a replay, as plain data. Types only.
 */

import type { ErrorData } from '../base/errors.js'
import type { Position } from '../events/event.js'
import type { HostRequest, ToPump } from './pump-messages.js'

/** One event to be delivered again. */
export interface ReplayItem {
  readonly position: Position
  readonly key: string
  /** Its place in the flight. */
  readonly slot: number
}

/** Delivers events of a handler again. Ends when all of them are settled, or when it is told to stop. */
export interface ReplayRequest {
  readonly task: 'replay'
  readonly handler: string
  /** One for each partition, in order. */
  readonly lines: readonly (readonly ReplayItem[])[]
  /** A slot per item. */
  readonly flight: SharedArrayBuffer
}

export type ToReplay = Extract<ToPump, { type: 'stop' | 'abort' | 'answered' | 'refused' }>

export type FromReplay =
  | { readonly type: 'replayed'; readonly position: Position }
  /** Its last attempt has failed; what comes after it under its key is not delivered. */
  | {
      readonly type: 'unreplayed'
      readonly position: Position
      readonly attempts: number
      readonly error: ErrorData
    }
  | HostRequest
