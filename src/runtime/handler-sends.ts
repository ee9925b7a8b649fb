/**
 * Sending the commands of handlers, each of which acts once.
 *
 * A command's id follows from its delivery, so its actor recognises a repeat among its newest events. One
 * that may have been sent before is looked for in the whole of what its actor recorded since the event.
 *
 * Invariants:
 *   - a command that was recorded is not sent again, however often and however late its event is delivered;
 *   - what a first delivery after the opening sends is sent at once: nothing is read.
 */

import type { ActorSystem } from '../actors/actor-system.js'
import { CommandIdReusedError } from '../actors/errors.js'
import { SentBefore, type WhereSent } from '../actors/sent-before.js'
import type { HandlerReceipt } from '../define/handler.js'
import { hashCommand } from '../events/command-hash.js'
import { streamIdOf } from '../events/stream-id.js'
import type { EventStore } from '../store/contracts.js'
import { isHandlerCommand } from '../subscriptions/delivery.js'
import type { SendRequest } from '../subscriptions/pump-messages.js'

export class HandlerSends {
  readonly #actors: ActorSystem
  readonly #sentBefore: SentBefore
  /** By commandId. */
  readonly #underWay = new Map<string, Promise<HandlerReceipt>>()

  constructor(actors: ActorSystem, store: Pick<EventStore, 'readStream' | 'head'>) {
    this.#actors = actors
    this.#sentBefore = new SentBefore(store, isHandlerCommand)
  }

  /** Rejects with what the actor system's own rejects with, and with what reading a stream does. */
  async send(request: SendRequest): Promise<HandlerReceipt> {
    const { commandId } = request
    const sending = this.#sendOnce(request, this.#underWay.get(commandId))
    this.#underWay.set(commandId, sending)
    try {
      return await sending
    } finally {
      if (this.#underWay.get(commandId) === sending) this.#underWay.delete(commandId)
    }
  }

  /** @param before - By a delivery that was given up: it may be recorded yet. */
  async #sendOnce(
    request: SendRequest,
    before: Promise<HandlerReceipt> | undefined,
  ): Promise<HandlerReceipt> {
    const where = this.#sentBefore.whereFollowing(request.position, request.isRepeated)
    if (where !== null) {
      await before?.catch(() => undefined)
      const sent = await this.#find(request, where)
      if (sent !== null) return sent
    }
    const { actor, aggregateId, command, data } = request
    const { commandId, correlationId, causationId, userId } = request
    const { streamId, version, position, duplicate } = await this.#actors.send(
      ...([actor, aggregateId, command, data] as const),
      { commandId, correlationId, causationId, ...(userId === null ? {} : { userId }) },
    )
    return { streamId, version, position, duplicate }
  }

  /** @throws {CommandIdReusedError} DRAMATIS_COMMAND_ID_REUSED, and what `check` throws. */
  async #find(request: SendRequest, where: WhereSent): Promise<HandlerReceipt | null> {
    const { actor, aggregateId, command, data, commandId } = request
    const sent = this.#actors.check(actor, aggregateId, command, data)
    const streamId = streamIdOf(actor, aggregateId)
    const found = await this.#sentBefore.find(streamId, commandId, where)
    if (found === undefined) return null
    const { receipt, commandHash } = found
    if (commandHash === undefined || commandHash === hashCommand(command, sent)) return receipt
    throw new CommandIdReusedError(streamId, commandId, command, undefined)
  }
}
