/**
 * Comparing two generations of a view's rows: what serves, and what the log gives now.
 *
 * Walks both in the order of their keys, a page at a time, so that neither memory nor the thread is
 * taken for long. Reads only; both must stand still meanwhile.
 */

import { isDeepStrictEqual } from 'node:util'
import { yieldToEventLoop } from '../base/signal.js'
import type { EventValue, Position } from '../events/event.js'
import { encodeTableKey } from '../store/table-key.js'
import type { Table, TableDatabase, TableEntry } from '../store/tables.js'
import type { RebuildOptions } from './view-build.js'

export interface VerifyOptions extends RebuildOptions {
  /** Differences to name. Integer in [0, 1_000]. @default 10 */
  readonly examplesMax?: number
}

/** A row, or an index entry, that is not what it should be. */
export interface ViewDifference {
  /** The row's. */
  readonly id: string
  /** The index whose entry differs; `null`: it is the row itself. */
  readonly index: string | null
  /** The row that serves, or the parts of the index key; `undefined`: there is none. */
  readonly served: EventValue | undefined
  /** What it would be, built from the log. */
  readonly rebuilt: EventValue | undefined
}

/** How the rows that serve compare with those that the log gives now. */
export interface ViewVerification {
  /** Both are as of this position. */
  readonly position: Position
  /** Rows that serve. */
  readonly rows: number
  /** Rows and index entries that differ. 0: the view is right. */
  readonly differences: number
  /** The first of them. */
  readonly examples: readonly ViewDifference[]
  /** Events applied. */
  readonly events: number
  readonly durationMs: number
}

const pageEntries = 512
const examplesMaxDefault = 10

/**
 * @param assertWanted - Asked between pages; what it throws ends the comparison.
 */
export async function compareViews(
  served: TableDatabase,
  rebuilt: TableDatabase,
  assertWanted: () => void,
  { examplesMax = examplesMaxDefault }: VerifyOptions,
): Promise<Pick<ViewVerification, 'rows' | 'differences' | 'examples'>> {
  const examples: ViewDifference[] = []
  let differences = 0
  let walked = 0
  for (const table of ['rows', 'indexes'] as const) {
    for (const pair of pairsOf(served.table(table), rebuilt.table(table))) {
      if (++walked % pageEntries === 0) {
        await yieldToEventLoop()
        assertWanted()
      }
      if (isDeepStrictEqual(pair.served?.value, pair.rebuilt?.value)) continue
      differences += 1
      if (examples.length < examplesMax) examples.push(differenceOf(table, pair))
    }
  }
  return { rows: served.table('rows').count(), differences, examples }
}

/** The entries of one key; at least one of the two is there. */
interface Pair {
  readonly served: TableEntry | undefined
  readonly rebuilt: TableEntry | undefined
}

/** Every key that either table has, in order. */
function* pairsOf(served: Table, rebuilt: Table): Generator<Pair> {
  const [left, right] = [entriesOf(served), entriesOf(rebuilt)]
  let [one, other] = [left.next().value, right.next().value]
  while (one !== undefined || other !== undefined) {
    const order = compareKeys(one, other)
    yield { served: order <= 0 ? one : undefined, rebuilt: order >= 0 ? other : undefined }
    if (order <= 0) one = left.next().value
    if (order >= 0) other = right.next().value
  }
}

/** The entries of a table, read a page at a time. */
function* entriesOf(table: Table): Generator<TableEntry, undefined> {
  for (let after: TableEntry['key'] | undefined; ; ) {
    const page = table.range({ limit: pageEntries, ...(after === undefined ? {} : { after }) })
    yield* page
    if (page.length < pageEntries) return undefined
    after = page.at(-1)!.key
  }
}

/** Where there is no entry any more, the other table's is first. */
function compareKeys(one: TableEntry | undefined, other: TableEntry | undefined): number {
  if (one === undefined) return 1
  if (other === undefined) return -1
  return Buffer.compare(encodeTableKey('view', one.key), encodeTableKey('view', other.key))
}

function differenceOf(table: 'rows' | 'indexes', { served, rebuilt }: Pair): ViewDifference {
  const { key } = (served ?? rebuilt)!
  const id = key.at(-1) as string
  if (table === 'rows') return { id, index: null, served: served?.value, rebuilt: rebuilt?.value }
  const parts = key.slice(1, -1)
  return {
    id,
    index: key[0] as string,
    served: served && parts,
    rebuilt: rebuilt && parts,
  }
}
