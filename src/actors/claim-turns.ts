/**
 * What an actor does about its claims when it is asked to, apart from commands: see `claim-rebuild.ts`.
 *
 * Runs at the actor's turn, so its state cannot change meanwhile.
 */

import { claimKey } from '../store/claims.js'
import { ClaimTakenError } from '../store/errors.js'
import type { Actor } from './actor.js'
import type { ClaimConflict } from './claim-rebuild.js'
import { claimsOf } from './claims.js'
import type { Executor } from './executor.js'

/**
 * Claims everything that the actor's state says, as far as it is free, or was and is damaged. Returns what is not.
 *
 * @throws {InvalidClaimError} DRAMATIS_INVALID_CLAIM
 */
export function claimAgain(executor: Executor, actor: Actor): readonly ClaimConflict[] {
  const conflicts: ClaimConflict[] = []
  for (const claim of claimsOf(actor.type, actor.streamId, actor.state)) {
    try {
      executor.stageClaims(actor, { claimed: [claim], released: [], mends: true })
    } catch (error) {
      if (!(error instanceof ClaimTakenError)) throw error
      const { value, owner, streamId } = error
      conflicts.push({ claim: claim.name, value, owner, streamId })
    }
  }
  return conflicts
}

/** Releases a claim that the actor's state does not make. Returns whether it did not. */
export function releaseUnclaimed(executor: Executor, actor: Actor, key: string): boolean {
  const claims = claimsOf(actor.type, actor.streamId, actor.state)
  if (claims.some((claim) => claimKey(claim) === key)) return false
  executor.stageClaims(actor, { claimed: [], released: [key] })
  return true
}
