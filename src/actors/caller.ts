/**
 * The caller's patience: its abort signal and its deadline.
 *
 * Watches either only where there is one; a command without them costs neither a listener nor a timer.
 */

import type { Cancel, Clock } from '../base/clock.js'
import type { CommandContext } from './command.js'
import { CommandAbortedError, CommandTimeoutError } from './errors.js'

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

/** What a caller gave up on: a command, or a transaction. */
export interface GivenUp {
  readonly streamId: string
  readonly name: string
  readonly context: CommandContext | null
}

/** @param isAccepted - Whether its events may be on their way to the disk. */
export function giveUpError(givenUp: GivenUp, cause: GiveUpCause, isAccepted: boolean): Error {
  const { streamId, name, context } = givenUp
  return cause === 'abort'
    ? new CommandAbortedError(streamId, name, isAccepted, context!.signal!.reason)
    : new CommandTimeoutError(streamId, name, isAccepted, context!.timeoutMs!)
}
