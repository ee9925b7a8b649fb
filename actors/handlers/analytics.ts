/**
 * `analytics`: copies every step of every order to the data warehouse, in order per order.
 */

import { defineHandler, type HandlerContext } from 'dramatis'
import { Order } from '../order/order.js'
import { callService } from './outside-world.js'

export const recordAnalytics = defineHandler('analytics', {
  from: [Order],
  on: {
    OrderCreated: record,
    OrderPaid: record,
    OrderShipped: record,
    OrderDelivered: record,
    OrderCancelled: record,
  },
  timeoutMs: 10_000,
})

function record(
  event: { readonly type: string; readonly aggregateId: string; readonly occurredAt: Date },
  call: HandlerContext,
): Promise<unknown> {
  const text = `${event.type} ${event.occurredAt.toISOString()}`
  return callService({ service: 'warehouse', subject: event.aggregateId, text }, call)
}
