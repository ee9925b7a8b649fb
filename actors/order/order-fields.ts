/**
 * The fields that an order's commands and events share, as schema rules.
 *
 * Rules of form only: what a field may hold. Rules of business (an order needs lines, a payment must
 * match) are decided in `order.ts`, where breaking one is an outcome with a reason, not a malformed
 * request. The limits keep every total a safe integer: 1,000 lines of 1,000 pieces at 10 million.
 */

const id = 'string|min:1|max:100'

/** Whole cents, never negative. */
const cents = 'number|integer|min:0|max:1000000000'

export const line = {
  type: 'object',
  props: {
    productId: id,
    sellerId: `${id}|optional`,
    quantity: 'number|integer|min:1|max:1000',
    /** For one piece. */
    priceCents: cents,
    /** For the whole line. */
    freightCents: cents,
  },
} as const

/** What the customer asks for. */
export const basket = {
  customerId: id,
  lines: { type: 'array', items: line, max: 1_000 },
} as const

/** How it was paid for; several payments of one order come as their sum. */
export const payment = {
  paymentId: id,
  amountCents: 'number|integer|min:0',
  method: { type: 'enum', values: ['card', 'bank', 'wallet'] },
} as const

export const shipment = { shipmentId: id } as const

export const cancellation = { reason: 'string|min:1|max:200' } as const
