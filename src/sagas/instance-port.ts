/**
 * How the live parts of sagas reach instances: a command to one, and its state.
 *
 * Takes the wrapping off errors, so that whoever asks gets the saga's own.
 */

import type { ActorSystem } from '../actors/actor-system.js'
import type { Receipt } from '../actors/command.js'
import type { SagaInstance } from '../define/saga/instance-state.js'
import type { EventMetadata } from '../events/event.js'
import type { SagaCommands } from './saga-commands.js'

/** Where a command to an instance comes from. */
export interface Origin {
  readonly causationId: string
  readonly correlationId: string
  readonly userId?: string
}

export class InstancePort {
  readonly #actors: ActorSystem
  readonly saga: string

  constructor(actors: ActorSystem, saga: string) {
    this.#actors = actors
    this.saga = saga
  }

  /**
   * @param origin - With a `commandId`: it is told once, however often it is repeated.
   * @throws what the decision throws, and what sending a command throws.
   */
  async tell<K extends keyof SagaCommands>(
    sagaId: string,
    command: K,
    data: SagaCommands[K],
    origin?: Origin & { readonly commandId?: string },
  ): Promise<Receipt> {
    try {
      return await this.#actors.send(this.saga, sagaId, command, data, origin)
    } catch (error) {
      throw unwrapped(error)
    }
  }

  /** The instance, on which everything decided before rests. */
  async state(sagaId: string): Promise<SagaInstance> {
    return (await this.#actors.state(this.saga, sagaId)) as SagaInstance
  }
}

/** What follows from an event comes from it. */
export function originOf(event: { readonly id: string; readonly metadata: EventMetadata }): Origin {
  const { correlationId, userId } = event.metadata
  return { causationId: event.id, correlationId, ...(userId === undefined ? {} : { userId }) }
}

function unwrapped(error: unknown): unknown {
  const { code, cause } = error as { code?: string; cause?: { code?: unknown } }
  if (code !== 'DRAMATIS_DECIDE_FAILED') return error
  return typeof cause?.code === 'string' && cause.code.startsWith('DRAMATIS_') ? cause : error
}
