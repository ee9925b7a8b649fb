/**
 * What a run of the demo came to: the object that `--json` prints, and what the summary shows.
 */

/** One handler's deliveries in this run. */
export interface HandlerFigures {
  /** Events done, the redriven ones included. */
  readonly handled: number
  /** Deliveries that failed and were tried again. */
  readonly retried: number
  /** Keys that are parked at the end. */
  readonly parked: number
  /** Keys that were redriven. */
  readonly redriven: number
  /** Keys that were given up. */
  readonly discarded: number
}

export interface DemoFigures {
  readonly commands: number
  readonly events: number
  /** Refusals by reason. */
  readonly rejected: Readonly<Record<string, number>>
  readonly eventsByType: Readonly<Record<string, number>>
  /** From the view, after recovery. */
  readonly ordersByStatus: Readonly<Record<string, number>>
  /** From the view, after recovery. */
  readonly revenueCentsByMonth: Readonly<Record<string, number>>
  readonly handlers: Readonly<Record<string, HandlerFigures>>
  /** States, views and dead letters were the same after closing and opening the directory again. */
  readonly recovered: boolean
  /** The views built anew from the log were the same as those kept along the way. */
  readonly rebuiltEqual: boolean
  /** From the first command to the last answer. */
  readonly seconds: number
  readonly commandsPerSecond: number
}

/** How often each name occurs, by name. */
export function countByName(names: Iterable<string>): Record<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
}
