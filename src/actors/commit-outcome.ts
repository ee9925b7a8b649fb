/**
 * What a failed commit means for each message that waited for it.
 *
 * Pure. The truth differs: a command whose events were on their way to the disk may have landed; one
 * whose events were only staged, or that wrote nothing, certainly did not. A repeated command fares as
 * the one that it repeats, and all messages of a transaction fare alike.
 */

import { CommitUnknownError, StoreStoppedError } from '../store/errors.js'
import type { CommitGroup } from './commit-queue.js'
import type { Message } from './message.js'

/** For a message of the group whose commit failed. */
export function errorAfterFailedCommit(message: Message, cause: unknown): Error {
  const { isWriting } = message.transaction ?? message
  return isWriting ? errorInDoubt(message, cause) : errorWithoutCommit(cause)
}

/**
 * For a message of the group behind the one whose commit failed.
 *
 * @param failed - The group that failed: what the message repeats may have been in it.
 */
export function errorBehindFailedCommit(
  message: Message,
  failed: CommitGroup,
  cause: unknown,
): Error {
  const messages = message.transaction?.messages ?? [message]
  const isInDoubt = messages.some((each) => each.isDuplicate && each.remembered!.group === failed)
  return isInDoubt ? errorInDoubt(message, cause) : errorWithoutCommit(cause)
}

/** For a message that never reached the disk: staged behind the failed commit, or still waiting. */
export function errorWithoutCommit(cause: unknown): Error {
  return new StoreStoppedError('the commit before this one failed, and the store reopens', {
    cause,
  })
}

function errorInDoubt(message: Message, cause: unknown): Error {
  return new CommitUnknownError(`The commit of ${message.name} on ${message.streamId} failed`, {
    cause,
  })
}
