/**
 * The fields that the commands and events of a product's stock share, as schema rules.
 *
 * Rules of form only. The limit of one quantity lets ten thousand deliveries of stock add up to a safe
 * integer many times over.
 */

/** Pieces of the product. */
const quantity = 'number|integer|min:1|max:1000000000'

/** Who holds a reservation chooses its id, such as the order's: as long as an actor's id at most. */
const reservationId = 'string|min:1|max:512'

export const delivery = { quantity } as const

export const reservation = { reservationId, quantity } as const

export const reservationReference = { reservationId } as const
