/**
 * The rules of payments: why something cannot be done to one, as data.
 *
 * Pure. Reasons are stable: clients match on them. Nothing is idempotent on purpose: whoever captures
 * or refunds twice is told so.
 */

import type { Refusal } from '../order/order-rules.js'
import type { PaymentState, PaymentStatus } from './payment-state.js'

/** What a rule hands back: the payment as it can be acted on, or why it cannot. */
export type PaymentRuling =
  | { readonly amountCents: number; readonly no: null }
  | { readonly no: Refusal }

export function whyNotAuthorised(state: PaymentState): Refusal | null {
  return state.status === 'none' ? null : ['PAYMENT_EXISTS', paymentIs(state)]
}

/** Only an authorised payment can be captured, or fail. */
export function ifAuthorised(state: PaymentState): PaymentRuling {
  return ifIn('authorised', 'PAYMENT_NOT_AUTHORISED', state)
}

/** Only what was captured can be given back. */
export function ifCaptured(state: PaymentState): PaymentRuling {
  return ifIn('captured', 'PAYMENT_NOT_CAPTURED', state)
}

function ifIn(status: PaymentStatus, reason: string, state: PaymentState): PaymentRuling {
  if (state.status === 'none') return { no: ['PAYMENT_UNKNOWN'] }
  if (state.status !== status) return { no: [reason, paymentIs(state)] }
  return { amountCents: state.amountCents, no: null }
}

function paymentIs(state: PaymentState): string {
  return `the payment is ${state.status}`
}
