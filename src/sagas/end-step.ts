/** Recording how a step ended. */

import type { ErrorData } from '../base/errors.js'
import type { StepEnd } from '../define/saga/instance-events.js'
import type { StepEffect } from '../define/saga/instance-state.js'
import type { Turn } from './turn.js'

export function endStep(
  turn: Turn,
  step: string,
  outcome: StepEnd['outcome'],
  effect: StepEffect,
  error: ErrorData | null = null,
): void {
  const record = turn.instance.steps[step]
  const { attempt = 0, hasTimer = false } = record ?? {}
  turn.add('StepsEnded', { steps: [{ step, attempt, outcome, effect, error, hasTimer }] })
}
