/**
 * What a timer is: the records of a due queue, and the keys and tables they are kept in.
 *
 * Several queues share the tables; each sees its own rows only. Types and keys only: who writes them is
 * `due-writer.ts`, what becomes of one that fired is `due-policy.ts`.
 *
 * Tables, with their keys and values:
 *   timers     [queue, owner, name]            DueRecord
 *   due        [queue, tryAtMs, owner, name]   null; the index, one row per timer
 *   dueCounts  [queue]                         DueCounts
 *
 * Invariants:
 *   - a timer, its one row of the index and the counts change in one transaction.
 */

import type { ErrorData } from '../base/errors.js'
import type { EventValue } from '../events/event.js'
import type { TableKey } from '../store/tables.js'

export const dueTables = ['timers', 'due', 'dueCounts'] as const

/** Names a timer within its queue. Free of NUL, well-formed. */
export interface DueName {
  /** Whose timer it is; empty: the host's. */
  readonly owner: string
  readonly name: string
}

/** What a timer is set to. */
export interface DueSetting {
  /** Names this setting of the timer: one that replaces it has another. */
  readonly id: string
  /** When it is to fire, by the wall clock. Milliseconds since the epoch, whole. */
  readonly dueAtMs: number
  /** The interval of a repeating one; `null`: fires once. */
  readonly everyMs: number | null
  /** Plain data; the queue does not look into it. */
  readonly action: EventValue
}

export interface DueRecord extends DueSetting {
  /** When it is tried: `dueAtMs`, later after failures. */
  readonly tryAtMs: number
  /** Which firing comes next, 1-based. */
  readonly occurrence: number
  /** Failures of this occurrence so far. */
  readonly failures: number
  /** Of the last failure of this occurrence. */
  readonly error: ErrorData | null
  readonly setAtMs: number
}

export interface Due extends DueName, DueRecord {}

export interface DueCounts {
  readonly pending: number
  /** Those whose next firing failed before. */
  readonly failing: number
}

export const noDue: DueCounts = Object.freeze({ pending: 0, failing: 0 })

/** A timer as it is stored before it has ever fired. */
export function freshRecord(setting: DueSetting, setAtMs: number): DueRecord {
  const { id, dueAtMs, everyMs, action } = setting
  return {
    ...{ id, dueAtMs, tryAtMs: dueAtMs, everyMs },
    ...{ occurrence: 1, failures: 0, error: null, setAtMs, action },
  }
}

export function timerKey(queue: string, { owner, name }: DueName): TableKey {
  return [queue, owner, name]
}

export function indexKey(queue: string, tryAtMs: number, { owner, name }: DueName): TableKey {
  return [queue, tryAtMs, owner, name]
}

/** A name as one text: names of different owners never meet. */
export function nameText({ owner, name }: DueName): string {
  return `${owner}\0${name}`
}
