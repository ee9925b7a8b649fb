/**
 * The views of the crash tests once more, folded in the plainest way: what their rows must be.
 */

import { newestKept, type TotalRow } from './counter.js'
import { type CountedEvent, isCounted } from './log-audit.js'

export interface ViewModel {
  /** The projector's name. */
  readonly name: string
  apply(event: CountedEvent): void
  /** The rows by id, as of the last applied event. */
  rows(): ReadonlyMap<string, unknown>
  /** The index entries of all rows: index, key, id. */
  indexEntries(): readonly (readonly [string, number, string])[]
}

/** @param name - The projector that keeps such rows. */
export function createTotalsModel(name = 'Totals'): ViewModel {
  const rows = new Map<string, TotalRow>()
  return {
    name,
    apply: (event) => {
      if (!isCounted(event)) return
      const { aggregateId, data, version } = event
      const { events, sum } = rows.get(aggregateId) ?? { events: 0, sum: 0 }
      rows.set(aggregateId, {
        events: events + 1,
        sum: sum + data.amount,
        lastVersion: version,
        leaps: 0,
      })
    },
    rows: () => rows,
    indexEntries: () =>
      [...rows].flatMap(([id, { events, sum }]) => [
        ['bySum', sum, id] as const,
        ...(events % 2 === 1 ? [['odd', events, id] as const] : []),
      ]),
  }
}

export function createNewestModel(): ViewModel {
  let newest: number[] = []
  return {
    name: 'Newest',
    apply: ({ position }) => {
      newest = [...newest, position].slice(-newestKept)
    },
    rows: () => new Map(newest.map((position) => [`${position}`, { position }])),
    indexEntries: () => newest.map((position) => ['byPosition', position, `${position}`]),
  }
}
