/**
 * The errors that a handler throws on purpose, to steer its own retries.
 *
 * Any other error is retried by the handler's policy. They are recognised by `code`, so one made in
 * another copy of the package counts too.
 */

import { DramatisError } from '../base/errors.js'

/** Trying again is pointless: the event goes to the dead letters at once. */
export class TerminalError extends DramatisError {
  readonly code = 'DRAMATIS_TERMINAL'
}

/** Try again after a given pause (a rate limit, say). Counts as an attempt. */
export class RetryAfterError extends DramatisError {
  readonly code = 'DRAMATIS_RETRY_AFTER'
  /** Milliseconds, at least 0. */
  readonly delayMs: number

  constructor(message: string, delayMs: number, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.delayMs = delayMs
  }
}
