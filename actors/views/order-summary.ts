/**
 * `OrderSummary`: one row per order, as lists and detail pages show it.
 *
 * By id; by customer (read it in reverse for the newest first); by status. Dates are when things
 * happened in the world, so imported orders stand where they belong.
 */

import { defineProjector, rowType, type ViewWriter } from 'dramatis'
import { Order } from '../order/order.js'
import type { OrderStatus } from '../order/order-state.js'

export interface OrderSummaryRow {
  readonly orderId: string
  readonly customerId: string
  readonly status: OrderStatus
  readonly totalCents: number
  readonly lineCount: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

export const OrderSummary = defineProjector('OrderSummary', {
  version: 1,
  from: [Order],
  row: rowType<OrderSummaryRow>(),
  indexes: {
    byCustomer: (row) => [row.customerId, row.createdAt],
    byStatus: (row) => [row.status, row.createdAt],
  },
  on: {
    OrderCreated: ({ aggregateId, occurredAt, data }, view) =>
      view.put(aggregateId, {
        orderId: aggregateId,
        customerId: data.customerId,
        status: 'pending',
        totalCents: data.totalCents,
        lineCount: data.lines.length,
        createdAt: occurredAt,
        updatedAt: occurredAt,
      }),
    OrderPaid: (event, view) => moveTo('paid', event, view),
    OrderShipped: (event, view) => moveTo('shipped', event, view),
    OrderDelivered: (event, view) => moveTo('delivered', event, view),
    OrderCancelled: (event, view) => moveTo('cancelled', event, view),
  },
})

function moveTo(
  status: OrderStatus,
  event: { readonly aggregateId: string; readonly occurredAt: Date },
  view: ViewWriter<OrderSummaryRow>,
): void {
  view.update(event.aggregateId, (row) => ({ ...row, status, updatedAt: event.occurredAt }))
}
