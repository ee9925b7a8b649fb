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
  if (!isSame(history.rows, history.expectedRows)) {
    problems.push(`the rows of ${name} are not those of the log up to ${cursor}`)
  }
  if (!isSame(history.entries, history.expectedEntries)) {
    problems.push(`the indexes of ${name} do not fit its rows at ${cursor}`)
  }
  return problems
}

function isSame(found: readonly unknown[], expected: readonly unknown[]): boolean {
  const lines = (all: readonly unknown[]): string => all.map(canonical).sort().join('\n')
  return lines(found) === lines(expected)
}
