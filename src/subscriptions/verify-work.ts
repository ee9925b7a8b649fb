/**
 * Checking the work store against a log that ends at a position: nothing in it may be ahead of that log.
 *
 * A cursor that is would skip events in silence. Changes nothing.
 */

import type { Position } from '../events/event.js'
import { entriesIn } from '../store/entries-in.js'
import type { TableDatabase, TableKey } from '../store/tables.js'
import type { Findings } from '../store/verification.js'
import { verifyDue } from '../timers/verify-due.js'
import type { BlockedKey, HandlerRecord, ViewRecord } from './work-store.js'

export interface WorkCounts {
  readonly handlers: number
  /** Keys that do not flow. */
  readonly blockedKeys: number
  readonly timers: number
}

const states: readonly unknown[] = ['retrying', 'isolated', 'parked']

/** @param head - The last position of the log. */
export function verifyWork(
  database: TableDatabase,
  head: Position,
  findings: Findings,
): WorkCounts {
  const partitions = checkHandlers(database, findings)
  checkCursors(database, partitions, head, findings)
  const blockedKeys = checkKeys(database, head, findings)
  checkPositions(database, 'queues', 3, head, findings)
  checkPositions(database, 'discards', 1, head, findings)
  checkViews(database, findings)
  const timers = verifyDue(database, findings)
  return { handlers: partitions.size, blockedKeys, timers }
}

/** How many partitions each handler has. */
function checkHandlers(database: TableDatabase, findings: Findings): Map<string, number> {
  const partitions = new Map<string, number>()
  for (const entries of entriesIn(database.table('handlers'), 'work', findings)) {
    for (const { key, value } of entries) {
      const record = value as Partial<HandlerRecord> | null
      const count = record?.partitions
      partitions.set(String(key[0]), typeof count === 'number' ? count : 0)
      if (typeof count === 'number' && Number.isInteger(count) && count >= 1) continue
      add(findings, key, 'Expected a handler to have partitions, found none.')
    }
  }
  return partitions
}

function checkCursors(
  database: TableDatabase,
  partitions: ReadonlyMap<string, number>,
  head: Position,
  findings: Findings,
): void {
  for (const entries of entriesIn(database.table('cursors'), 'work', findings)) {
    for (const { key, value } of entries) {
      const [handler, partition] = key as readonly [string, number]
      if (!isPosition(value, 0, head)) {
        add(findings, key, `Expected a cursor from 0 to ${head}, found ${String(value)}.`)
      } else if (!(partition < (partitions.get(handler) ?? 0))) {
        add(findings, key, 'Expected a partition that its handler has, found another.')
      }
    }
  }
}

/** Each waits for an event, and that one stands in its queue where it should. */
function checkKeys(database: TableDatabase, head: Position, findings: Findings): number {
  let count = 0
  for (const entries of entriesIn(database.table('keys'), 'work', findings)) {
    for (const { key, value } of entries) {
      count++
      const blocked = value as unknown as Partial<BlockedKey> | null
      if (!states.includes(blocked?.state) || !isPosition(blocked?.position, 1, head)) {
        add(findings, key, `Expected a key that waits for a position up to ${head}, found none.`)
        continue
      }
      const [first] = database.table('queues').range({ prefix: key, limit: 1 })
      if (isInPlace(blocked as BlockedKey, first?.key[3] as Position | undefined)) continue
      add(findings, key, `Expected position ${blocked!.position} to wait first, found another.`)
    }
  }
  return count
}

/**
 * What failed is the first of its queue. What is to be tried alone may have others before it, and where an
 * event was given up, what waits behind it is tried next, if there is any.
 *
 * @param first - What waits first.
 */
function isInPlace({ state, position, attempt }: BlockedKey, first: Position | undefined): boolean {
  if (state === 'isolated') return first !== undefined && first <= position
  if (state === 'parked' || attempt > 0) return first === position
  return first === undefined || first >= position
}

/** @param at - Which element of the key is the position. */
function checkPositions(
  database: TableDatabase,
  table: string,
  at: number,
  head: Position,
  findings: Findings,
): void {
  for (const entries of entriesIn(database.table(table), 'work', findings)) {
    for (const { key } of entries) {
      if (isPosition(key[at], 1, head)) continue
      add(findings, key, `Expected a position from 1 to ${head} in ${table}, found ${key[at]}.`)
    }
  }
}

function checkViews(database: TableDatabase, findings: Findings): void {
  for (const entries of entriesIn(database.table('views'), 'work', findings)) {
    for (const { key, value } of entries) {
      const record = value as Partial<ViewRecord> | null
      if (Number.isInteger(record?.version) && Number.isInteger(record?.generation)) continue
      add(findings, key, 'Expected version and generation of a view, found none.')
    }
  }
}

function add(findings: Findings, key: TableKey, message: string): void {
  findings.add('work', { key: JSON.stringify(key) }, message)
}

function isPosition(value: unknown, min: number, head: Position): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= head
}
