/**
 * The fields that the commands and events of a product's stock share, as schema rules.
 *
 * Rules of form only. The limit of one quantity lets ten thousand deliveries of stock add up to a safe
 * integer many times over.
 */

/** Pieces of the product. */
const quantity = 'number|integer|min:1|max:1000000000'

/** Who holds a reservation chooses its id: one that is unique for the product, such as the order's. */
const reservationId = 'string|min:1|max:200'

export const delivery = { quantity } as const

export const reservation = { reservationId, quantity } as const

export const reservationReference = { reservationId } as const
