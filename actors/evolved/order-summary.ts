/**
 * `OrderSummary`, version 2: how each order was paid, in which currency, and an index for it.
 *
 * Another version is another set of rows: it is filled from the whole log while version 1 serves.
 */

import { defineProjector, rowType, type ViewWriter } from 'dramatis'
import type { OrderStatus } from '../order/order-state.js'
import type { OrderSummaryRow as RowBefore } from '../views/order-summary.js'
import { Order } from './order.js'

export interface OrderSummaryRow extends RowBefore {
  /** `null`: not paid yet. */
  readonly paidBy: 'card' | 'bank' | 'wallet' | null
  readonly currency: 'BRL' | 'EUR' | 'USD' | null
}

export const OrderSummary = defineProjector('OrderSummary', {
  version: 2,
  from: [Order],
  row: rowType<OrderSummaryRow>(),
  indexes: {
    byCustomer: (row) => [row.customerId, row.createdAt],
    byStatus: (row) => [row.status, row.createdAt],
    byPayment: (row) => [row.paidBy ?? '', row.createdAt],
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
        paidBy: null,
        currency: null,
      }),
    OrderPaid: (event, view) =>
      view.update(event.aggregateId, (row) => ({
        ...row,
        status: 'paid',
        updatedAt: event.occurredAt,
        paidBy: event.data.method,
        currency: event.data.amount.currency,
      })),
    OrderShipped: (event, view) => moveTo('shipped', event, view),
    OrderDelivered: (event, view) => moveTo('delivered', event, view),
    OrderWithdrawn: (event, view) => moveTo('cancelled', event, view),
  },
})

function moveTo(
  status: OrderStatus,
  event: { readonly aggregateId: string; readonly occurredAt: Date },
  view: ViewWriter<OrderSummaryRow>,
): void {
  view.update(event.aggregateId, (row) => ({ ...row, status, updatedAt: event.occurredAt }))
}
