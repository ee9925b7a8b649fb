/**
 * The claims of an app's actors, as hosts ask for them: who holds a value, and making them anew.
 */

import type { ActorSystem } from '../actors/actor-system.js'
import type { ClaimsRebuilt } from '../actors/claim-rebuild.js'
import { InvalidArgumentError } from '../base/errors.js'
import type { AnyActor } from '../define/actor.js'

export class Claims {
  readonly #actors: ActorSystem
  readonly #assertOpen: () => void

  /** @param assertOpen - Throws once the runtime is closing. */
  constructor(actors: ActorSystem, assertOpen: () => void) {
    this.#actors = actors
    this.#assertOpen = assertOpen
  }

  /**
   * The stream that holds a value of an actor's `unique`, as far as is durable; `undefined`: it is free.
   * A value that is free now may be taken by the time that a command claims it: the command is what counts.
   *
   * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
   * @throws {UnknownActorError} DRAMATIS_UNKNOWN_ACTOR
   */
  async owner<A extends AnyActor>(
    actor: A,
    claim: keyof A['unique'] & string,
    value: string,
  ): Promise<string | undefined> {
    this.#assertOpen()
    if (typeof value !== 'string') throw new InvalidArgumentError('value', 'a text', value)
    return await this.#actors.claimOwner(actor, claim, value)
  }

  /**
   * Has every actor of a type claim what its state says, and releases what no state claims any more.
   * Needed once after `unique` was added to an actor with a history, or gives other values than before.
   * Reads every actor of the type; commands go on meanwhile. Doing it again changes nothing. Of two
   * actors with one value the first to ask keeps it; the other is reported, and keeps its state.
   *
   * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT: the actor has no `unique`.
   * @throws {InvalidClaimError} DRAMATIS_INVALID_CLAIM
   * @throws {ActivationFailedError} DRAMATIS_ACTIVATION_FAILED: one of them could not be read back.
   */
  async rebuild(actor: AnyActor): Promise<ClaimsRebuilt> {
    this.#assertOpen()
    return await this.#actors.rebuildClaims(actor)
  }
}
