/**
 * What one measurement of one program tells the parent: first what it is, then a figure or why there is none.
 */

import type { Peer } from './peer.js'

export type Answer =
  | { readonly peer: Described; readonly measured: Measured }
  /** `null`: its module did not load, so it could not say what it is. */
  | { readonly peer: Described | null; readonly reason: string }

/** What the process of a measurement sends: one of each, unless it dies before. */
export type Told = { readonly peer: Described } | { readonly answer: Answer }

/** What a peer says about itself. */
export type Described = Pick<Peer, 'name' | 'version' | 'durability' | 'settings'>

export interface Measured {
  readonly commands: number
  /** Commands on their way at once. */
  readonly inFlight: number
  readonly durationMs: number
}
