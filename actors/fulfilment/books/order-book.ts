/**
 * The book of one order: what the order, its payment and its shipment say, and what that comes to.
 *
 * Everything is counted, so that what happened twice shows. Judging it is the business of `laws.ts`.
 */

/** How often something happened. */
export interface OrderCounts {
  readonly created: number
  readonly paid: number
  readonly delivered: number
  readonly cancelled: number
  readonly booked: number
  readonly handedOver: number
  readonly arrived: number
  readonly lost: number
}

export type OrderBook = OrderCounts & {
  /** What it costs. */
  readonly totalCents: number
  readonly paidCents: number
  readonly capturedCents: number
  readonly refundedCents: number
  readonly refunds: number
}

export const emptyOrderBook: OrderBook = Object.freeze({
  created: 0,
  paid: 0,
  delivered: 0,
  cancelled: 0,
  booked: 0,
  handedOver: 0,
  arrived: 0,
  lost: 0,
  totalCents: 0,
  paidCents: 0,
  capturedCents: 0,
  refundedCents: 0,
  refunds: 0,
})

/** The captured money whose parcel is under way or has arrived. */
export function shippedCents(book: OrderBook): number {
  return book.handedOver > book.lost ? book.capturedCents : 0
}

/** The captured money of which nothing is decided: neither is the parcel out, nor was it given back. */
export function undecidedCents(book: OrderBook): number {
  return shippedCents(book) === 0 && book.refunds === 0 ? book.capturedCents : 0
}

/** It arrived, once, and was paid for. */
export function isFulfilled(book: OrderBook): boolean {
  return (
    book.paid === 1 &&
    book.delivered === 1 &&
    book.cancelled === 0 &&
    book.arrived === 1 &&
    book.refunds === 0 &&
    book.capturedCents === book.totalCents
  )
}

/** It was cancelled, and whatever was captured was given back. No parcel of it is out. */
export function isCompensated(book: OrderBook): boolean {
  return (
    book.cancelled === 1 &&
    book.delivered === 0 &&
    book.handedOver === book.lost &&
    book.booked === book.handedOver &&
    book.capturedCents === book.refundedCents
  )
}
