/**
 * Sets fulfilment going: receives stock, then places the orders. The rest follows by itself.
 *
 * Works for every app that has `Inventory` and `Order`, however the steps in between are made. Whoever
 * was interrupted starts again from the beginning: stock is the first thing in its stream or was received
 * before, and an order's command id follows from the input.
 */

import type { Runtime } from 'dramatis'
import { Inventory } from '../inventory/inventory.js'
import { Order } from '../order/order.js'
import type { OrderPlaced } from './order-input.js'
import type { Pieces } from './pieces.js'

/** Commands under way at the same time. */
const inFlightMax = 256

export async function receiveStock(runtime: Runtime, stock: readonly Pieces[]): Promise<void> {
  const wanted = stock.filter(({ quantity }) => quantity > 0)
  await inTurns(wanted, async ({ productId, quantity }) => {
    try {
      await runtime
        .actor(Inventory, productId)
        .send('receive', { quantity }, { expectedVersion: 0 })
    } catch (error) {
      if ((error as { readonly code?: string }).code !== 'DRAMATIS_VERSION_CONFLICT') throw error
    }
  })
}

export async function placeOrders(runtime: Runtime, orders: readonly OrderPlaced[]): Promise<void> {
  await inTurns(orders, async ({ orderId, payload, commandId, occurredAt }) => {
    await runtime.actor(Order, orderId).send('create', payload, { commandId, occurredAt })
  })
}

async function inTurns<Each>(
  all: readonly Each[],
  send: (each: Each) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < all.length; from += inFlightMax) {
    await Promise.all(all.slice(from, from + inFlightMax).map(send))
  }
}
