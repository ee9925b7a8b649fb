/**
 * The port to time: what o'clock it is, and being called later.
 *
 * Every other file asks a {@link Clock}; only this one touches `Date.now` and `setTimeout`. That is
 * what lets the whole runtime run on a manual clock. It does not know what is being waited for.
 *
 * Invariants:
 *   - a scheduled call happens at most once, never early, and never after it was cancelled;
 *   - one that goes by the wall clock happens while that shows its time or a later one;
 *   - a scheduled call never keeps the process alive by itself.
 */

/** Stops a scheduled call. Calling it again, or too late, does nothing. */
export type Cancel = () => void

export interface Clock {
  /** Milliseconds since the Unix epoch, whole. May jump when the machine's clock is set. */
  nowMs(): number
  /** Milliseconds from an arbitrary start, never decreasing: for measuring how long things take. */
  elapsedMs(): number
  /** Calls back once after `delayMs` milliseconds, never in the same turn of the event loop. */
  schedule(delayMs: number, callback: () => void): Cancel
  /**
   * Calls back once when the wall clock shows `atMs`, never in the same turn of the event loop. Where that
   * clock is set meanwhile, at most a second later than it then should.
   *
   * @param atMs - Milliseconds since the Unix epoch; past: as soon as may be.
   */
  scheduleAt(atMs: number, callback: () => void): Cancel
}

/** The longest delay that `setTimeout` takes; it turns a longer one into 1 ms. */
const timeoutMsMax = 2 ** 31 - 1

/** How long a jump of the machine's clock may go unnoticed: timers go by the elapsed time. Milliseconds. */
const checkMsMax = 1_000

/** The machine's own clock. Its timers do not keep the process alive. */
export const systemClock: Clock = Object.freeze({
  nowMs: () => Date.now(),
  elapsedMs: () => performance.now(),
  schedule: (delayMs: number, callback: () => void): Cancel => {
    let timer: NodeJS.Timeout
    const wait = (restMs: number): void => {
      const isLong = restMs > timeoutMsMax
      timer = setTimeout(
        isLong ? () => wait(restMs - timeoutMsMax) : callback,
        isLong ? timeoutMsMax : restMs,
      )
      timer.unref()
    }
    wait(delayMs)
    return () => clearTimeout(timer)
  },
  scheduleAt: (atMs: number, callback: () => void): Cancel => {
    let timer: NodeJS.Timeout
    const wait = (): void => {
      timer = setTimeout(look, Math.min(Math.max(0, atMs - Date.now()), checkMsMax))
      timer.unref()
    }
    const look = (): void => {
      if (Date.now() >= atMs) callback()
      else wait()
    }
    wait()
    return () => clearTimeout(timer)
  },
})

/** Resolves once `work` has, or after `delayMs`, whichever is first. @throws what it rejects with before that. */
export async function settledWithin(
  clock: Clock,
  delayMs: number,
  work: Promise<unknown>,
): Promise<void> {
  const waiting = new AbortController()
  try {
    await Promise.race([work, delay(clock, delayMs, waiting.signal)])
  } finally {
    waiting.abort()
  }
}

/** Resolves after `delayMs`, or at once with `false` when the signal aborts first. */
export function delay(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve(false)
    const onAbort = (): void => {
      cancel()
      resolve(false)
    }
    const cancel = clock.schedule(delayMs, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve(true)
    })
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
