/**
 * Store recovery: takes a stopped store into service again, however long that takes.
 *
 * Tries at once, then with growing pauses. What the caller does meanwhile is its own affair.
 */

import { type Cancel, type Clock, delay } from '../base/clock.js'
import type { Random } from '../base/random.js'
import type { EventStore } from '../store/contracts.js'
import type { ActorLimits } from './limits.js'
import { recoveryDelayMs } from './recovery-policy.js'

export interface StoreRecoveryOptions {
  readonly store: EventStore
  readonly clock: Clock
  readonly random: Random
  readonly limits: ActorLimits
}

/**
 * Reopens the store until that succeeds, then calls back once.
 *
 * @returns What gives it up.
 */
export function recoverStore(options: StoreRecoveryOptions, onRecovered: () => void): Cancel {
  const abandoned = new AbortController()
  void retry(options, abandoned.signal, onRecovered)
  return () => abandoned.abort()
}

async function retry(
  options: StoreRecoveryOptions,
  signal: AbortSignal,
  onRecovered: () => void,
): Promise<void> {
  const { store, clock, random, limits } = options
  for (let failures = 1; !signal.aborted; failures++) {
    try {
      await store.reopen()
      break
    } catch {
      // The commit's own error was handed to the callers; the store tells its status itself.
      await delay(clock, recoveryDelayMs(limits, failures, random.next()), signal)
    }
  }
  if (!signal.aborted) onRecovered()
}
