/** Which rules hold for an attempt of a step: its own, those of what takes it back, or a reaction's. */

import { defaultRetryPolicy, type RetryPolicy } from '../define/retry.js'
import type { StepStart } from '../define/saga/instance-events.js'
import { parseStepId } from '../define/saga/instance-state.js'
import type { CompensationNode, StepNode } from '../define/saga/steps.js'
import { SagaCodeError } from './saga-errors.js'
import { startOfStep, startOfUndo } from './start-step.js'
import { findStep, type StepScope } from './step-scope.js'
import type { Turn } from './turn.js'

/** What a step id stands for in the code that runs now. */
export type StepKind =
  | { readonly kind: 'step'; readonly node: StepNode; readonly scope: StepScope }
  | { readonly kind: 'undo'; readonly node: CompensationNode; readonly scope: StepScope }
  /** A command that a reaction sent. */
  | { readonly kind: 'reaction' }
  /** The code has no such step any more. */
  | { readonly kind: 'gone' }

export function kindOf(turn: Turn, stepId: string): StepKind {
  if (isReaction(stepId)) return { kind: 'reaction' }
  const found = findStep(turn.saga, turn.instance, stepId)
  if (found === undefined) return { kind: 'gone' }
  const { node, scope } = found
  if (!parseStepId(stepId).isUndo) return { kind: 'step', node, scope }
  return node.compensate === null
    ? { kind: 'gone' }
    : { kind: 'undo', node: node.compensate, scope }
}

/** Whether an id is that of a command which a reaction sent. */
export function isReaction(stepId: string): boolean {
  return stepId.startsWith('#')
}

/** A command of a reaction that cannot be sent is tried as often as anything else. */
export function retryPolicyOf(kind: StepKind): RetryPolicy {
  return kind.kind === 'step' || kind.kind === 'undo' ? kind.node.retry : onlyOnce
}

const onlyOnce: RetryPolicy = Object.freeze({ ...defaultRetryPolicy, attemptsMax: 1 })

/**
 * The next attempt of a step.
 *
 * @throws {SagaCodeError} DRAMATIS_SAGA_CODE
 */
export function nextStart(turn: Turn, stepId: string, kind: StepKind): StepStart {
  const attempt = (turn.instance.steps[stepId]?.attempt ?? 0) + 1
  if (kind.kind === 'step') return startOfStep(turn, kind.node, stepId, kind.scope, attempt)
  if (kind.kind === 'undo') return startOfUndo(turn, kind.node, stepId, kind.scope, attempt)
  if (kind.kind === 'reaction') {
    const command = turn.instance.commands[stepId]!
    return { step: stepId, attempt, kind: 'send', command, deadlineAtMs: null }
  }
  const place = { name: 'the code', step: stepId }
  throw new SagaCodeError(turn.saga.name, place, 'it has no such step any more; skip it')
}
