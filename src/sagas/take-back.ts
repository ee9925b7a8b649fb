/**
 * Taking steps back: ending those that are open, and compensating those that have acted.
 *
 * Used for a whole instance that failed, and for the branches that lost a race. One step at a time, the
 * last one first, whatever their order in the code was.
 */

import { childrenOf } from '../define/saga/check-flow.js'
import {
  type AbandonCause,
  isInFlight,
  isOpen,
  parseStepId,
  type StepRecord,
  undoIdOf,
} from '../define/saga/instance-state.js'
import type { CompensationNode, FlowNode } from '../define/saga/steps.js'
import { startOfUndo } from './start-step.js'
import { findStep } from './step-scope.js'
import type { Turn } from './turn.js'

/** Tells the ids of the steps below a node, within some items. */
export function recordsOf(
  node: FlowNode,
  indexes: readonly number[],
): { has(stepId: string): boolean } {
  const names = namesOf(node)
  return {
    has: (stepId) => {
      const id = parseStepId(stepId)
      return names.has(id.name) && indexes.every((each, at) => id.indexes[at] === each)
    },
  }
}

function namesOf(node: FlowNode): ReadonlySet<string> {
  const names = new Set<string>()
  if (node.node === 'step') names.add(node.name)
  for (const child of childrenOf(node)) for (const name of namesOf(child)) names.add(name)
  return names
}

/** Ends steps that wait; has those that are under way ended by their answer. */
export function endOpenSteps(
  turn: Turn,
  isMeant: (stepId: string) => boolean,
  why: AbandonCause,
): void {
  const open = Object.entries(turn.instance.steps).filter(
    ([id, record]) => isOpen(record) && !parseStepId(id).isUndo && isMeant(id),
  )
  endRecords(turn, open, why)
}

/** As {@link endOpenSteps}, for steps that are chosen already. */
export function endRecords(
  turn: Turn,
  open: readonly (readonly [string, StepRecord])[],
  why: AbandonCause,
): void {
  const waiting = open.filter(([, record]) => !isInFlight(record))
  const flying = open.filter(([, record]) => isInFlight(record) && record.abandoned === null)
  if (waiting.length > 0) turn.add('StepsEnded', { steps: waiting.map(cancelled) })
  if (flying.length > 0) turn.add('StepsAbandoned', { steps: flying.map(([id]) => id), why })
}

function cancelled([step, record]: readonly [string, StepRecord]) {
  const { attempt, effect, hasTimer, error } = record
  return { step, attempt, outcome: 'cancelled', effect, error, hasTimer } as const
}

/**
 * Goes on taking back the steps that are meant.
 *
 * @returns `done` when nothing is left of them.
 * @throws {SagaCodeError} DRAMATIS_SAGA_CODE
 */
export function takeBack(turn: Turn, isMeant: (stepId: string) => boolean): 'open' | 'done' {
  const { steps } = turn.instance
  const own = Object.entries(steps).filter(([id]) => isMeant(id))
  if (own.some(([, record]) => isOpen(record))) return 'open'
  const [next] = stepsToUndo(turn, own)
  if (next === undefined) return 'done'
  const { scope } = findStep(turn.saga, turn.instance, next.stepId)!
  turn.starts.push(startOfUndo(turn, next.node, undoIdOf(next.stepId), scope, 1))
  return 'open'
}

interface ToUndo {
  readonly stepId: string
  readonly node: CompensationNode
  readonly ended: number
}

/** Steps that have acted and were not taken back, the last to end first. */
export function stepsToUndo(
  turn: Turn,
  records: readonly (readonly [string, StepRecord])[],
): ToUndo[] {
  const { saga, instance } = turn
  const found: ToUndo[] = []
  for (const [stepId, record] of records) {
    if (parseStepId(stepId).isUndo || instance.steps[undoIdOf(stepId)] !== undefined) continue
    const node = findStep(saga, instance, stepId)?.node.compensate ?? null
    if (node !== null && hasActed(node, record)) found.push({ stepId, node, ended: record.ended })
  }
  return found.sort((a, b) => b.ended - a.ended)
}

function hasActed({ when }: CompensationNode, { effect }: StepRecord): boolean {
  return effect === 'done' || (effect === 'unknown' && when === 'attempted')
}
