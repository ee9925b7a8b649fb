/** Halting where a function of the user's has failed. */

import { recordedErrorOf } from './recorded-error.js'
import { SagaCodeError } from './saga-errors.js'
import type { Turn } from './turn.js'

/** What was decided before stands; what the function was to decide waits for an operator. */
export function haltAtCode(turn: Turn, error: unknown): void {
  turn.flush()
  if (!(error instanceof SagaCodeError)) throw error
  turn.halt(error.step, recordedErrorOf(error))
}
