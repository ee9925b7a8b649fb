/**
 * The machine's clock, for a host that waits less long: its pauses and limits pass so many times as fast.
 *
 * What o'clock it is stays true. Threads go by the machine's own clock, so what they limit must not be shorter.
 */

import { type Clock, systemClock } from '../../src/base/clock.js'

export function quickClock(rate: number): Clock {
  return {
    nowMs: () => systemClock.nowMs(),
    elapsedMs: () => systemClock.elapsedMs() * rate,
    schedule: (delayMs, callback) => systemClock.schedule(delayMs / rate, callback),
    scheduleAt: (atMs, callback) => systemClock.scheduleAt(atMs, callback),
  }
}
