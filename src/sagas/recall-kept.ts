/**
 * Recalling events that came before any step waited for them.
 *
 * An instance keeps where such an event is in the log, not what it says: personal data stays in one
 * place. When a step begins to wait for its type, the event is read again and offered once more.
 */

import type { StepAnswer, StepStart } from '../define/saga/instance-events.js'
import { findStep } from './step-scope.js'
import type { Turn } from './turn.js'

/** @param begun - Steps that may have begun to wait in this turn. */
export function recallKept(turn: Turn, begun: readonly (StepStart | StepAnswer)[]): void {
  const { inbox } = turn.instance
  if (inbox.length === 0) return
  const awaited = new Set(begun.flatMap(({ step }) => typesAwaitedBy(turn, step)))
  for (const event of inbox) if (awaited.has(event.type)) turn.add('Recalled', event)
}

function typesAwaitedBy(turn: Turn, stepId: string): readonly string[] {
  if (turn.instance.steps[stepId]?.status !== 'waiting') return []
  return Object.keys(findStep(turn.saga, turn.instance, stepId)?.node.until ?? {})
}
