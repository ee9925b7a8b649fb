/**
 * A stand-in for whoever moves the money: charges a customer, or says no, and gives money back.
 *
 * Declining is an answer, not an error: asking again with the same key gets the same answer.
 */

import { AnsweredOnce, type OutsideCall } from './answered-once.js'
import { isDeclined } from './outside-plan.js'
import { planInForce } from './plan-in-force.js'

export type ChargeAnswer =
  | { readonly outcome: 'charged' }
  | { readonly outcome: 'declined'; readonly reason: string }

const provider = new AnsweredOnce('the payment provider')

/** @throws an error when the provider is unavailable for now: nothing was charged. */
export function charge(orderId: string, call: OutsideCall): Promise<ChargeAnswer> {
  return provider.answer('charge', orderId, call, () =>
    isDeclined(planInForce(), orderId)
      ? { outcome: 'declined', reason: 'CARD_DECLINED' }
      : { outcome: 'charged' },
  )
}

/** @throws an error when the provider is unavailable for now: nothing was given back. */
export function refund(orderId: string, call: OutsideCall): Promise<void> {
  return provider.answer('refund', orderId, call, () => undefined)
}

/** How often an order was charged or refunded on this thread, repeated keys not counted. */
export function timesDone(what: 'charge' | 'refund', orderId: string): number {
  return provider.acts(what, orderId)
}
