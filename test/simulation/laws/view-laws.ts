/**
 * What the rows of the views must be: the fold of the log up to where the view is.
 */

import { laws } from '../../support/invariants/index.js'
import { recentKept, type TotalRow } from '../app.js'
import type { SeenEvent } from '../history.js'
import type { ViewName } from '../plan.js'

/** The rows of a view after so many positions, in the order of their ids. */
export function rowsAfter(
  view: ViewName,
  events: readonly SeenEvent[],
  position: number,
): readonly unknown[] {
  const seen = events.slice(0, position)
  return view === 'Totals' ? totalsOf(seen) : recentOf(seen)
}

function totalsOf(events: readonly SeenEvent[]): readonly TotalRow[] {
  const rows = new Map<string, TotalRow>()
  for (const { type, aggregateId, version, data } of events) {
    if (type === 'Mirrored') continue
    const { events: count, sum } = rows.get(aggregateId) ?? { events: 0, sum: 0 }
    const row = { events: count + 1, sum: sum + (data.amount ?? 0), lastVersion: version }
    rows.set(aggregateId, row)
  }
  return [...rows].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row)
}

/** What is put for a position removes what is so many positions behind it: all positions are wanted. */
function recentOf(events: readonly SeenEvent[]): readonly { readonly position: number }[] {
  const positions = events.slice(-recentKept).map(({ position }) => `${position}`)
  return positions.sort().map((position) => ({ position: Number(position) }))
}

/**
 * The rows are those of one moment, not before the view's own position.
 *
 * @param position - What the view said of itself; its rows may be ahead of that.
 */
export function viewProblems(
  view: ViewName,
  events: readonly SeenEvent[],
  rows: readonly unknown[],
  position: number,
): readonly string[] {
  const problemsAt = (cursor: number): readonly string[] =>
    laws.viewsAreFolds({
      ...{ name: view, head: events.length, cursorBefore: position, cursor, rows, entries: [] },
      ...{ expectedRows: rowsAfter(view, events, cursor), expectedEntries: [] },
    })
  const problems = problemsAt(position)
  for (let at = position + 1; at <= events.length; at++) {
    if (problems.length === 0 || problemsAt(at).length === 0) return []
  }
  return problems
}
