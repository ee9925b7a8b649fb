/**
 * A stand-in for whoever carries the parcels: collects one, and says what became of it.
 */

import { AnsweredOnce, type OutsideCall } from './answered-once.js'
import { isLost } from './outside-plan.js'
import { planInForce } from './plan-in-force.js'

export type TrackAnswer =
  | { readonly outcome: 'delivered' }
  | { readonly outcome: 'lost'; readonly reason: string }

const carrier = new AnsweredOnce('the carrier')

/**
 * Has the parcel of an order collected.
 *
 * @returns the carrier's number for it.
 * @throws an error when the carrier is unavailable for now: nothing was collected.
 */
export function collect(orderId: string, call: OutsideCall): Promise<string> {
  return carrier.answer('collect', orderId, call, () => `parcel-${orderId}`)
}

/**
 * What became of a parcel that was collected. The carrier answers when it knows.
 *
 * @throws an error when the carrier is unavailable for now.
 */
export function track(orderId: string, call: OutsideCall): Promise<TrackAnswer> {
  return carrier.answer('track', orderId, call, () =>
    isLost(planInForce(), orderId)
      ? { outcome: 'lost', reason: 'PARCEL_LOST' }
      : { outcome: 'delivered' },
  )
}

/** How often the parcel of an order was collected on this thread, repeated keys not counted. */
export function timesCollected(orderId: string): number {
  return carrier.acts('collect', orderId)
}
