/**
 * The rules of pick lists: what can be done with one as it stands, or why not, as data.
 *
 * Pure. Reasons are stable: the handlers match on them, and each means something else to them.
 */

import type { Refusal } from '../../order/order-rules.js'
import type { OpenedPickList, PickListState, PieceSetAside } from './pick-list-state.js'

/** What a rule hands back: the list as it can be acted on, or why it cannot. */
export type PickListRuling =
  | { readonly list: OpenedPickList; readonly no: null }
  | { readonly no: Refusal }

export function whyNotOpened(state: PickListState): Refusal | null {
  return state.status === 'none' ? null : ['PICK_LIST_EXISTS', listIs(state)]
}

/** A piece is set aside once, and for a list that still gathers. */
export function ifWanted(state: PickListState, piece: PieceSetAside): PickListRuling {
  if (state.status === 'none') return unknown
  const { productId, reservedVersion } = piece
  const earlier = state.setAside.find((each) => each.productId === productId)
  if (earlier?.reservedVersion === reservedVersion) return { no: ['PIECE_SET_ASIDE', productId] }
  const isOnList = state.pieces.some((each) => each.productId === productId)
  if (isOnList && earlier === undefined && state.status === 'gathering') {
    return { list: state, no: null }
  }
  return { no: ['PIECE_NOT_WANTED', `${productId}, ${listIs(state)}`] }
}

export function ifComplete(state: PickListState): PickListRuling {
  if (state.status === 'none') return unknown
  if (state.status === 'complete') return { list: state, no: null }
  if (state.status === 'dropped') return { no: ['PICK_LIST_DROPPED'] }
  return { no: ['PICK_LIST_NOT_COMPLETE', listIs(state)] }
}

/** What has left the shelf cannot be given up any more. */
export function ifDroppable(state: PickListState): PickListRuling {
  if (state.status === 'none') return unknown
  if (state.status === 'dropped') return { no: ['PICK_LIST_DROPPED'] }
  return state.status === 'picked' ? { no: ['PICK_LIST_PICKED'] } : { list: state, no: null }
}

const unknown: PickListRuling = { no: ['PICK_LIST_UNKNOWN'] }

function listIs(state: PickListState): string {
  return `the list is ${state.status}`
}
