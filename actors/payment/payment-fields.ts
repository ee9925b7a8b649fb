/**
 * The fields that the commands and events of a payment share, as schema rules.
 */

/** Whole cents, never negative: an order may cost nothing. */
const amountCents = 'number|integer|min:0'

const reason = 'string|min:1|max:200'

export const authorisation = {
  amountCents,
  method: { type: 'enum', values: ['card', 'bank', 'wallet'] },
} as const

export const capture = { amountCents } as const

export const refund = { amountCents, reason } as const

export const why = { reason } as const
