/**
 * An open loop: requests are sent when they are due, whether or not earlier ones have come through.
 *
 * A loop that waits for answers sends nothing during a stall, and so never sees what the stall did to those
 * who would have come meanwhile. Here the schedule is fixed beforehand, and a latency counts from the
 * moment at which a request was due: one that is sent late, because this very thread was busy or its timer
 * coarse, has waited all the same.
 */

import { setTimeout as pause } from 'node:timers/promises'

/** Request n is due n / ratePerSecond seconds after `startMs`, on the scale of `performance.now`. */
export interface Schedule {
  readonly startMs: number
  readonly ratePerSecond: number
  readonly count: number
}

export interface LoopClock {
  nowMs(): number
  /** Resolves a little later, after whatever else this thread has to do. */
  wakeUp(): Promise<unknown>
}

/** Timers of Node are a millisecond apart; spinning instead would take a core from those that work. */
const machineClock: LoopClock = {
  nowMs: () => performance.now(),
  wakeUp: () => pause(1),
}

export function dueMsOf({ startMs, ratePerSecond }: Schedule, at: number): number {
  return startMs + (at / ratePerSecond) * 1_000
}

/**
 * Sends at each wake-up everything that is due by then. Resolves when all is sent; what comes of it is the
 * caller's to wait for.
 *
 * @param send - Must neither wait nor throw.
 */
export async function runOpenLoop(
  schedule: Schedule,
  send: (at: number, dueMs: number) => void,
  clock: LoopClock = machineClock,
): Promise<void> {
  let at = 0
  let dueMs = dueMsOf(schedule, at)
  while (at < schedule.count) {
    const nowMs = clock.nowMs()
    for (; at < schedule.count && dueMs <= nowMs; dueMs = dueMsOf(schedule, ++at)) send(at, dueMs)
    await clock.wakeUp()
  }
}
