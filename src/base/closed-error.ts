/**
 * The error of things that were closed: whatever was asked came too late.
 */

import { DramatisError } from './errors.js'

/** What was asked of is closed, or closing. Nothing was done. */
export class ClosedError extends DramatisError {
  readonly code = 'DRAMATIS_CLOSED'
  /** What is closed: `the runtime`. */
  readonly what: string

  constructor(what: string) {
    super(`Expected ${what} to be open, found it closed. Nothing was done: open a new one.`)
    this.what = what
  }
}
