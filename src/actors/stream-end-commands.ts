/**
 * Closing and deleting a stream, as commands that every actor has.
 *
 * They go through the mailbox like any other: in order, with a receipt, recognised when repeated. What
 * they record means nothing to the actor's own `evolve`: closing leaves the state as it is, deleting
 * leads back to the state before the first event.
 */

import type { AnyActor, AnyCommand } from '../define/actor.js'
import { compileSchema } from '../events/schema.js'
import { streamClosed, streamDeleted } from '../events/stream-end.js'
import type { CommandType, EventType, Evolve } from './actor-type.js'

/** No command of an app can have such a name. */
export const closeCommand = '$closeStream'
export const deleteCommand = '$deleteStream'

const payload = compileSchema('the reason', { reason: 'string|optional' })

export const streamEndCommands: readonly CommandType[] = [
  commandType(closeCommand, streamClosed),
  commandType(deleteCommand, streamDeleted),
]

/** The events of both, by type. */
export function streamEndEvents(definition: AnyActor): ReadonlyMap<string, EventType> {
  return new Map([
    [streamClosed, eventType((state) => state)],
    [streamDeleted, eventType(() => definition.initialState())],
  ])
}

function commandType(name: string, type: string): CommandType {
  const decide = (_state: unknown, data: unknown): object => ({ type, data })
  const definition = { schema: {}, decide } as unknown as AnyCommand
  return Object.freeze({ name, definition, payload, endsStream: true })
}

function eventType(evolve: Evolve): EventType {
  const none = { tags: null, personal: null }
  return Object.freeze({ payload, schemaVersion: 1, evolve, ...none, endsStream: true })
}
