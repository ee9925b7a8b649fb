/**
 * The entries of a table, some at a time, for checking it: what cannot be read is a finding and ends the table.
 */

import type { Table, TableEntry, TableKey } from './tables.js'
import type { Findings, StoreFinding } from './verification.js'

/** Entries in one piece. */
const entriesMax = 512

/** @param kind - Of what cannot be read. */
export function* entriesIn(
  table: Table,
  kind: StoreFinding['kind'],
  findings: Findings,
): Generator<readonly TableEntry[]> {
  let after: TableKey | undefined
  for (;;) {
    let entries: readonly TableEntry[] = []
    try {
      entries = table.range({ limit: entriesMax, ...(after === undefined ? {} : { after }) })
    } catch (error) {
      const place = after === undefined ? {} : { key: `behind ${JSON.stringify(after)}` }
      const message = `Expected table ${table.name} to be readable, found: ${(error as Error).message}.`
      findings.add(kind, place, message)
    }
    if (entries.length > 0) yield entries
    if (entries.length < entriesMax) return
    after = entries.at(-1)!.key
  }
}
