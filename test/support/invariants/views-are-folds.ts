/**
 * Law: a view is the fold of the log up to its own cursor, rows and indexes alike, however often it was built.
 * A cursor never falls back, nor is it ahead of the log.
 */

import { canonical } from '../canonical.js'

export interface ViewHistory {
  readonly name: string
  /** Events of the log. */
  readonly head: number
  readonly cursorBefore: number
  readonly cursor: number
  /** What is stored. */
  readonly rows: readonly unknown[]
  readonly entries: readonly unknown[]
  /** What the events up to the cursor lead to; in any order. */
  readonly expectedRows: readonly unknown[]
  readonly expectedEntries: readonly unknown[]
}

export function viewsAreFolds(history: ViewHistory): string[] {
  const { name, head, cursorBefore, cursor } = history
  const problems: string[] = []
  if (cursor < cursorBefore) problems.push(`${name} fell back: ${cursorBefore} to ${cursor}`)
  if (cursor > head) problems.push(`${name} is ahead of the log: ${cursor} of ${head}`)
  const ofRows = difference(history.rows, history.expectedRows)
  if (ofRows !== null) {
    problems.push(`the rows of ${name} are not those of the log up to ${cursor}: ${ofRows}`)
  }
  const ofEntries = difference(history.entries, history.expectedEntries)
  if (ofEntries !== null) {
    problems.push(`the indexes of ${name} do not fit its rows at ${cursor}: ${ofEntries}`)
  }
  return problems
}

/** @returns how many there are, and the first that differ; `null`: they are the same. */
function difference(found: readonly unknown[], expected: readonly unknown[]): string | null {
  const [ours, theirs] = [found.map(canonical).sort(), expected.map(canonical).sort()]
  const at = theirs.findIndex((line, index) => line !== ours[index])
  if (at === -1 && ours.length === theirs.length) return null
  const first = at === -1 ? theirs.length : at
  const pair = `${ours[first] ?? 'nothing'} for ${theirs[first] ?? 'nothing'}`
  return `${ours.length} for ${theirs.length}, first ${pair}`
}
