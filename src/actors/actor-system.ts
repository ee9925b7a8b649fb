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
import type { EventStore } from '../store/contracts.js'
import type { Receipt, SendOptions } from './command.js'
import type { ActorLimits } from './limits.js'
import { LocalActorSystem } from './local-actor-system.js'
import type { ActorSystemStatus } from './status.js'

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
  /** The actor's state after every command sent before; frozen. Waits for the commits it rests on. */
  state(actor: AnyActor | string, aggregateId: string): Promise<unknown>
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
