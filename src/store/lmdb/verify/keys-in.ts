/**
 * The keys of a table, some at a time: what LMDB cannot read is a finding and ends the table.
 *
 * Whoever iterates may read and wait between two pieces; no cursor is open then.
 */

import type { Key } from 'lmdb'
import type { Findings } from '../../verification.js'
import type { BytesTable } from '../environment.js'

/** Keys in one piece. */
const keysMax = 512

export async function* keysIn<K extends Key>(
  table: BytesTable<K>,
  name: string,
  findings: Findings,
): AsyncGenerator<readonly K[]> {
  let last: K | undefined
  for (;;) {
    const keys: K[] = []
    try {
      table.resetReadTxn()
      const start = last === undefined ? {} : { start: last, exclusiveStart: true }
      for (const key of table.getKeys({ ...start, limit: keysMax })) keys.push(key)
    } catch (error) {
      const message = `Expected table ${name} to be readable, found: ${(error as Error).message}.`
      findings.add('lmdb', {}, message)
    }
    if (keys.length > 0) yield keys
    if (keys.length < keysMax) return
    last = keys.at(-1)!
  }
}

/** Has each key of a table looked at, and rests between two pieces. @returns how many keys there are. */
export async function lookAtKeys<K extends Key>(
  table: BytesTable<K>,
  name: string,
  findings: Findings,
  look: (key: K) => void,
  rest: () => Promise<void>,
): Promise<number> {
  let count = 0
  for await (const keys of keysIn(table, name, findings)) {
    for (const key of keys) look(key)
    count += keys.length
    await rest()
  }
  return count
}
