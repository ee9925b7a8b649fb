/**
 * What an actor system tells about itself: plain data, taken at one moment.
 */

import type { Actor } from './actor.js'
import type { Answers } from './answers.js'
import type { CommitQueue } from './commit-queue.js'
import type { Residents } from './residents.js'
import type { SnapshotWriter } from './snapshot-writer.js'

/** An actor whose state could not be read back. */
export interface RecoveryFailure {
  readonly streamId: string
  readonly error: Error
  /** In a row. */
  readonly failures: number
  readonly retryAt: Date
}

/** The first snapshot of an actor type that could not be kept, or the first failure of its own rule. */
export interface SnapshotFailure {
  readonly actor: string
  readonly error: unknown
}

/** `recovering`: a commit failed, and the store is being opened again. */
export type ActorSystemPhase = 'open' | 'recovering' | 'closing' | 'closed'

export interface ActorSystemStatus {
  readonly phase: ActorSystemPhase
  /** Actors in memory. */
  readonly actorsResident: number
  /** Actors let go so far. */
  readonly passivations: number
  /** Commands and questions not answered yet. */
  readonly commandsInFlight: number
  /** The longest mailbox now. */
  readonly mailboxDepth: number
  /** Commands answered with a receipt. */
  readonly accepted: number
  /** Those of them that got the receipt of a command that they repeated. */
  readonly duplicates: number
  /** Commands that the domain refused. */
  readonly rejected: number
  /** Commands that came to nothing for any other reason. */
  readonly failed: number
  /** Commits that became durable. */
  readonly commits: number
  /** Commits that failed. */
  readonly commitFailures: number
  readonly snapshotsWritten: number
  /** Snapshots that were due while `snapshotsPendingMax` others waited. */
  readonly snapshotsSkipped: number
  readonly snapshotFailures: readonly SnapshotFailure[]
  /** At most 100 of them. */
  readonly recoveryFailures: readonly RecoveryFailure[]
}

const recoveryFailuresMax = 100

function recoveryFailuresOf(failed: Iterable<Actor>): readonly RecoveryFailure[] {
  const failures: RecoveryFailure[] = []
  for (const { streamId, failure } of failed) {
    if (failure === null) continue
    if (failures.length === recoveryFailuresMax) break
    const { error, failures: inARow } = failure
    failures.push({ streamId, error, failures: inARow, retryAt: error.retryAt })
  }
  return failures
}

/** The parts of a system that know something about it. */
export interface StatusSources {
  readonly answers: Answers
  readonly commits: CommitQueue
  readonly residents: Residents
  readonly snapshots: SnapshotWriter
}

export function actorSystemStatus(
  phase: ActorSystemPhase,
  commitFailures: number,
  { answers, commits, residents, snapshots }: StatusSources,
): ActorSystemStatus {
  const { inFlight, accepted, duplicates, rejected, failed } = answers
  return {
    phase,
    actorsResident: residents.resident,
    passivations: residents.passivated,
    commandsInFlight: inFlight,
    mailboxDepth: residents.deepestMailbox(),
    accepted,
    duplicates,
    rejected,
    failed,
    commits: commits.commits,
    commitFailures,
    snapshotsWritten: snapshots.written,
    snapshotsSkipped: snapshots.skipped,
    snapshotFailures: Array.from(snapshots.failures, ([actor, error]) => ({ actor, error })),
    recoveryFailures: recoveryFailuresOf(residents.failed),
  }
}
