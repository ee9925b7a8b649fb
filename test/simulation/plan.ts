/**
 * What a run of the simulation does, as plain data: an app, and lives of it on one disk.
 *
 * A plan is all that a run depends on. It can be drawn from a seed, made smaller, written down, and run
 * again: the same plan leads to the same bytes.
 */

/** What becomes of the write at which the power or the disk fails. */
export type InFlight = 'kept' | 'lost'

/** The n-th write from a moment on. */
export interface WriteFault {
  readonly after: number
  readonly inFlight: InFlight
}

/** The app, and what its handlers meet outside. */
export interface AppPlan {
  readonly snapshotEvery: number
  readonly snapshotOnPassivation: boolean
  readonly commandWindowEvents: number
  readonly actorsMax: number
  readonly idleMs: number
  readonly commitEventsMax: number
  readonly partitions: number
  readonly attemptsMax: number
  readonly retriesAtOnce: number
  readonly delayMs: number
  readonly deadLetter: 'key' | 'event'
  /** Whether handlers keep several streams in one order. */
  readonly sharesKeys: boolean
  /** Which deliveries fail. Integer in [0, 2^32). */
  readonly fates: number
}

export const handlerNames = ['mirroring', 'notifying'] as const
export type HandlerName = (typeof handlerNames)[number]
export const viewNames = ['Totals', 'Recent'] as const
export type ViewName = (typeof viewNames)[number]

/** Whether the next step waits for this one. */
interface Waiting {
  readonly waits: boolean
}

/** One thing that a host, an operator or the world does. */
export type Step =
  | ({
      readonly do: 'add'
      readonly to: string
      readonly amount: number
      readonly parts: number
      /** Whether the caller names the command, so that it can be repeated. */
      readonly isNamed: boolean
      readonly expects: 'any' | 'newest' | 'stale'
      /** Turns of the event loop after which the caller gives up; `null`: never. */
      readonly givesUpAfter: number | null
    } & Waiting)
  /** Sends a named command again. `which` counts them from the newest one. */
  | ({ readonly do: 'again'; readonly which: number } & Waiting)
  /** Sends another command under the id of one that was acknowledged. */
  | ({ readonly do: 'reuse'; readonly which: number } & Waiting)
  | ({ readonly do: 'spend'; readonly to: string; readonly amount: number } & Waiting)
  | ({ readonly do: 'claim'; readonly to: string; readonly name: string } & Waiting)
  | ({
      readonly do: 'transact'
      readonly to: readonly string[]
      readonly amount: number
      readonly isNamed: boolean
    } & Waiting)
  /** Several commands on one expected version, of which one can win. */
  | ({ readonly do: 'race'; readonly to: string; readonly count: number } & Waiting)
  | { readonly do: 'ask'; readonly of: string }
  | { readonly do: 'look' }
  | {
      readonly do: 'schedule'
      readonly name: string
      readonly to: string
      readonly afterMs: number
      readonly everyMs: number | null
    }
  | { readonly do: 'cancel'; readonly name: string }
  | { readonly do: 'advance'; readonly byMs: number }
  | { readonly do: 'jump'; readonly byMs: number }
  | ({ readonly do: 'rebuild'; readonly view: ViewName } & Waiting)
  | { readonly do: 'verify'; readonly view: ViewName }
  | { readonly do: 'redrive' | 'discard'; readonly handler: HandlerName }
  | { readonly do: 'pause' | 'resume'; readonly handler: HandlerName }
  | { readonly do: 'outage'; readonly handler: HandlerName; readonly isDown: boolean }
  | { readonly do: 'deleteSnapshots' }
  | { readonly do: 'turns'; readonly count: number }
  /** Waits until everything is done that can be. */
  | { readonly do: 'quiet' }
  /** A later write fails. */
  | ({ readonly do: 'fail' } & WriteFault)
  | { readonly do: 'cut' }

/** From the opening of a runtime until it is closed, or loses its power. */
export interface LifePlan {
  /** How far the wall clock is set apart before it begins. Milliseconds. */
  readonly jumpMs: number
  /** Counted from the opening, which is a write itself. */
  readonly crash: WriteFault | null
  readonly failure: WriteFault | null
  readonly steps: readonly Step[]
}

export interface SimulationPlan {
  readonly seed: number
  readonly app: AppPlan
  readonly lives: readonly LifePlan[]
}
