/**
 * How the world outside treats each order: whose payment is declined, whose parcel is lost, which
 * products come short, and which calls fail for now.
 *
 * Pure: an answer follows from the plan, the order's id and what is asked, so every thread gives the
 * same one, whenever it is asked, and a test knows beforehand what every order must come to.
 *
 * Invariants:
 *   - unless its service is down, a transient fault is over after at most `transientAttemptsMax` attempts;
 *   - a raised rate adds orders to those that had bad luck before, and takes none away.
 */

import { chance } from '../../chance.js'

/** Shares, each in [0, 1]. */
export interface OutsidePlan {
  readonly seed: number
  /** Of orders, whose payment the provider declines. */
  readonly declined: number
  /** Of products, of which too little is received. */
  readonly short: number
  /** Of parcels, that the carrier loses. */
  readonly lost: number
  /** Of calls, that fail at first. */
  readonly transient: number
  /** A request that fails however often it is made: whoever should answer is down. @default none */
  readonly down?: OutsideRequest
}

/** What the world outside is asked for. */
export type OutsideRequest = 'charge' | 'refund' | 'collect' | 'track'

/** A world in which nothing goes wrong. */
export const calmPlan: OutsidePlan = Object.freeze({
  seed: 1,
  declined: 0,
  short: 0,
  lost: 0,
  transient: 0,
})

/** Below the five attempts that a handler has by default. */
export const transientAttemptsMax = 3

export function isDeclined(plan: OutsidePlan, orderId: string): boolean {
  return chance(plan.seed, `declined ${orderId}`) < plan.declined
}

export function isLost(plan: OutsidePlan, orderId: string): boolean {
  return chance(plan.seed, `lost ${orderId}`) < plan.lost
}

export function isShort(plan: OutsidePlan, productId: string): boolean {
  return chance(plan.seed, `short ${productId}`) < plan.short
}

/**
 * Whether a call fails for now.
 *
 * @param call - What is asked, then a space and the order's id.
 * @param attempt - 1-based.
 */
export function failsForNow(plan: OutsidePlan, call: string, attempt: number): boolean {
  if (plan.down !== undefined && call.startsWith(`${plan.down} `)) return true
  if (chance(plan.seed, `transient ${call}`) >= plan.transient) return false
  const attempts = 1 + Math.floor(chance(plan.seed, `lasts ${call}`) * transientAttemptsMax)
  return attempt <= attempts
}
