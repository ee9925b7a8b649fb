/**
 * The rules of orders: why something cannot be done to one, as data.
 *
 * Pure, and apart from the events that record what was done, so that events may change their schemas and
 * the rules stay. Reasons are stable: clients match on them.
 */

import type { OrderLine, OrderState } from './order-state.js'

/** A stable reason, and for people what was found. */
export type Refusal = readonly [reason: string, detail?: string]

export function whyNotCreated(state: OrderState, lines: readonly OrderLine[]): Refusal | null {
  if (state.status !== 'none') return ['ORDER_EXISTS', orderIs(state)]
  return lines.length === 0 ? ['ORDER_WITHOUT_LINES'] : null
}

export function whyNotPaid(state: OrderState, amountCents: number): Refusal | null {
  if (state.status === 'none') return ['ORDER_NOT_CREATED']
  if (state.status !== 'pending') return ['ORDER_NOT_PENDING', orderIs(state)]
  if (amountCents === state.totalCents) return null
  return ['AMOUNT_MISMATCH', `${amountCents} cents for ${state.totalCents}`]
}

export function whyNotShipped(state: OrderState): Refusal | null {
  if (state.status === 'none') return ['ORDER_NOT_CREATED']
  return state.status === 'paid' ? null : ['ORDER_NOT_PAID', orderIs(state)]
}

export function whyNotDelivered(state: OrderState): Refusal | null {
  if (state.status === 'none') return ['ORDER_NOT_CREATED']
  return state.status === 'shipped' ? null : ['ORDER_NOT_SHIPPED', orderIs(state)]
}

export function whyNotCancelled(state: OrderState): Refusal | null {
  if (state.status === 'none') return ['ORDER_NOT_CREATED']
  const isOpen = state.status === 'pending' || state.status === 'paid'
  return isOpen ? null : ['ORDER_NOT_CANCELLABLE', orderIs(state)]
}

function orderIs(state: OrderState): string {
  return `the order is ${state.status}`
}
