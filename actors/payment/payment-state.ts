/**
 * What a payment remembers: how much, and where it stands.
 */

/** Where a payment that was begun can stand. */
export type PaymentStatus = 'authorised' | 'captured' | 'refunded' | 'failed'

/** `none`: nobody has asked for the payment. */
export type PaymentState =
  | { readonly status: 'none' }
  | { readonly status: PaymentStatus; readonly amountCents: number }

/** The same payment in another status. One that was never begun stays so. */
export function inPaymentStatus(state: PaymentState, status: PaymentStatus): PaymentState {
  return state.status === 'none' ? state : { ...state, status }
}
