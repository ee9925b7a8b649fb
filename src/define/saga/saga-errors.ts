/** The error of a saga's definition. */

import { DramatisError } from '../../base/errors.js'

/** What is wrong with the steps of a saga. */
export type SagaProblem =
  | 'STEP_WITHOUT_NAME'
  | 'DUPLICATE_STEP'
  | 'CYCLE'
  | 'STEP_CANNOT_COMPLETE'
  | 'COMPENSATION_NEVER_RUNS'
  | 'STEP_NEVER_REACHED'
  | 'NO_STEPS'

/** The steps of a saga make no sense. Thrown by `defineSaga`. */
export class SagaDefinitionError extends DramatisError {
  readonly code = 'DRAMATIS_SAGA_DEFINITION'
  readonly saga: string
  readonly problem: SagaProblem
  /** The step that it is about; `null`: it has no name. */
  readonly step: string | null

  constructor(saga: string, problem: SagaProblem, step: string | null, message: string) {
    super(message)
    this.saga = saga
    this.problem = problem
    this.step = step
  }
}
