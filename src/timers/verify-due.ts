/**
 * Checking the tables of timers: each timer is in the index at its time, and counted.
 *
 * A row of the index without a timer is left over, and does no harm. Changes nothing.
 */

import { entriesIn } from '../store/entries-in.js'
import type { TableDatabase } from '../store/tables.js'
import type { Findings } from '../store/verification.js'
import { type DueCounts, type DueRecord, indexKey } from './due.js'

/** @returns how many timers are set. */
export function verifyDue(database: TableDatabase, findings: Findings): number {
  const counted = new Map<string, { pending: number; failing: number }>()
  let count = 0
  for (const entries of entriesIn(database.table('timers'), 'work', findings)) {
    for (const { key, value } of entries) {
      count++
      const [queue, owner, name] = key as readonly [string, string, string]
      const { tryAtMs, failures } = (value ?? {}) as Partial<DueRecord>
      const isTimer = Number.isInteger(tryAtMs) && Number.isInteger(failures)
      const counts = counted.get(queue) ?? { pending: 0, failing: 0 }
      counted.set(queue, counts)
      counts.pending++
      if (isTimer && failures! > 0) counts.failing++
      const isIndexed =
        isTimer && database.table('due').has(indexKey(queue, tryAtMs!, { owner, name }))
      if (isIndexed) continue
      const message = 'Expected a timer that is in the index at its time, found none.'
      findings.add('work', { key: JSON.stringify(key) }, message)
    }
  }
  for (const _rows of entriesIn(database.table('due'), 'work', findings)) {
    // Read for damage alone.
  }
  checkCounts(database, counted, findings)
  return count
}

function checkCounts(
  database: TableDatabase,
  counted: ReadonlyMap<string, DueCounts>,
  findings: Findings,
): void {
  const kept = new Map<string, DueCounts>()
  for (const entries of entriesIn(database.table('dueCounts'), 'work', findings)) {
    for (const { key, value } of entries) {
      kept.set(String(key[0]), (value ?? none) as unknown as DueCounts)
    }
  }
  for (const queue of new Set([...counted.keys(), ...kept.keys()])) {
    const expected = counted.get(queue) ?? none
    const found = kept.get(queue) ?? none
    if (expected.pending === found.pending && expected.failing === found.failing) continue
    const message = `Expected ${expected.pending} timers counted, ${expected.failing} failing; found ${found.pending} and ${found.failing}.`
    findings.add('work', { key: queue }, message)
  }
}

const none: DueCounts = Object.freeze({ pending: 0, failing: 0 })
