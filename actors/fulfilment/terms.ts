/**
 * The terms that both twins fulfil orders under.
 */

/** What customers pay with here; an order does not say. */
export const method = 'card'

/** How long goods are kept for an order that is not paid. Milliseconds. */
export const paymentTimeMs: number = 30 * 60_000
