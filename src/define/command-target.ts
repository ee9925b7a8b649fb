/**
 * A command and the actor it is for, as the code of handlers and sagas names them: checked, nothing copied.
 *
 * Whether there is such an actor, and whether it takes the command, is found out when it is sent.
 */

import { InvalidArgumentError } from '../base/errors.js'
import { nameOf } from '../base/options.js'

export interface CommandTarget {
  readonly actor: string
  readonly aggregateId: string
  readonly command: string
  readonly data: unknown
}

/** @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT: it names nobody, or nothing to do. */
export function parseCommandTarget(
  actor: unknown,
  aggregateId: unknown,
  command: unknown,
  data: unknown,
): CommandTarget {
  const name = nameOf(actor)
  if (name === '') throw new InvalidArgumentError('send', 'given an actor', actor)
  if (typeof aggregateId !== 'string') {
    throw new InvalidArgumentError(`send to ${name}`, 'given an id', aggregateId)
  }
  if (typeof command !== 'string') {
    throw new InvalidArgumentError(`send to ${name}`, "given a command's name", command)
  }
  return { actor: name, aggregateId, command, data }
}
