/**
 * Store recovery: takes a stopped store into service again, however long that takes.
 *
 * Tries at once, then with growing pauses, and reads what the commit that failed has left: it may have
 * landed. What the caller does meanwhile is its own affair.
 */

import { type Cancel, type Clock, delay } from '../base/clock.js'
import type { Random } from '../base/random.js'
import type { Position, RecordedEvent } from '../events/event.js'
import type { EventStore } from '../store/contracts.js'
import { readLog } from '../store/read-log.js'
import type { ActorLimits } from './limits.js'
import { recoveryDelayMs } from './recovery-policy.js'

export interface StoreRecoveryOptions {
  readonly store: EventStore
  readonly clock: Clock
  readonly random: Random
  readonly limits: ActorLimits
}

/** @param landed - Events of the commit that failed, which are durable all the same. */
type OnRecovered = (landed: readonly RecordedEvent[]) => void

/**
 * Reopens the store until that succeeds, then calls back once.
 *
 * @returns What gives it up.
 */
export function recoverStore(options: StoreRecoveryOptions, onRecovered: OnRecovered): Cancel {
  const abandoned = new AbortController()
  void retry(options, abandoned.signal, onRecovered)
  return () => abandoned.abort()
}

async function retry(
  options: StoreRecoveryOptions,
  signal: AbortSignal,
  onRecovered: OnRecovered,
): Promise<void> {
  const { store, clock, random, limits } = options
  const after = store.head
  for (let failures = 1; !signal.aborted; failures++) {
    try {
      await store.reopen()
      break
    } catch {
      // The commit's own error was handed to the callers; the store tells its status itself.
      await delay(clock, recoveryDelayMs(limits, failures, random.next()), signal)
    }
  }
  if (signal.aborted) return
  const landed = await readLanded(store, after)
  if (!signal.aborted) onRecovered(landed)
}

async function readLanded(store: EventStore, after: Position): Promise<readonly RecordedEvent[]> {
  const landed: RecordedEvent[] = []
  try {
    if (store.head > after) for await (const event of readLog(store, { after })) landed.push(event)
  } catch {
    // What cannot be read is found out by everybody who needs it, with its position.
  }
  return landed
}
