/**
 * The catalog: every actor of a system and its commands, by name.
 *
 * Compiled once; refuses names that it does not know and lists those that it does. Runs per command.
 */

import { InvalidArgumentError } from '../base/errors.js'
import type { AnyActor } from '../define/actor.js'
import { type ActorType, type CommandType, compileActor } from './actor-type.js'
import { UnknownActorError, UnknownCommandError } from './errors.js'

export class Catalog {
  readonly #types = new Map<string, ActorType>()

  /**
   * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT: two actors of one name.
   * @throws {InvalidSchemaError} DRAMATIS_INVALID_SCHEMA
   */
  constructor(actors: readonly AnyActor[]) {
    for (const actor of actors) {
      if (this.#types.has(actor.name)) {
        throw new InvalidArgumentError('actors', 'of different names', actor.name)
      }
      this.#types.set(actor.name, compileActor(actor))
    }
  }

  get types(): Iterable<ActorType> {
    return this.#types.values()
  }

  /**
   * A definition is known by its name, but it must be the one that was registered, or what it was made of:
   * the actor of a saga is registered with commands that its definition does not show.
   */
  actorOf(actor: AnyActor | string): ActorType {
    const name: unknown = typeof actor === 'string' ? actor : actor?.name
    const type = this.#types.get(name as string)
    if (type !== undefined && (typeof actor === 'string' || isSame(type.definition, actor)))
      return type
    throw new UnknownActorError(type === undefined ? name : actor, [...this.#types.keys()])
  }

  commandOf(type: ActorType, command: string): CommandType {
    const found = type.commands.get(command)
    if (found !== undefined) return found
    throw new UnknownCommandError(type.name, command, Object.keys(type.definition.commands))
  }
}

function isSame(registered: AnyActor, actor: AnyActor): boolean {
  return registered === actor || registered.madeOf === actor
}
