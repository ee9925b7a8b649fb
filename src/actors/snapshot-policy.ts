/**
 * Snapshot policy: whether an actor's state is worth keeping now.
 *
 * Pure. The executor asks after each command; the snapshot writer does the writing.
 *
 * Invariants:
 *   - a snapshot is due at most once every `everyEvents` events;
 *   - a stored snapshot is used only when it can be right.
 */

import type { Snapshot, StreamHead } from '../store/contracts.js'

/**
 * @param everyEvents - The actor's `snapshot.everyEvents`.
 * @param versionKept - The version of the newest snapshot, 0 for none.
 * @param version - The version of the state at hand.
 */
export function isSnapshotDue(everyEvents: number, versionKept: number, version: number): boolean {
  return version - versionKept >= everyEvents
}

/**
 * A snapshot ahead of its stream outlived events that a crash took, and one of a deleted stream outlived
 * all of them: neither must be believed.
 */
export function isSnapshotUsable(
  snapshot: Snapshot,
  stateVersion: number,
  head: StreamHead,
): boolean {
  if (head.state === 'deleted') return false
  return snapshot.stateVersion === stateVersion && snapshot.version <= head.version
}
