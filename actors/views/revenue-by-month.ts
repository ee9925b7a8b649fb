/**
 * `RevenueByMonth`: what was paid in each month, one row per `YYYY-MM`.
 *
 * Revenue here is money received: the month is that of the payment in the world (UTC), and
 * cancelling a paid order does not take it back, because a refund is a payment of its own.
 */

import { defineProjector, rowType } from 'dramatis'
import { Order } from '../order/order.js'

export interface RevenueByMonthRow {
  /** `YYYY-MM`, the row's id as well. */
  readonly month: string
  readonly paidCents: number
  /** How many payments that were. */
  readonly payments: number
}

export const RevenueByMonth = defineProjector('RevenueByMonth', {
  version: 1,
  from: [Order],
  row: rowType<RevenueByMonthRow>(),
  on: {
    OrderPaid: ({ occurredAt, data }, view) => {
      const month = monthOf(occurredAt)
      view.upsert(month, (row) => ({
        month,
        paidCents: (row?.paidCents ?? 0) + data.amountCents,
        payments: (row?.payments ?? 0) + 1,
      }))
    },
  },
})

function monthOf(date: Date): string {
  return date.toISOString().slice(0, 7)
}
