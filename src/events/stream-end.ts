/**
 * How a stream ends: the events that the runtime itself records.
 *
 * `$StreamClosed` is the last event of a stream that takes no more. `$StreamDeleted` is what all events
 * of a deleted stream read as: places, times and nothing else. Both are known to every reader and become
 * nothing to actors, views and handlers; only who reads raw events sees them. No event of an app can
 * have such a name.
 */

export const streamClosed = '$StreamClosed'
export const streamDeleted = '$StreamDeleted'

/** A stream takes events, takes no more, or is gone. */
export type StreamState = 'open' | 'closed' | 'deleted'

/** Index = how a state is stored. */
export const streamStates: readonly StreamState[] = Object.freeze(['open', 'closed', 'deleted'])

/** True for the events that no app defines. */
export function isStreamEnd(type: string): boolean {
  return type === streamClosed || type === streamDeleted
}

/** The state of a stream behind an event of that type. */
export function streamStateAfter(type: string): StreamState {
  if (type === streamClosed) return 'closed'
  return type === streamDeleted ? 'deleted' : 'open'
}
