/**
 * What a pick list remembers: the pieces, which of them stock has set aside, and where it stands.
 */

import type { Pieces } from '../pieces.js'

/** Where a list that was opened can stand. */
export type PickListStatus = 'gathering' | 'complete' | 'picked' | 'dropped'

export interface OpenedPickList {
  readonly status: PickListStatus
  /** What the order costs: whoever bills it has only this list to look at. */
  readonly amountCents: number
  readonly pieces: readonly Pieces[]
  /** In the order in which stock said so. */
  readonly setAside: readonly PieceSetAside[]
}

/** What is set aside of one product, and by which of its events: a repeated word of it is no other one. */
export interface PieceSetAside {
  readonly productId: string
  /** Of the product's `StockReserved`. */
  readonly reservedVersion: number
}

/** `none`: nobody has opened the list. */
export type PickListState = { readonly status: 'none' } | OpenedPickList

/** The same list with some of it changed. One that was never opened stays so. */
export function changed(state: PickListState, change: Partial<OpenedPickList>): PickListState {
  return state.status === 'none' ? state : { ...state, ...change }
}

/** The pieces that are set aside. */
export function piecesSetAside({ pieces, setAside }: OpenedPickList): readonly Pieces[] {
  return pieces.filter(({ productId }) => setAside.some((each) => each.productId === productId))
}
