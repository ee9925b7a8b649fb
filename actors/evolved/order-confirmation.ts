/**
 * `order-confirmation` of the second version: the same handler under the same name, so it goes on where
 * the first one stopped.
 */

import { defineHandler } from 'dramatis'
import { callService } from '../handlers/outside-world.js'
import { Order } from './order.js'

export const confirmOrder = defineHandler('order-confirmation', {
  from: [Order],
  on: {
    OrderCreated: ({ aggregateId, data }, call) =>
      callService(
        { service: 'mail', subject: aggregateId, text: `thank you for ${data.totalCents} cents` },
        call,
      ),
    OrderWithdrawn: ({ aggregateId, data }, call) =>
      callService(
        { service: 'mail', subject: aggregateId, text: `withdrawn by the ${data.by}` },
        call,
      ),
  },
  timeoutMs: 10_000,
})
