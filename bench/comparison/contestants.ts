/**
 * Who is compared. The first is what the others are compared to, the second is the ceiling for all.
 *
 * Those of `bench/peers` need packages that only that folder installs, so they are named here and not loaded.
 */

export interface Contestant {
  /** What the command line calls it; the name of its module. */
  readonly id: string
  /** Whether its module and its packages belong to `bench/peers`. */
  readonly isPeer: boolean
}

export const contestants: readonly Contestant[] = [
  { id: 'dramatis', isPeer: false },
  { id: 'bare-log', isPeer: false },
  { id: 'dramatis-memory', isPeer: false },
  { id: 'better-sqlite3', isPeer: true },
  { id: 'better-sqlite3-metadata', isPeer: true },
  { id: 'emmett-sqlite', isPeer: true },
  { id: 'event-storage-synced', isPeer: true },
  { id: 'event-storage', isPeer: true },
  { id: 'nact', isPeer: true },
  { id: 'castore-memory', isPeer: true },
  { id: 'emmett-memory', isPeer: true },
  { id: 'act-memory', isPeer: true },
]

export const baselineId = 'dramatis'
export const ceilingId = 'bare-log'
