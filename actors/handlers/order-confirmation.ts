/**
 * `order-confirmation`: tells the customer that the order was placed, and when it was cancelled.
 */

import { defineHandler } from 'dramatis'
import { Order } from '../order/order.js'
import { callService } from './outside-world.js'

export const confirmOrder = defineHandler('order-confirmation', {
  from: [Order],
  on: {
    OrderCreated: ({ aggregateId, data }, call) =>
      callService(
        { service: 'mail', subject: aggregateId, text: `thank you for ${data.totalCents} cents` },
        call,
      ),
    OrderCancelled: ({ aggregateId, data }, call) =>
      callService(
        { service: 'mail', subject: aggregateId, text: `cancelled: ${data.reason}` },
        call,
      ),
  },
  timeoutMs: 10_000,
})
