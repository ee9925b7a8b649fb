/**
 * Beginning an attempt of a step, or of what takes one back.
 *
 * Asks the user's function for the command, so that an attempt after a deploy sends what the new code
 * says; the name of the command stays the same for all attempts, so it acts once.
 */

import type { StepStart } from '../define/saga/instance-events.js'
import type { CompensationNode, StepFacts, StepNode, UndoFacts } from '../define/saga/steps.js'
import { recordedCommandOf } from './recorded-command.js'
import { callCode, factsOf, type StepScope } from './step-scope.js'
import type { Turn } from './turn.js'
import { undoCauseOf } from './undo-cause.js'

/** An attempt of a step. The first one starts its time. */
export function startOfStep(
  turn: Turn,
  node: StepNode,
  stepId: string,
  scope: StepScope,
  attempt: number,
): StepStart {
  const { action, withinMs } = node
  return {
    step: stepId,
    attempt,
    kind: action.kind,
    command: commandOf(turn, node.action, stepId, factsOf(turn, scope)),
    deadlineAtMs: attempt === 1 && withinMs !== null ? turn.nowMs + withinMs : null,
  }
}

/** An attempt to take a step back. */
export function startOfUndo(
  turn: Turn,
  node: CompensationNode,
  undoId: string,
  scope: StepScope,
  attempt: number,
): StepStart {
  return {
    step: undoId,
    attempt,
    kind: node.action.kind,
    command: commandOf(turn, node.action, undoId, undoFactsOf(turn, scope)),
    deadlineAtMs: null,
  }
}

function commandOf(
  turn: Turn,
  action: StepNode['action'],
  stepId: string,
  facts: StepFacts<unknown>,
): StepStart['command'] {
  if (action.kind !== 'send') return null
  const { saga, instance } = turn
  const place = { name: 'send', step: stepId }
  const command = callCode(saga, place, () => action.send(instance.data, facts))
  return recordedCommandOf(saga, place, command)
}

function undoFactsOf(turn: Turn, scope: StepScope): UndoFacts<unknown> {
  return { ...factsOf(turn, scope), cause: undoCauseOf(turn.instance) }
}
