/**
 * The caller's patience: its abort signal and its deadline.
 *
 * Watches either only where there is one; a command without them costs neither a listener nor a timer.
 */

import type { Cancel, Clock } from '../base/clock.js'
import type { CommandContext } from './command.js'
import { CommandAbortedError, CommandTimeoutError } from './errors.js'
import type { Message } from './message.js'

export type GiveUpCause = 'abort' | 'timeout'

/**
 * Calls back once, when the caller gives up.
 *
 * @returns What stops the watch.
 */
export function watchCaller(
  clock: Clock,
  context: CommandContext,
  onGiveUp: (cause: GiveUpCause) => void,
): Cancel {
  const { signal, timeoutMs } = context
  const onAbort = (): void => giveUp('abort')
  const cancelTimer =
    timeoutMs === undefined ? null : clock.schedule(timeoutMs, () => giveUp('timeout'))
  signal?.addEventListener('abort', onAbort, { once: true })
  const stop = (): void => {
    cancelTimer?.()
    signal?.removeEventListener('abort', onAbort)
  }
  const giveUp = (cause: GiveUpCause): void => {
    stop()
    onGiveUp(cause)
  }
  return stop
}

/** @param isAccepted - Whether the command's events may be on their way to the disk. */
export function giveUpError(message: Message, cause: GiveUpCause, isAccepted: boolean): Error {
  const { streamId, name, context } = message
  return cause === 'abort'
    ? new CommandAbortedError(streamId, name, isAccepted, context!.signal!.reason)
    : new CommandTimeoutError(streamId, name, isAccepted, context!.timeoutMs!)
}
