/**
 * The same view by hand: rows and a cursor in LMDB, on the thread that reads.
 *
 * A thousand events in a transaction, which is flushed before it can be read, as ours is. In it, for each
 * event: get the row, change it, put it. Rows are the same bytes as ours.
 */

import { open, type RootDatabaseOptions } from 'lmdb'
import { Packr } from 'msgpackr'
import type { BareRecord, BareSamples } from './bare-samples.js'
import type { Tally } from './tallies.js'

const eventsPerTransaction = 1_000

export interface BareTallies {
  /** Applies every event. Resolves when the last row survives power loss. */
  apply(log: BareSamples): void
  get(id: string): Tally | undefined
  count(): number
  close(): Promise<void>
}

export function openBareTallies(dataDir: string): BareTallies {
  const environment = open({ path: dataDir, encoding: 'binary', overlappingSync: false })
  const packr = new Packr({ useRecords: false, variableMapSize: true })
  const encoder = {
    encode: (row: Tally) => packr.pack(row),
    decode: (bytes: Buffer, options?: { readonly end: number }) =>
      packr.unpack(bytes, options?.end ?? bytes.length) as Tally,
  }
  const options: RootDatabaseOptions & { readonly name: string } = { name: 'rows', encoder }
  const rows = environment.openDB<Tally, string>(options)
  const cursors = environment.openDB<number, string>('cursors', { encoding: 'msgpack' })

  const change = ({ 0: id, 7: cents, 8: note }: BareRecord): void => {
    const row = rows.get(id)
    rows.putSync(id, {
      events: (row?.events ?? 0) + 1,
      cents: (row?.cents ?? 0) + (cents as number),
      note: note as string,
    })
  }

  return {
    apply: (log) => {
      const records = log.records()[Symbol.iterator]()
      let isOver = false
      for (let cursor = 0; !isOver; ) {
        environment.transactionSync(() => {
          for (let left = eventsPerTransaction; left > 0 && !isOver; left--) {
            const next = records.next()
            isOver = next.done === true
            if (next.done === true) break
            change(next.value.value)
            cursor++
          }
          cursors.putSync('cursor', cursor)
        })
      }
    },
    get: (id) => rows.get(id),
    count: () => rows.getKeysCount(),
    close: () => environment.close(),
  }
}
