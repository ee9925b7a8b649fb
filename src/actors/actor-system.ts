/**
 * The actor system: what it takes, what it promises, and how one is made.
 *
 * The seam to the runtime above; how the promises are kept is `local-actor-system.ts`.
 */

import type { Clock } from '../base/clock.js'
import type { IdSource } from '../base/ids.js'
import type { Random } from '../base/random.js'
import type { AnyActor } from '../define/actor.js'
import type { RecordedEvent } from '../events/event.js'
import type { Payload } from '../events/schema.js'
import type { EventStore } from '../store/contracts.js'
import type { ClaimsRebuilt } from './claim-rebuild.js'
import type { DecideOptions, Receipt, SendOptions, TransactOptions } from './command.js'
import type { DecideOverEvents, DecisionQuery, DecisionReceipt } from './decisions.js'
import type { ActorLimits } from './limits.js'
import { LocalActorSystem } from './local-actor-system.js'
import type { Moment } from './moment.js'
import type { StateDifference } from './past-state.js'
import type { ActorSystemStatus } from './status.js'
import type { CommandToTransact } from './transactions.js'

export interface ActorSystemOptions {
  /** Open; stays the caller's to close, after the system. */
  readonly store: EventStore
  readonly actors: readonly AnyActor[]
  readonly clock: Clock
  readonly random: Random
  readonly ids: IdSource
  /** @default `defaultActorLimits` */
  readonly limits?: Partial<ActorLimits>
  /** Every durable commit's events in log order, after receipts were released. Must not throw. */
  readonly onEvents?: (events: readonly RecordedEvent[]) => void
}

export interface ActorSystem {
  /**
   * Sends a command. Resolves when everything it decided is durable; rejects with a coded error, see
   * `docs/errors.md`. Never throws synchronously.
   */
  send(
    actor: AnyActor | string,
    aggregateId: string,
    command: string,
    payload: unknown,
    options?: SendOptions,
  ): Promise<Receipt>
  /**
   * Checks a command as `send` would before it runs: that there is such an actor and such a command, that
   * the id can be one, that the payload fits. Sends nothing. Throws what `send` would reject with.
   *
   * @returns the payload, copied and frozen, as it was given: for sending it later.
   */
  check(actor: AnyActor | string, aggregateId: string, command: string, payload: unknown): Payload
  /**
   * Sends commands to several actors, which are recorded in one commit: all or none. Resolves with their
   * receipts, in order; rejects with what the first of them was refused for. Never throws synchronously.
   */
  transact(
    commands: readonly CommandToTransact[],
    options?: TransactOptions,
  ): Promise<readonly Receipt[]>
  /**
   * Decides over what a query finds, and records what the function returns unless further events that the
   * query finds came in between; then it is asked again. Never throws synchronously.
   */
  decide(
    query: DecisionQuery,
    decide: DecideOverEvents,
    options?: DecideOptions,
  ): Promise<DecisionReceipt>
  /** The actor's state after every command sent before; frozen. Waits for the commits it rests on. */
  state(actor: AnyActor | string, aggregateId: string): Promise<unknown>
  /**
   * The actor's durable state at a moment of its past; frozen. Wakes nobody.
   *
   * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
   * @throws {MomentNotReachedError} DRAMATIS_MOMENT_NOT_REACHED
   * @throws {EvolveFailedError} DRAMATIS_EVOLVE_FAILED, and what reading a stream and upcasting throw
   */
  stateAt(actor: AnyActor | string, aggregateId: string, moment: Moment): Promise<unknown>
  /** What changed between two moments, either way round. Throws as `stateAt` does. @param after - Default: now. */
  difference(
    actor: AnyActor | string,
    aggregateId: string,
    before: Moment,
    after?: Moment,
  ): Promise<StateDifference>
  /** Deletes the actor's snapshot, and what waits to become one. */
  deleteSnapshot(actor: AnyActor | string, aggregateId: string): Promise<void>
  /** Deletes the snapshots of all actors, and what waits to become one. */
  deleteSnapshots(): Promise<void>
  /** The stream that holds a value of an actor's `unique`, durably; `undefined`: none does. */
  claimOwner(actor: AnyActor | string, claim: string, value: string): Promise<string | undefined>
  /** Has every actor of a type claim what its state says, and releases what no state claims. */
  rebuildClaims(actor: AnyActor | string): Promise<ClaimsRebuilt>
  /**
   * Has every actor of these names that is in memory read back from its stream, because what was read
   * before no longer holds. Commands wait meanwhile; none is lost.
   *
   * @returns how many, when no such actor holds its old state, and no snapshot of one is on its way.
   */
  reread(actors: ReadonlySet<string>): Promise<number>
  status(): ActorSystemStatus
  /**
   * Refuses new commands and waits for the ones that were taken. Idempotent.
   *
   * @param deadlineMs - What is not done by then is answered with an error. Milliseconds in
   *   [0, 2_147_483_647]. @default 10_000
   */
  close(deadlineMs?: number): Promise<void>
}

/**
 * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
 * @throws {InvalidSchemaError} DRAMATIS_INVALID_SCHEMA
 */
export function createActorSystem(options: ActorSystemOptions): ActorSystem {
  return new LocalActorSystem(options)
}
