/**
 * Where in a flow a step stands: the items around it, and what its functions are given.
 */

import type { IndexedStep } from '../define/saga/check-flow.js'
import { createSagaFacts, type SagaCommand } from '../define/saga/effects.js'
import type { RecordedCommand } from '../define/saga/instance-state.js'
import { parseStepId, type SagaInstance, stepIdOf } from '../define/saga/instance-state.js'
import type { AnySaga } from '../define/saga/saga.js'
import type { StepFacts } from '../define/saga/steps.js'
import { copyValue } from '../events/values.js'
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
    if (error instanceof SagaCodeError) throw error
    throw new SagaCodeError(saga.name, place, describe(error), error)
  }
}

/** @throws {SagaCodeError} DRAMATIS_SAGA_CODE: it is no command, or cannot be recorded. */
export function recordedCommandOf(
  saga: AnySaga,
  place: CodePlace,
  command: SagaCommand,
): RecordedCommand {
  if (command?.kind !== 'send') {
    throw new SagaCodeError(saga.name, place, 'it returned what `send` did not make')
  }
  const { actor, aggregateId, command: name, data } = command
  return callCode(saga, place, () => ({
    actor,
    aggregateId,
    command: name,
    data: copyValue(data, `data of ${name}`),
  }))
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
