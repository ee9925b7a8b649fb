/**
 * Where in a flow a step stands: the items around it, and what its functions are given.
 */

import { errorToData } from '../base/errors.js'
import type { IndexedStep } from '../define/saga/check-flow.js'
import { createSagaFacts } from '../define/saga/effects.js'
import { parseStepId, type SagaInstance, stepIdOf } from '../define/saga/instance-state.js'
import type { AnySaga } from '../define/saga/saga.js'
import type { StepFacts } from '../define/saga/steps.js'
import { type CodePlace, SagaCodeError } from './saga-errors.js'
import type { Turn } from './turn.js'

/** The items around a node. */
export interface StepScope {
  readonly indexes: readonly number[]
  readonly item: unknown
}

export const rootScope: StepScope = Object.freeze({ indexes: Object.freeze([]), item: undefined })

/** A step of the code that runs now; `undefined`: it has no step of that id any more. */
export interface ScopedStep extends IndexedStep {
  readonly scope: StepScope
}

/** Finds the step of an id, of its own or of what takes it back. */
export function findStep(
  saga: AnySaga,
  instance: SagaInstance,
  stepId: string,
): ScopedStep | undefined {
  const { name, indexes } = parseStepId(stepId)
  const step = saga.index.steps.get(name)
  if (step === undefined || step.each.length !== indexes.length) return undefined
  if (indexes.length === 0) return { ...step, scope: rootScope }
  const listId = stepIdOf(step.each.at(-1)!, indexes.slice(0, -1))
  const item = instance.items[listId]?.[indexes.at(-1)!]
  return { ...step, scope: { indexes, item } }
}

/** What a function of a step is given beside the state. */
export function factsOf(turn: Turn, scope: StepScope): StepFacts<unknown> {
  const { indexes, item } = scope
  return { ...createSagaFacts(turn.sagaId, turn.now), item, index: indexes.at(-1) ?? 0 }
}

/**
 * Calls a function of the user's.
 *
 * @throws {SagaCodeError} DRAMATIS_SAGA_CODE
 */
export function callCode<T>(saga: AnySaga, place: CodePlace, call: () => T): T {
  try {
    return call()
  } catch (error) {
    if (isCodeError(error)) throw error
    throw new SagaCodeError(saga.name, place, describe(error), error)
  }
}

/** An error of this folder's own. What was thrown may be anything, also what throws when it is asked. */
function isCodeError(thrown: unknown): thrown is SagaCodeError {
  try {
    return thrown instanceof SagaCodeError
  } catch {
    return false
  }
}

/** Never throws. */
function describe(thrown: unknown): string {
  const { name, message } = errorToData(thrown)
  return name === 'NonError' ? message : `${name}: ${message}`
}
