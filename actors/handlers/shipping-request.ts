/**
 * `shipping-request`: asks the carrier to collect what has been paid.
 */

import { defineHandler } from 'dramatis'
import { Order } from '../order/order.js'
import { callService } from './outside-world.js'

export const requestShipping = defineHandler('shipping-request', {
  from: [Order],
  on: {
    OrderPaid: ({ aggregateId, data }, call) =>
      callService(
        { service: 'carrier', subject: aggregateId, text: `collect, paid by ${data.method}` },
        call,
      ),
  },
  timeoutMs: 10_000,
})
