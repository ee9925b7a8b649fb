/**
 * `warehouse` and `set-aside`: between the pick list and the shelves.
 *
 *     PickListOpened   reserve each product; one that is out of stock drops the list
 *     StockReserved    tell the list; release what it does not want any more
 *     PiecesPicked     take everything from the shelf, then book the shipment
 *     PickListDropped  release what was set aside
 *
 * A reservation that ends up on a list is released by the one who drops the list. One that comes too
 * late for that is released by the one who brings it. Each is released by one of them, and exactly
 * once, because the list decides which of the two it is.
 */

import { defineHandler, type HandlerContext } from 'dramatis'
import { Inventory } from '../../inventory/inventory.js'
import { Shipment } from '../../shipment/shipment.js'
import type { Pieces } from '../pieces.js'
import { refusalOf } from '../refusal.js'
import { PickList } from './pick-list.js'

export const workWarehouse = defineHandler('warehouse', {
  from: [PickList],
  on: {
    PickListOpened: ({ aggregateId: orderId, data }, context) =>
      reserveAll(orderId, data.pieces, context),
    PiecesPicked: async ({ aggregateId: orderId, data }, { send }) => {
      for (const { productId } of data.pieces) {
        await refusalOf(send(Inventory, productId, 'take', { reservationId: orderId }), [
          'RESERVATION_UNKNOWN',
        ])
      }
      await refusalOf(send(Shipment, orderId, 'book', { pieces: data.pieces }), ['SHIPMENT_EXISTS'])
    },
    PickListDropped: async ({ aggregateId: orderId, data }, { send }) => {
      for (const { productId } of data.setAside) {
        await refusalOf(send(Inventory, productId, 'release', { reservationId: orderId }), [
          'RESERVATION_UNKNOWN',
        ])
      }
    },
  },
})

export const setAside = defineHandler('set-aside', {
  from: [Inventory],
  // In order per order, not per product: a product that everybody wants would hold up everybody.
  key: (event) => ('reservationId' in event.data ? event.data.reservationId : event.aggregateId),
  on: {
    StockReserved: async ({ aggregateId: productId, version, data }, { send }) => {
      const { reservationId } = data
      const piece = { productId, reservedVersion: version }
      const refusal = await refusalOf(send(PickList, reservationId, 'setAside', piece), [
        'PIECE_NOT_WANTED',
        'PIECE_SET_ASIDE',
      ])
      if (refusal !== 'PIECE_NOT_WANTED') return
      await refusalOf(send(Inventory, productId, 'release', { reservationId }), [
        'RESERVATION_UNKNOWN',
      ])
    },
  },
})

/** Stops at the first product that is out of stock: the order will come to nothing. */
async function reserveAll(
  orderId: string,
  pieces: readonly Pieces[],
  { send }: HandlerContext,
): Promise<void> {
  for (const { productId, quantity } of pieces) {
    const reservation = { reservationId: orderId, quantity }
    const refusal = await refusalOf(send(Inventory, productId, 'reserve', reservation), [
      'OUT_OF_STOCK',
      'RESERVATION_EXISTS',
    ])
    if (refusal !== 'OUT_OF_STOCK') continue
    await refusalOf(send(PickList, orderId, 'drop', { reason: 'OUT_OF_STOCK' }), [
      'PICK_LIST_DROPPED',
    ])
    return
  }
}
