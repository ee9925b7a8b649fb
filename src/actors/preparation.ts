/**
 * Preparation: the asynchronous look-ups of a command, before it enters the mailbox.
 *
 * Runs outside the mailbox, so other commands of the actor do not wait for it. What it returns is
 * untrusted like the command itself, and is copied and checked the same way.
 */

import type { Payload } from '../events/schema.js'
import { PrepareFailedError } from './errors.js'
import type { Message } from './message.js'

export interface PreparationListener {
  /** The message's payload is the completed one. */
  onPrepared(message: Message): void
  onFailed(message: Message, error: unknown): void
}

/** The commands that are being prepared. */
export class Preparations {
  readonly #listener: PreparationListener
  readonly #underWay = new Map<Message, AbortController>()

  constructor(listener: PreparationListener) {
    this.#listener = listener
  }

  underWay(): readonly Message[] {
    return [...this.#underWay.keys()]
  }

  begin(message: Message): void {
    const controller = new AbortController()
    this.#underWay.set(message, controller)
    preparePayload(message, controller.signal).then(
      (payload) => {
        if (!this.#underWay.delete(message)) return
        message.payload = payload
        this.#listener.onPrepared(message)
      },
      (error: unknown) => {
        if (this.#underWay.delete(message)) this.#listener.onFailed(message, error)
      },
    )
  }

  /** Aborts a preparation, if it is under way; nothing more is heard of it. */
  abandon(message: Message, reason: unknown): void {
    const controller = this.#underWay.get(message)
    this.#underWay.delete(message)
    controller?.abort(reason)
  }
}

/**
 * @param signal - Aborts when the caller gives up.
 * @throws {PrepareFailedError} DRAMATIS_PREPARE_FAILED
 */
async function preparePayload(message: Message, signal: AbortSignal): Promise<Payload> {
  const { definition, payload } = message.command!
  try {
    const tools = Object.freeze({ aggregateId: message.aggregateId, signal })
    return payload.check(await definition.prepare!(message.payload, tools))
  } catch (error) {
    throw new PrepareFailedError(message.streamId, message.name, error)
  }
}
