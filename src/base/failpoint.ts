/**
 * Failpoints: named places at which a test may end the process, to see what the next one finds.
 *
 * A place costs one comparison while nobody has set a hook; none is in a loop that runs per event. What a
 * hook does is its own: the one that the environment asks for kills the process. Knows nothing of what
 * happens at a place. Failures that are to be handled, not survived, have other seams: see `EventStoreOptions`.
 *
 * Invariants:
 *   - without a hook a place does nothing at all;
 *   - every name is a place that is reached: `test/crash/failpoints.test.ts` kills a process at each.
 */

/** Every place, in the order of a life. The part before the dot says what is under way there. */
export const failpointNames = [
  // Opening: the log's environment is open; the lock is written, in a transaction that has not committed;
  // it has; the keys are open too; everything was started.
  'open.unowned',
  'open.lock-written',
  'open.owned',
  'open.keys',
  'open.started',
  // A commit: about to be written; durable, and nobody knows; the head has moved, and no receipt was given.
  'commit.staged',
  'commit.written',
  'commit.landed',
  'snapshot.encoded',
  'snapshot.written',
  'tags.read',
  'tags.indexed',
  // Claims that nobody makes any more were released, those that are made were not claimed yet; all were.
  'claims.released',
  'claims.claimed',
  // New keys lie in their slots, and nobody has them; it is written whose they are.
  'keys.slots-written',
  'keys.named',
  // Forgetting: it is noted whose keys go; they are overwritten, and not flushed; they are flushed; then what
  // was made with them is renewed, one kind after the other; the note is removed.
  'forget.noted',
  'forget.overwritten',
  'forget.destroyed',
  'forget.actors-reread',
  'forget.handlers-reread',
  'forget.views-rebuilt',
  'forget.unused-removed',
  'forget.finished',
  // A view: projected in memory; rows written in the transaction, the cursor not yet; committed.
  'view.projected',
  'view.rows-written',
  'view.committed',
  // A rebuild: written down; filled; swapped; the old rows removed.
  'view.planned',
  'view.filled',
  'view.swapped',
  'view.old-removed',
  // The books of a handler: a report came in; it is written; it parked a key; operators' verbs are written.
  'handler.reported',
  'handler.written',
  'handler.parked',
  'handler.redriven',
  'handler.discarded',
  'timer.set',
  'timer.due',
  'timer.fired',
  'timer.moved-on',
  // Steps were sent, or a call was made, and the answers are not recorded; an operator's verb is, and its key
  // is still parked; the key is released.
  'saga.sent',
  'saga.called',
  'saga.operated',
  'saga.released',
  // Closing, after each of its stages; the last ones: the log is closed and the lock is held; it is not.
  'close.subscriptions',
  'close.actors',
  'close.pools',
  'close.work',
  'close.log',
  'close.unlocked',
] as const

export type FailpointName = (typeof failpointNames)[number]

export type FailpointHook = (name: FailpointName) => void

/** `NAME`, or `NAME@HITS`: kills the process when it is there for the first, or the n-th, time. */
export const failpointVariable = 'DRAMATIS_FAILPOINT'

let hook: FailpointHook | null = killingHook(process.env[failpointVariable])

/** A place. Does not return where the process ends here. */
export function failpoint(name: FailpointName): void {
  if (hook !== null) hook(name)
}

/** For tests: what to do at every place of this thread; `null`: nothing. */
export function setFailpointHook(next: FailpointHook | null): void {
  hook = next
}

/** Each thread counts for itself. @returns `null`: the environment asks for none. */
function killingHook(wanted: string | undefined): FailpointHook | null {
  if (wanted === undefined || wanted === '') return null
  const [name, hits = '1'] = wanted.split('@')
  let left = Number(hits)
  return (reached) => {
    if (reached !== name) return
    left -= 1
    // Not an exit: nothing may be tidied up. Returns on no thread of the process.
    if (left === 0) process.kill(process.pid, 'SIGKILL')
  }
}
