/**
 * `PickList`: the pieces of one order and which of them stock has set aside, by the order's id.
 *
 *     none -open-> gathering -setAside (the last piece)-> complete -pick-> picked
 *                      |                                     |
 *                      +-----------------drop----------------+-> dropped
 *
 * Choreography needs it, the domain does not. Handlers remember nothing between two events, so somebody
 * has to count until all pieces are set aside; and there has to be one place where "the goods leave"
 * and "the order is given up" meet, so that only one of both happens. Both are decided here, one after the
 * other, in one mailbox. That is what a join costs without a coordinator: an actor, its events in the
 * log, and one more hop for every piece.
 *
 * Rules: each piece is set aside once, while the list gathers; only a complete list is picked; what was
 * picked is not dropped. Whoever brings a piece that is not wanted (any more) is told, and takes it back.
 */

import { defineActor, defineEvent } from 'dramatis'
import { pieces } from '../../shipment/shipment-fields.js'
import { ifComplete, ifDroppable, ifWanted, whyNotOpened } from './pick-list-rules.js'
import { changed, type PickListState, piecesSetAside } from './pick-list-state.js'

const amountCents = 'number|integer|min:0'
const piece = {
  productId: 'string|min:1|max:100',
  reservedVersion: 'number|integer|min:1',
} as const
const reason = 'string|min:1|max:200'
const list = { type: 'array', items: pieces, max: 1_000 } as const

export const PickList = defineActor('PickList', {
  initialState: (): PickListState => ({ status: 'none' }),
  events: {
    PickListOpened: defineEvent({ pieces: list, amountCents }),
    PieceSetAside: defineEvent(piece),
    PickListCompleted: defineEvent({ amountCents }),
    PiecesPicked: defineEvent({ pieces: list }),
    PickListDropped: defineEvent({ reason, setAside: list }),
  },
  evolve: {
    PickListOpened: (_state, { data }) => ({ status: 'gathering', setAside: [], ...data }),
    PieceSetAside: (state, { data }) =>
      state.status === 'none' ? state : changed(state, { setAside: [...state.setAside, data] }),
    PickListCompleted: (state) => changed(state, { status: 'complete' }),
    PiecesPicked: (state) => changed(state, { status: 'picked' }),
    PickListDropped: (state) => changed(state, { status: 'dropped' }),
  },
  commands: {
    open: {
      schema: { pieces: { ...list, min: 1 }, amountCents },
      decide: (state, command, { events, reject }) => {
        const no = whyNotOpened(state)
        return no === null ? events.PickListOpened(command) : reject(...no)
      },
    },
    setAside: {
      schema: piece,
      decide: (state, command, { events, reject }) => {
        const ruling = ifWanted(state, command)
        if (ruling.no !== null) return reject(...ruling.no)
        const isLast = ruling.list.setAside.length + 1 === ruling.list.pieces.length
        const set = events.PieceSetAside(command)
        if (!isLast) return set
        return [set, events.PickListCompleted({ amountCents: ruling.list.amountCents })]
      },
    },
    pick: {
      schema: {},
      decide: (state, _command, { events, reject }) => {
        const ruling = ifComplete(state)
        if (ruling.no !== null) return reject(...ruling.no)
        return events.PiecesPicked({ pieces: [...ruling.list.pieces] })
      },
    },
    drop: {
      schema: { reason },
      decide: (state, command, { events, reject }) => {
        const ruling = ifDroppable(state)
        if (ruling.no !== null) return reject(...ruling.no)
        return events.PickListDropped({
          reason: command.reason,
          setAside: [...piecesSetAside(ruling.list)],
        })
      },
    },
  },
})
