/**
 * Steps in which a thread must not be ended from outside: native code in them would take the process along.
 *
 * Each thread has a gate in memory that it shares with whoever may end it. It passes the gate on its way into such
 * a step; who wants to end it closes the gate before. Who ends threads, and what is such a step, is not known here.
 * Runs per read of a table, so it is two operations on shared memory and no more.
 *
 * States of a gate: open -> busy -> open ...; busy -> awaited -> open; open -> closed for good.
 *
 * Invariants:
 *   - a closed gate has nobody in a step, and nobody comes in: the thread waits there for its end;
 *   - steps are short and synchronous; one within another is part of it.
 */

import { type Clock, settledWithin } from './clock.js'

const open = 0
const busy = 1
/** Busy, and somebody waits until it is open. */
const awaited = 2
const closed = 3

/** Of this thread; to be given to whoever may end it. */
export const gateOfThread: SharedArrayBuffer = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
const own = new Int32Array(gateOfThread)
let depth = 0

/** A step that takes longer is stuck for good, whatever ends with it. Milliseconds. */
const stepMsMax = 10_000

/** Runs a step that this thread must not be ended in. Does not return when the thread is about to be ended. */
export function uninterrupted<T>(step: () => T): T {
  while (depth === 0 && Atomics.compareExchange(own, 0, open, busy) === closed) {
    Atomics.wait(own, 0, closed)
  }
  depth += 1
  try {
    return step()
  } finally {
    depth -= 1
    if (depth === 0 && Atomics.exchange(own, 0, open) === awaited) Atomics.notify(own, 0)
  }
}

/** Resolves once the thread of a gate may be ended, now and for good. Idempotent. */
export async function closeGate(gate: SharedArrayBuffer, clock: Clock): Promise<void> {
  const cell = new Int32Array(gate)
  if (tryClose(cell)) return
  await settledWithin(clock, stepMsMax, closeWhenFree(cell))
}

async function closeWhenFree(cell: Int32Array<SharedArrayBuffer>): Promise<void> {
  while (!tryClose(cell)) {
    Atomics.compareExchange(cell, 0, busy, awaited)
    await Atomics.waitAsync(cell, 0, awaited).value
  }
}

/** @returns whether it is closed now. */
function tryClose(cell: Int32Array<SharedArrayBuffer>): boolean {
  const before = Atomics.compareExchange(cell, 0, open, closed)
  return before === open || before === closed
}
