/**
 * Which deliveries go wrong in the demo, and how.
 *
 * Three kinds, as in real life: `transient`, a service that is briefly unavailable; `undeliverable`,
 * an order whose mail address nobody will ever accept (poison); `broken`, orders that the analytics
 * code cannot handle until somebody fixes it. Pure: the plan is data, and the same seed and event
 * always meet the same fault.
 */

import { chance } from '../chance.js'

export interface FaultPlan {
  readonly seed: number
  /** Share of deliveries with a transient fault. In [0, 1]. */
  readonly rate: number
  /** Orders that `order-confirmation` never gets through. */
  readonly undeliverable: readonly string[]
  /** Orders that `analytics` fails on until it is fixed. */
  readonly broken: readonly string[]
}

/** One delivery of one event to one handler. */
export interface Delivery {
  readonly handler: string
  readonly eventId: string
  readonly orderId: string
  /** 1-based. */
  readonly attempt: number
}

export type Fault = 'transient' | 'busy' | 'undeliverable' | 'broken'

/** A transient fault is over after at most so many attempts: below the handlers' limit. */
export const transientAttemptsMax = 3
const undeliverableMax = 20
const brokenMax = 50

/** Draws a plan for orders that are known to exist. A rate of 0 is a plan without any fault. */
export function drawFaultPlan(orderIds: readonly string[], seed: number, rate: number): FaultPlan {
  if (rate === 0) return { seed, rate, undeliverable: [], broken: [] }
  const drawn = [...orderIds]
    .map((orderId) => ({ orderId, sample: chance(seed, `fault ${orderId}`) }))
    .sort((a, b) => a.sample - b.sample || (a.orderId < b.orderId ? -1 : 1))
    .map(({ orderId }) => orderId)
  const poisoned = Math.min(undeliverableMax, Math.max(2, Math.round(drawn.length * rate * 0.02)))
  const failing = Math.min(brokenMax, Math.max(1, Math.round(drawn.length * rate * 0.05)))
  return {
    seed,
    rate,
    undeliverable: drawn.slice(0, poisoned),
    broken: drawn.slice(poisoned, poisoned + failing),
  }
}

/**
 * The fault that a delivery meets, or `null`. `broken` is for the caller to ask whether it has been
 * fixed meanwhile. Runs per delivery.
 */
export function faultOf(plan: FaultPlan, delivery: Delivery): Fault | null {
  const { handler, eventId, orderId, attempt } = delivery
  if (handler === 'order-confirmation' && plan.undeliverable.includes(orderId)) {
    return 'undeliverable'
  }
  if (handler === 'analytics' && plan.broken.includes(orderId)) return 'broken'
  if (attempt > transientAttemptsMax) return null
  if (chance(plan.seed, `${handler} ${eventId}`) >= plan.rate) return null
  const attempts = 1 + Math.floor(chance(plan.seed, `for ${handler} ${eventId}`) * 3)
  if (attempt > attempts) return null
  // The first refusal of the longest faults names a pause of its own, as a rate limit does.
  return attempts === transientAttemptsMax && attempt === 1 ? 'busy' : 'transient'
}
