/**
 * The entries of a table, some at a time, for checking it: a row that is damaged is a finding and left out; what LMDB
 * itself cannot read is one too, and ends the table.
 */

import { decodeTableKey } from './table-key.js'
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
  const onDamaged = (key: Uint8Array, { message }: Error): void => {
    const text = `Expected sound rows in table ${table.name}, found ${message}.`
    findings.add(kind, { key: readableKey(key) }, text)
  }
  for (;;) {
    let entries: readonly TableEntry[] = []
    try {
      entries = table.range({
        limit: entriesMax,
        onDamaged,
        ...(after === undefined ? {} : { after }),
      })
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

/** The key as JSON or, where it is none any more, its bytes in hexadecimal. */
function readableKey(key: Uint8Array): string {
  const bytes = Buffer.from(key)
  try {
    return JSON.stringify(decodeTableKey(bytes))
  } catch {
    return bytes.toString('hex')
  }
}
