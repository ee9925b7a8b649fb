/**
 * The fields that the commands and events of a shipment share, as schema rules.
 */

const id = 'string|min:1|max:100'

/** Pieces of one product. */
export const pieces = {
  type: 'object',
  props: { productId: id, quantity: 'number|integer|min:1|max:1000000000' },
} as const

export const booking = {
  carrier: `${id}|optional`,
  pieces: { type: 'array', items: pieces, min: 1, max: 1_000 },
} as const

/** The carrier's number for it. */
export const parcel = { parcelId: 'string|min:1|max:600|optional' } as const

export const loss = { reason: 'string|min:1|max:200' } as const
