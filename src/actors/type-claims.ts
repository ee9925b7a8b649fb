/**
 * What hosts ask about the claims of an actor type: who holds a value, and making all of them anew.
 */

import { InvalidArgumentError } from '../base/errors.js'
import type { EventStore } from '../store/contracts.js'
import type { ActorType } from './actor-type.js'
import { type ClaimsRebuilt, rebuildClaims } from './claim-rebuild.js'
import { claimAgain, releaseUnclaimed } from './claim-turns.js'
import type { Executor } from './executor.js'
import type { Message } from './message.js'

/** Asks an actor at its turn; answered once what the answer rests on is durable. */
type Ask = (aggregateId: string, question: NonNullable<Message['question']>) => Promise<unknown>

/**
 * The stream that holds a value, durably; `undefined`: none does.
 *
 * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT: the type has no such claim.
 */
export async function claimOwnerOf(
  store: EventStore,
  type: ActorType,
  claim: string,
  value: string,
): Promise<string | undefined> {
  const name = `${type.name}.${claim}`
  if (type.unique?.has(name) === true) return await store.readClaimOwner({ name, value })
  const known = [...(type.unique?.keys() ?? [])].map((each) => each.slice(type.name.length + 1))
  const expected = `a claim of ${type.name} (${known.join(', ') || 'it has none'})`
  throw new InvalidArgumentError('claim', expected, claim)
}

/** @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT: the type claims nothing. */
export async function rebuildClaimsOf(
  store: EventStore,
  type: ActorType,
  executor: Executor,
  ask: Ask,
): Promise<ClaimsRebuilt> {
  if (type.unique === null) throw new InvalidArgumentError('actor', 'one with unique', type.name)
  return await rebuildClaims(store, type, {
    claim: (aggregateId) =>
      ask(aggregateId, (actor) => claimAgain(executor, actor)) as Promise<never>,
    releaseUnclaimed: (aggregateId, key) =>
      ask(aggregateId, (actor) => releaseUnclaimed(executor, actor, key)) as Promise<never>,
    releaseDamaged: (key) => executor.releaseDamaged(key),
  })
}
