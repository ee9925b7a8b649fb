/**
 * What comes next: walks the flow of an instance and begins every step whose turn it is.
 *
 * Pure: reads the instance, adds decisions to the turn. Called whenever anything has changed. What has
 * been recorded decides where the walk begins: steps that a newer version of the code has put before it
 * are passed over.
 */

import { isArray } from '../base/options.js'
import {
  isActive,
  isOpen,
  type SagaCause,
  type StepRecord,
  stepIdOf,
} from '../define/saga/instance-state.js'
import type { FlowNode, StepNode } from '../define/saga/steps.js'
import { copyValue } from '../events/values.js'
import { beginCompensation, continueCompensation } from './compensate.js'
import { haltAtCode } from './halt-at-code.js'
import { hasProgress } from './progress.js'
import { recallKept } from './recall-kept.js'
import { recordedErrorOf } from './recorded-error.js'
import { SagaCodeError, SagaStepFailedError } from './saga-errors.js'
import { startOfStep } from './start-step.js'
import { isReaction } from './step-policy.js'
import { callCode, factsOf, rootScope, type StepScope } from './step-scope.js'
import { endOpenSteps, recordsOf, takeBack } from './take-back.js'
import type { Turn } from './turn.js'

/** How far a node has come. */
type Progress = 'open' | 'done' | 'failed'

/** Items that one `each` may have. */
const itemsMax = 10_000

/** Goes on from what has been recorded, as far as it goes without an answer from outside. */
export function advance(turn: Turn): void {
  if (!isActive(turn.instance) || turn.instance.halts.length > 0) return
  if (turn.instance.status === 'compensating') {
    continueCompensation(turn)
    return
  }
  const { flow } = turn.saga
  if (flow === null || turn.instance.isCompleting) {
    finishReactions(turn)
    return
  }
  let progress: Progress = 'open'
  try {
    progress = visit(turn, flow, rootScope)
  } catch (error) {
    haltAtCode(turn, error)
    return
  }
  if (progress === 'failed') {
    // What was about to begin has not: nothing of it is recorded.
    turn.starts = []
    beginCompensation(turn, turn.cause!, null)
    return
  }
  recallKept(turn, turn.flush())
  if (progress === 'done') complete(turn)
}

/** Ends an instance that a reaction has completed, once nothing is under way. */
function finishReactions(turn: Turn): void {
  turn.flush()
  if (!turn.instance.isCompleting) return
  endOpenSteps(turn, (stepId) => !isReaction(stepId), 'lost')
  complete(turn)
}

function complete(turn: Turn): void {
  if (Object.values(turn.instance.steps).some(isOpen)) return
  turn.add('Completed', { hasTimers: turn.hasTimers })
}

function visit(turn: Turn, node: FlowNode, scope: StepScope): Progress {
  switch (node.node) {
    case 'step':
      return visitStep(turn, node, scope)
    case 'sequence':
      return visitSequence(turn, node.nodes, scope)
    case 'all':
      return visitAll(turn, node.branches, scope)
    case 'first':
      return visitFirst(turn, node, scope)
    case 'when':
      return visit(turn, choose(turn, node, scope) ? node.steps : node.otherwise, scope)
    case 'each':
      return visitEach(turn, node, scope)
    case 'fail': {
      const error = new SagaStepFailedError(node.name, node.reason, node.message)
      return fail(turn, { step: stepIdOf(node.name, scope.indexes), error: recordedErrorOf(error) })
    }
  }
}

function visitStep(turn: Turn, node: StepNode, scope: StepScope): Progress {
  const id = stepIdOf(node.name, scope.indexes)
  const record = turn.instance.steps[id]
  if (record !== undefined) return progressOf(turn, id, record)
  if (node.action.kind === 'none' && node.until === null) {
    turn.add('StepsEnded', { steps: [marked(id)] })
    return 'done'
  }
  turn.starts.push(startOfStep(turn, node, id, scope, 1))
  return 'open'
}

/** A step that does nothing and waits for nothing has completed as soon as it is reached. */
function marked(step: string) {
  const outcome = 'completed'
  return { step, attempt: 1, outcome, effect: 'done', error: null, hasTimer: false } as const
}

function progressOf(turn: Turn, step: string, record: StepRecord): Progress {
  const { status, error } = record
  if (status === 'completed' || status === 'skipped') return 'done'
  if (status === 'failed') return fail(turn, { step, error: error! })
  return status === 'cancelled' ? 'failed' : 'open'
}

function fail(turn: Turn, cause: SagaCause): 'failed' {
  turn.cause = cause
  return 'failed'
}

function visitSequence(turn: Turn, nodes: readonly FlowNode[], scope: StepScope): Progress {
  const { instance } = turn
  const reached = nodes.findLastIndex((node) => hasProgress(instance, node, scope.indexes))
  for (let at = Math.max(0, reached); at < nodes.length; at++) {
    const progress = visit(turn, nodes[at]!, scope)
    if (progress !== 'done') return progress
  }
  return 'done'
}

function visitAll(turn: Turn, branches: readonly FlowNode[], scope: StepScope): Progress {
  let isDone = true
  for (const branch of branches) {
    const progress = visit(turn, branch, scope)
    if (progress === 'failed') return 'failed'
    isDone &&= progress === 'done'
  }
  return isDone ? 'done' : 'open'
}

function visitFirst(
  turn: Turn,
  node: Extract<FlowNode, { node: 'first' }>,
  scope: StepScope,
): Progress {
  const id = stepIdOf(node.name, scope.indexes)
  if (turn.instance.winners[id] === undefined) {
    let failed = 0
    for (const [branch, each] of node.branches.entries()) {
      const before = turn.starts.length
      const progress = visit(turn, each, scope)
      if (progress === 'done') {
        turn.add('BranchWon', { id, branch })
        // What the branches before it were about to begin.
        turn.starts = turn.starts.filter(
          ({ step }, at) => at >= before || !recordsOf(node, scope.indexes).has(step),
        )
        break
      }
      if (progress !== 'failed') continue
      failed++
      // The other branches may go on for long; nothing of this one does.
      turn.starts.length = before
      const own = recordsOf(each, scope.indexes)
      endOpenSteps(turn, (stepId) => own.has(stepId), 'failure')
    }
    if (failed === node.branches.length) return 'failed'
  }
  const winner = turn.instance.winners[id]
  return winner === undefined ? 'open' : endLosers(turn, node, scope, winner)
}

/** The branches that lost are ended, and what they did is taken back, before the flow goes on. */
function endLosers(
  turn: Turn,
  node: Extract<FlowNode, { node: 'first' }>,
  { indexes }: StepScope,
  winner: number,
): Progress {
  const losers = node.branches.filter((_branch, at) => at !== winner)
  const records = losers.map((loser) => recordsOf(loser, indexes))
  const isLost = (stepId: string): boolean => records.some((each) => each.has(stepId))
  endOpenSteps(turn, isLost, 'lost')
  return takeBack(turn, isLost) === 'done' ? 'done' : 'open'
}

function choose(turn: Turn, node: Extract<FlowNode, { node: 'when' }>, scope: StepScope): boolean {
  const id = stepIdOf(node.name, scope.indexes)
  const known = turn.instance.choices[id]
  if (known !== undefined) return known
  const { data } = turn.instance
  const place = { name: 'the test', step: id }
  const chosen = callCode(turn.saga, place, () => Boolean(node.test(data, factsOf(turn, scope))))
  turn.add('Chosen', { id, chosen })
  return chosen
}

function visitEach(
  turn: Turn,
  node: Extract<FlowNode, { node: 'each' }>,
  scope: StepScope,
): Progress {
  const items = itemsOf(turn, node, scope)
  let open = 0
  for (const [at, item] of items.entries()) {
    const progress = visit(turn, node.steps, { indexes: [...scope.indexes, at], item })
    if (progress === 'failed') return 'failed'
    if (progress === 'open') open++
    if (open >= node.parallelMax) return 'open'
  }
  return open > 0 ? 'open' : 'done'
}

function itemsOf(
  turn: Turn,
  node: Extract<FlowNode, { node: 'each' }>,
  scope: StepScope,
): readonly unknown[] {
  const id = stepIdOf(node.name, scope.indexes)
  const known = turn.instance.items[id]
  if (known !== undefined) return known
  const { saga, instance } = turn
  const place = { name: 'the items', step: id }
  const items = callCode(saga, place, () => {
    const found: unknown = node.items(instance.data, factsOf(turn, scope))
    const copy = isArray(found) ? copyValue(found, id) : null
    if (Array.isArray(copy) && copy.length <= itemsMax) return copy
    throw new SagaCodeError(saga.name, place, `it returned no list of at most ${itemsMax}`)
  }) as readonly unknown[]
  turn.add('ItemsFound', { id, items })
  return items
}
