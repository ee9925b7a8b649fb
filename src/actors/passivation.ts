/**
 * Passivation policy: which idle actors are let go, and when to look again.
 *
 * Pure. Only idle actors are ever asked about (`idle-list.ts`), so nobody can see one go: the next
 * command reads it back from its stream.
 */

import type { ActorLimits } from './limits.js'

/** Whether an actor idle since then has been idle for long enough. */
export function isIdleForLong(limits: ActorLimits, idleSinceMs: number, nowMs: number): boolean {
  return nowMs - idleSinceMs >= limits.idleMs
}

/** How many idle actors have to go before one more may come. Negative or 0: none. */
export function actorsToEvict(limits: ActorLimits, resident: number): number {
  return resident + 1 - limits.actorsMax
}

/** Pause between two looks at the idle actors: coarse, so that idling costs nothing. */
export function sweepDelayMs(limits: ActorLimits): number {
  return Math.max(1, Math.ceil(limits.idleMs / 4))
}
