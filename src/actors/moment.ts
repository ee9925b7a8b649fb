/**
 * A moment in the life of an actor: a version of its stream, a position of the log, or a time.
 *
 * Says which moment is meant; `past-state.ts` finds out which version that is.
 *
 * Invariant: a moment is exactly one of the three.
 */

import { InvalidArgumentError } from '../base/errors.js'
import { dateAt, integerIn, knownKeys } from '../base/options.js'
import type { Position, Version } from '../events/event.js'

/** Exactly one of `version`, `position` and `at`. */
export type Moment =
  | {
      /** Right after the event of that version. 0: before the first. */
      readonly version: Version
      readonly position?: never
      readonly at?: never
    }
  | {
      /** When the log ended at that position. 0: before the first event of all. */
      readonly position: Position
      readonly version?: never
      readonly at?: never
    }
  | {
      /** After everything that was recorded at that time or before: `recordedAt`, not `occurredAt`. */
      readonly at: Date
      readonly version?: never
      readonly position?: never
    }

const kinds = ['version', 'position', 'at']

/** @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT */
export function parseMoment(argument: string, moment: Moment): Moment {
  const { version, position, at } = knownKeys(argument, moment, kinds)
  const given = [version, position, at].filter((each) => each !== undefined)
  if (given.length !== 1) {
    throw new InvalidArgumentError(argument, 'exactly one of version, position, at', moment)
  }
  if (version !== undefined) {
    return { version: integerIn(`${argument}.version`, version, 0, Number.MAX_SAFE_INTEGER) }
  }
  if (position !== undefined) {
    return { position: integerIn(`${argument}.position`, position, 0, Number.MAX_SAFE_INTEGER) }
  }
  // A copy: the caller's Date may be changed while the answer is being read.
  return { at: new Date(dateAt(`${argument}.at`, at)) }
}
