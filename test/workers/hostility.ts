/** One way in which a handler can be hostile, and what must become of its event. */

import type { HandlerContext } from '../../src/index.js'

/** What becomes of the event: it counts as handled, or its key is parked; `either`: it spoils the thread. */
export type Verdict = 'handled' | 'ATTEMPTS_EXHAUSTED' | 'TERMINAL' | 'WORKER_CRASH' | 'either'

export interface Hostility {
  readonly verdict: Verdict
  /** What the recorded error must say, where the key is parked. */
  readonly says?: RegExp
  /** Whether the handler returns as if all were well, at its nth attempt. */
  readonly returns: (attempt: number) => boolean
  /** Takes long, and another one of its kind does not: for full sizes only. */
  readonly isSlow?: boolean
  /** Runs in place of the handler. */
  readonly act: (context: HandlerContext) => unknown
}

export type Hostilities = Readonly<Record<string, Hostility>>

const never = (): boolean => false
const always = (): boolean => true

/** The event fails at each attempt and its key is parked. */
export function parks(says: RegExp, act: Hostility['act']): Hostility {
  return { verdict: 'ATTEMPTS_EXHAUSTED', returns: never, says, act }
}

/** The thread under the event dies, or hangs, again and again. */
export function kills(says: RegExp, act: Hostility['act']): Hostility {
  return { verdict: 'WORKER_CRASH', returns: never, says, act }
}

/** The handler returns, and what it has left behind kills the thread, or keeps it for ever. */
export function bombs(says: RegExp, act: Hostility['act']): Hostility {
  return { verdict: 'WORKER_CRASH', returns: always, says, act }
}

export function passes(act: Hostility['act']): Hostility {
  return { verdict: 'handled', returns: always, act }
}

/** The event fails at the first attempt and is handled at the second. */
export function failsOnce(act: Hostility['act']): Hostility {
  return { verdict: 'handled', returns: (attempt) => attempt > 1, act }
}

/** The handler returns; whatever comes of that, nothing may be lost by it. */
export function spoils(act: Hostility['act']): Hostility {
  return { verdict: 'either', returns: always, act }
}

export function slow(hostility: Hostility): Hostility {
  return { ...hostility, isSlow: true }
}

/** Nothing may be assumed of what it throws. */
export function throwing(thrown: unknown): () => never {
  return () => {
    throw thrown
  }
}

type Settle = (value?: unknown) => void

/** An object with a `then`. */
export function thenable(then: (resolve: Settle, reject: Settle) => unknown): object {
  return Object.fromEntries([['then', then]])
}
