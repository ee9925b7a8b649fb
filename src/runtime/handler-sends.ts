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
import { SentBefore } from '../actors/sent-before.js'
import type { HandlerReceipt } from '../define/handler.js'
import { hashCommand } from '../events/command-hash.js'
import { streamIdOf } from '../events/stream-id.js'
import type { EventStore } from '../store/contracts.js'
import { isHandlerCommand } from '../subscriptions/delivery.js'
import type { SendRequest } from '../subscriptions/pump-messages.js'

export class HandlerSends {
  readonly #actors: ActorSystem
  readonly #sentBefore: SentBefore

  constructor(actors: ActorSystem, store: Pick<EventStore, 'readStream' | 'head'>) {
    this.#actors = actors
    this.#sentBefore = new SentBefore(store, isHandlerCommand)
  }

  /**
   * Rejects with what the actor system's own rejects with, and with what reading a stream does.
   *
   * @throws {CommandIdReusedError} DRAMATIS_COMMAND_ID_REUSED
   */
  async send(request: SendRequest): Promise<HandlerReceipt> {
    const { actor, aggregateId, command, data, commandId, position, isRepeated } = request
    const where = this.#sentBefore.whereFollowing(position, isRepeated)
    // What no actor takes is refused as it would be without a look.
    const checked = where === null ? null : this.#actors.check(actor, aggregateId, command, data)
    const streamId = streamIdOf(actor, aggregateId)
    const send = (): Promise<HandlerReceipt> => this.#send(request)
    const sent = await this.#sentBefore.sendOnce(streamId, commandId, where, send)
    const { receipt, commandHash } = sent
    if (checked === null || commandHash === undefined) return receipt
    if (commandHash === hashCommand(command, checked)) return receipt
    throw new CommandIdReusedError(streamId, commandId, command, undefined)
  }

  #send(request: SendRequest): Promise<HandlerReceipt> {
    const { actor, aggregateId, command, data } = request
    const { commandId, correlationId, causationId, userId } = request
    const options = { commandId, correlationId, causationId }
    const origin = userId === null ? options : { ...options, userId }
    return this.#actors.send(actor, aggregateId, command, data, origin)
  }
}
