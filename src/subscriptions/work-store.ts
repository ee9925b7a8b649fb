/**
 * The work store: everything durable that handlers need beside the log.
 *
 * Cursors, the keys that are set aside, and the references that wait behind them. The host writes it,
 * in one transaction per report; threads read it. Events themselves stay in the log. This file owns
 * keys and values of the tables and nothing of the rules.
 *
 * Tables, with their keys and values:
 *   handlers  [handler]                            {partitions, paused, counts}
 *   cursors   [handler, partition]                 position, done contiguously
 *   keys      [handler, partition, key]            BlockedKey
 *   queues    [handler, partition, key, position]  null; the first one is what failed
 *   discards  [handler, position]                  {key, reason, atMs}
 *   views     [projector]                          {version, generation, indexes, filling}
 * and those of `timers/due.ts`: timers, due, dueCounts.
 */

import type { ErrorData } from '../base/errors.js'
import type { EventValue, Position } from '../events/event.js'
import type { TableChange, TableDatabase, TableEntry } from '../store/tables.js'
import { dueTables } from '../timers/due.js'
import type { ParkCause } from './retry-policy.js'

export const workTables: readonly string[] = [
  'handlers',
  'cursors',
  'keys',
  'queues',
  'discards',
  'views',
  ...dueTables,
]

/** A key of a handler, with the partition it belongs to. */
export interface KeyName {
  readonly partition: number
  readonly key: string
}

/**
 * How a key that does not flow is doing.
 * `retrying`: due at a time. `isolated`: to be tried alone, its thread died. `parked`: a dead letter.
 */
export interface BlockedKey {
  readonly state: 'retrying' | 'isolated' | 'parked'
  /** Position of the event that failed: the first of the key's queue. */
  readonly position: Position
  /** Deliveries of that event so far that count: not those that ended with a thread that had other events too. */
  readonly attempt: number
  /** Threads that died under it. */
  readonly deaths: number
  readonly dueAtMs: number
  readonly error: ErrorData
  readonly cause: ParkCause | null
  readonly parkedAtMs: number | null
  /** How often the event was redriven. */
  readonly redrives: number
}

/** What a handler has done since it was first seen. */
export interface HandlerCounts {
  /** Events handled. */
  readonly handled: number
  /** Deliveries beyond the first of an event. */
  readonly retried: number
  /** Times a key was parked. */
  readonly parked: number
  /** Times a key was redriven. */
  readonly redriven: number
  /** Events given up. */
  readonly discarded: number
}

export const noCounts: HandlerCounts = Object.freeze({
  handled: 0,
  retried: 0,
  parked: 0,
  redriven: 0,
  discarded: 0,
})

export interface HandlerRecord {
  readonly partitions: number
  readonly paused: boolean
  readonly counts: HandlerCounts
}

/** Where a view's rows are. */
export interface ViewRecord {
  /** Of the rows that serve. */
  readonly version: number
  readonly generation: number
  /** The names of their indexes; absent: not known. */
  readonly indexes?: readonly string[]
  /** The rows that are being built to take over. */
  readonly filling?: ViewFilling | null
}

/** Rows that are being built to take over, and what they are built with. */
export interface ViewFilling {
  readonly version: number
  readonly generation: number
  /** Of the projector, see `projector-code.ts`. */
  readonly code: string
  readonly eventsPerSecondMax: number | null
}

/** A key that does not flow. */
export interface KeyRow extends KeyName {
  readonly blocked: BlockedKey
}

/** Keys read at a time where not all may be wanted. */
const keysPerRead = 128

export class WorkStore {
  readonly #database: TableDatabase

  constructor(database: TableDatabase) {
    this.#database = database
  }

  refresh(): void {
    this.#database.refresh()
  }

  write(changes: readonly TableChange[]): Promise<void> {
    return this.#database.write(changes)
  }

  close(): Promise<void> {
    return this.#database.close()
  }

  readHandler(handler: string): HandlerRecord | undefined {
    return this.#database.table('handlers').get([handler]) as HandlerRecord | undefined
  }

  readCursors(handler: string): Map<number, Position> {
    const rows = this.#database.table('cursors').range({ prefix: [handler] })
    return new Map(rows.map(({ key, value }) => [key[1] as number, value as number]))
  }

  readKey(handler: string, { partition, key }: KeyName): BlockedKey | undefined {
    const value = this.#database.table('keys').get([handler, partition, key])
    return value as BlockedKey | undefined
  }

  /** Every key of a handler, or of one partition, that does not flow. */
  readKeys(handler: string, partition?: number): KeyRow[] {
    const prefix = partition === undefined ? [handler] : [handler, partition]
    return this.#database.table('keys').range({ prefix }).map(keyRowOf)
  }

  /** The same one after the other, behind a key: what nobody takes is hardly read. */
  *keysBehind(
    handler: string,
    partition: number | undefined,
    behind: KeyName | null,
  ): Generator<KeyRow> {
    const prefix = partition === undefined ? [handler] : [handler, partition]
    const keys = this.#database.table('keys')
    let last = behind
    for (;;) {
      const after = last === null ? {} : { after: [handler, last.partition, last.key] }
      const rows = keys.range({ prefix, ...after, limit: keysPerRead }).map(keyRowOf)
      yield* rows
      if (rows.length < keysPerRead) return
      last = rows.at(-1)!
    }
  }

  /** What waits for a key, in order; the first is what failed. */
  readQueue(handler: string, { partition, key }: KeyName): Position[] {
    return this.#database
      .table('queues')
      .range({ prefix: [handler, partition, key] })
      .map((entry) => entry.key[3] as number)
  }

  readView(projector: string): ViewRecord | undefined {
    return this.#database.table('views').get([projector]) as ViewRecord | undefined
  }
}

function keyRowOf({ key, value }: TableEntry): KeyRow {
  return {
    partition: key[1] as number,
    key: key[2] as string,
    blocked: value as unknown as BlockedKey,
  }
}

export function putHandler(handler: string, record: HandlerRecord): TableChange {
  return { table: 'handlers', key: [handler], value: asValue(record) }
}

export function putCursor(handler: string, partition: number, position: Position): TableChange {
  return { table: 'cursors', key: [handler, partition], value: position }
}

export function putKey(handler: string, name: KeyName, blocked: BlockedKey): TableChange {
  return { table: 'keys', key: [handler, name.partition, name.key], value: asValue(blocked) }
}

export function removeKey(handler: string, name: KeyName): TableChange {
  return { table: 'keys', key: [handler, name.partition, name.key] }
}

export function putQueued(handler: string, name: KeyName, position: Position): TableChange {
  return { table: 'queues', key: [handler, name.partition, name.key, position], value: null }
}

export function removeQueued(handler: string, name: KeyName, position: Position): TableChange {
  return { table: 'queues', key: [handler, name.partition, name.key, position] }
}

export function putDiscard(
  handler: string,
  position: Position,
  discard: { key: string; reason: string; atMs: number },
): TableChange {
  return { table: 'discards', key: [handler, position], value: discard }
}

export function putView(projector: string, record: ViewRecord): TableChange {
  return { table: 'views', key: [projector], value: asValue(record) }
}

/** Records here hold event values only; their optional fields are absent, never undefined. */
function asValue(record: object): EventValue {
  return record as EventValue
}
