/** Why an instance is being taken back, as its compensations are told. */

import type { SagaInstance } from '../define/saga/instance-state.js'
import type { UndoCause } from '../define/saga/steps.js'
import { reasonOfError } from './recorded-error.js'

/** `null`: it is not. */
export function undoCauseOf({ cause }: SagaInstance): UndoCause | null {
  if (cause === null) return null
  const { step, error } = cause
  return { step, reason: reasonOfError(error), message: error.message }
}
