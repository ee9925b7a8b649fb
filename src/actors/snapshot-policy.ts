/**
 * Snapshot policy: whether an actor's state is worth keeping now, and whether a kept one can be used.
 *
 * Pure. The executor asks after each command, the actor system when an actor is let go; the snapshot
 * writer does the writing. The actor's own rule is user code: it runs here, and what it throws comes out
 * as one typed error.
 *
 * Invariants:
 *   - nothing is due at the version of the newest snapshot;
 *   - a stored snapshot is used only when it can be right.
 */

import { describeValue } from '../base/errors.js'
import type { SnapshotMoment, SnapshotRules } from '../define/snapshot.js'
import type { RecordedEvent, Version } from '../events/event.js'
import type { Snapshot } from '../store/contracts.js'
import { SnapshotRuleFailedError } from './errors.js'

/** What of an actor the rules are asked about. */
export interface KeptState {
  readonly aggregateId: string
  readonly streamId: string
  readonly state: unknown
  readonly version: Version
  /** Version of the newest snapshot, 0 for none. */
  readonly versionKept: Version
}

/**
 * Whether a rule asks for a snapshot after a command. Runs per command of actors with rules.
 *
 * @param event - The last event of the command.
 * @throws {SnapshotRuleFailedError} DRAMATIS_SNAPSHOT_RULE_FAILED
 */
export function isSnapshotDue(
  { everyEvents, when }: SnapshotRules,
  actor: KeptState,
  event: RecordedEvent,
): boolean {
  const eventsSince = actor.version - actor.versionKept
  if (everyEvents !== null && eventsSince >= everyEvents) return true
  if (when === null) return false
  const { aggregateId, streamId, state, version } = actor
  return answerOf(when, state, { aggregateId, version, eventsSince, event }, streamId)
}

/** Whether the durable state of an actor that is let go is worth keeping. */
export function isSnapshotDueAtPassivation(
  rules: SnapshotRules,
  versionKept: Version,
  version: Version,
): boolean {
  return rules.onPassivation && version > versionKept
}

/**
 * Whether a snapshot helps to make a state.
 *
 * @param versionMax - The version that is wanted: what is ahead of it is of no use.
 */
export function isSnapshotUsable(
  snapshot: Snapshot,
  stateVersion: number,
  versionMax: Version,
): boolean {
  return snapshot.stateVersion === stateVersion && snapshot.version <= versionMax
}

function answerOf(
  when: NonNullable<SnapshotRules['when']>,
  state: unknown,
  moment: SnapshotMoment,
  streamId: string,
): boolean {
  let answer: unknown
  try {
    answer = when(state, Object.freeze(moment))
  } catch (cause) {
    const why = `threw ${describeValue(cause)}`
    throw new SnapshotRuleFailedError(streamId, moment.version, why, { cause })
  }
  if (typeof answer === 'boolean') return answer
  if (answer instanceof Promise) answer.catch(() => {})
  const why = `returned ${describeValue(answer)}`
  throw new SnapshotRuleFailedError(streamId, moment.version, why)
}
