/**
 * What a program has to offer to be compared: the same workload, and an honest word about itself.
 *
 * A peer is a module whose default export is a {@link Peer}. It uses its library as that library's own
 * documentation does, checks every command with `assertValid`, and settles nothing before its own
 * promise of durability is kept.
 */

/** How a library is used here; all of it is printed beside its figure. */
export interface Peer {
  readonly name: string
  /** Of what is measured, as it is installed. */
  readonly version: string
  /** What a settled command survives. */
  readonly durability: string
  /** Every setting that is not the default, and what was chosen where there was a choice. */
  readonly settings: string
  /** Whether its events are there when its directory is opened again: then they are counted then. */
  readonly isKept: boolean
  /** Most commands it bears at once; `settings` says why. Left out: any number. */
  readonly inFlightMax?: number
  /** Opens a store of its own in an empty directory, or what such a store left there. */
  open(directory: string): Promise<Session>
}

/** An open store. Closed once, when nothing is on its way. */
export interface Session {
  /**
   * Gives `commands` commands to the accounts in turn, at most `inFlight` at once, and resolves when each has
   * been settled. Multiples of `accounts` only.
   */
  run(commands: number, inFlight: number): Promise<void>
  /** Events in its store, counted there. */
  recorded(): Promise<number>
  close(): Promise<void>
}
