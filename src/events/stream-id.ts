/**
 * Stream names: how an actor's type and id become one key, and what an id may be.
 *
 * `Order` and `4711` make `Order-4711`: joined by the first `-`, so a type has none and an id may.
 * The bound on the length keeps every key of every table below what LMDB takes.
 */

import { DramatisError, describeValue } from '../base/errors.js'

/** Longest aggregate id. Bytes of UTF-8. */
export const aggregateIdBytesMax = 512

/** Longest name of an actor, event, command, projector or handler. Characters. */
export const nameCharsMax = 100

const nameShape = /^[A-Za-z][A-Za-z0-9_.]*$/

/** An aggregate id is empty, too long, or holds what no key may hold. Nothing was written. */
export class InvalidIdError extends DramatisError {
  readonly code = 'DRAMATIS_INVALID_ID'
  readonly aggregateType: string

  constructor(aggregateType: string, expected: string, found: unknown) {
    super(
      `Expected the id of ${aggregateType} to be ${expected}, got ${describeValue(found)}. ` +
        'Nothing was written: use another id.',
    )
    this.aggregateType = aggregateType
  }
}

/** True for a type name: a letter, then letters, digits, `_` or `.`; no `-`. */
export function isTypeName(name: unknown): name is string {
  return typeof name === 'string' && name.length <= nameCharsMax && nameShape.test(name)
}

/**
 * Returns the id, if it can be one. Runs per command on an actor that is not at hand.
 *
 * @throws {InvalidIdError} DRAMATIS_INVALID_ID
 */
export function parseAggregateId(aggregateType: string, id: unknown): string {
  if (typeof id !== 'string') throw new InvalidIdError(aggregateType, 'a string', id)
  if (id.length === 0) throw new InvalidIdError(aggregateType, 'at least one character', id)
  if (id.length > aggregateIdBytesMax || Buffer.byteLength(id) > aggregateIdBytesMax) {
    throw new InvalidIdError(aggregateType, `at most ${aggregateIdBytesMax} bytes of UTF-8`, id)
  }
  if (id.includes('\0')) throw new InvalidIdError(aggregateType, 'free of NUL characters', id)
  if (!id.isWellFormed()) throw new InvalidIdError(aggregateType, 'free of lone surrogates', id)
  return id
}

/** Joins a type and an id, both parsed already. */
export function streamIdOf(aggregateType: string, aggregateId: string): string {
  return `${aggregateType}-${aggregateId}`
}

/** Splits at the first `-`. The type is empty where there is none. */
export function splitStreamId(streamId: string): { aggregateType: string; aggregateId: string } {
  const at = streamId.indexOf('-')
  return { aggregateType: streamId.slice(0, Math.max(at, 0)), aggregateId: streamId.slice(at + 1) }
}
