/**
 * Ending a stream: closing it, or deleting what is in it.
 *
 * Deleting is two steps: once a stream is closed and that is durable nothing can be under way in it, and
 * all of it is overwritten in one transaction.
 */

import type { ActorSystem } from '../actors/actor-system.js'
import type { Receipt, SendOptions } from '../actors/command.js'
import { closeCommand, deleteCommand } from '../actors/stream-end-commands.js'
import { knownKeys } from '../base/options.js'
import type { AnyActor } from '../define/actor.js'
import { StreamEndedError } from '../store/errors.js'

export interface EndStreamOptions
  extends Pick<SendOptions, 'expectedVersion' | 'userId' | 'correlationId' | 'metadata'> {
  /** Kept with the end of the stream; raw readings of the log show it. */
  readonly reason?: string
}

/** The last event of a stream. */
export type StreamEnd = Pick<Receipt, 'streamId' | 'version' | 'position'>

const optionKeys = ['reason', 'expectedVersion', 'userId', 'correlationId', 'metadata']

export async function closeStream(
  system: ActorSystem,
  actor: AnyActor,
  aggregateId: string,
  options: EndStreamOptions = {},
): Promise<StreamEnd> {
  return await end(system, actor, aggregateId, closeCommand, options)
}

export async function deleteStream(
  system: ActorSystem,
  actor: AnyActor,
  aggregateId: string,
  options: EndStreamOptions = {},
): Promise<StreamEnd> {
  const { expectedVersion: _checked, ...rest } = options
  try {
    await end(system, actor, aggregateId, closeCommand, options)
  } catch (error) {
    if (!(error instanceof StreamEndedError) || error.state === 'deleted') throw error
    // Closed long ago: what was expected of its version is checked now.
    return await end(system, actor, aggregateId, deleteCommand, options)
  }
  return await end(system, actor, aggregateId, deleteCommand, rest)
}

async function end(
  system: ActorSystem,
  actor: AnyActor,
  aggregateId: string,
  command: string,
  options: EndStreamOptions,
): Promise<StreamEnd> {
  const { reason, ...send } = knownKeys(command.slice(1), options, optionKeys)
  const data = reason === undefined ? {} : { reason }
  const receipt = await system.send(actor, aggregateId, command, data, send)
  const { streamId, version, position } = receipt
  return { streamId, version, position }
}
