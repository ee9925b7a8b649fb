/**
 * When an actor's state is worth keeping: the rules that its definition gives.
 *
 * Frozen data and one pure function of the user's. What becomes of a rule that is met, and what a
 * snapshot is, belong to the layers above.
 *
 * Invariant: there is at least one rule.
 */

import { InvalidArgumentError } from '../base/errors.js'
import { functionAt, integerIn, knownKeys } from '../base/options.js'
import type { RecordedEvent, Version } from '../events/event.js'

/** Where an actor stands when its own rule is asked. */
export interface SnapshotMoment<Event = RecordedEvent> {
  readonly aggregateId: string
  /** Of the state: the version of `event`. */
  readonly version: Version
  /** Events since the newest snapshot, or since the beginning. */
  readonly eventsSince: number
  /** The last event of the command. */
  readonly event: Event
}

/** At least one of `everyEvents`, `onPassivation` and `when`. Rules add up: each may ask for a snapshot. */
export interface SnapshotOptions<S = unknown, Event = RecordedEvent> {
  /** Raise it when the shape of the state changes: snapshots of other versions are ignored. @default 1 */
  readonly version?: number
  /** Keep a snapshot each time so many events have been added. Integer in [1, 1_000_000]. */
  readonly everyEvents?: number
  /** Keep the state of an actor that is let go, unless its newest snapshot has it. @default false */
  readonly onPassivation?: boolean
  /**
   * The actor's own rule: whether the state after a command is worth keeping. Pure and synchronous; asked
   * once per command that recorded something. What it throws is shown in `status()` and harms nothing.
   */
  readonly when?: (state: S, moment: SnapshotMoment<Event>) => boolean
}

/** Rules after parsing: complete and trusted. */
export interface SnapshotRules {
  readonly version: number
  /** `null`: not counted. */
  readonly everyEvents: number | null
  readonly onPassivation: boolean
  // biome-ignore lint/suspicious/noExplicitAny: erased; the typed form is SnapshotOptions.
  readonly when: ((state: any, moment: any) => unknown) | null
}

/** @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT */
export function parseSnapshotOptions(
  name: string,
  // biome-ignore lint/suspicious/noExplicitAny: whatever the state and the events are.
  options: SnapshotOptions<any, any> | undefined,
): SnapshotRules | null {
  if (options === undefined) return null
  const argument = `${name}.snapshot`
  knownKeys(argument, options, ['version', 'everyEvents', 'onPassivation', 'when'])
  const { version = 1, everyEvents, onPassivation = false, when } = options
  if (typeof onPassivation !== 'boolean') {
    throw new InvalidArgumentError(`${argument}.onPassivation`, 'true or false', onPassivation)
  }
  if (everyEvents === undefined && !onPassivation && when === undefined) {
    const rules = 'given a rule: everyEvents, onPassivation or when'
    throw new InvalidArgumentError(argument, rules, options)
  }
  return Object.freeze({
    version: integerIn(`${argument}.version`, version, 1, 1_000_000),
    everyEvents:
      everyEvents === undefined
        ? null
        : integerIn(`${argument}.everyEvents`, everyEvents, 1, 1_000_000),
    onPassivation,
    when: when === undefined ? null : functionAt(`${argument}.when`, when),
  })
}
