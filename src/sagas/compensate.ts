/**
 * Compensation of a whole instance: from the first failure to its recorded end.
 *
 * Waits for what is under way, then takes back what has acted, the last first. What cannot be taken back
 * is noted, and the rest still is.
 */

import type { SagaCause } from '../define/saga/instance-state.js'
import { haltAtCode } from './halt-at-code.js'
import { kindOf, nextStart } from './step-policy.js'
import { endOpenSteps, takeBack } from './take-back.js'
import type { Turn } from './turn.js'

/** @param cancelled - The operator's reason; `null`: no operator asked for it. */
export function beginCompensation(turn: Turn, cause: SagaCause, cancelled: string | null): void {
  turn.add('CompensationStarted', { cause, cancelled })
  endOpenSteps(turn, () => true, cancelled === null ? 'failure' : 'cancelled')
  continueCompensation(turn)
}

export function continueCompensation(turn: Turn): void {
  try {
    restartUndos(turn)
    const progress = takeBack(turn, () => true)
    turn.flush()
    if (progress === 'done') end(turn)
  } catch (error) {
    haltAtCode(turn, error)
  }
}

/** What could not be taken back of a race that the saga had won is tried once more. */
function restartUndos(turn: Turn): void {
  for (const [step, { status }] of Object.entries(turn.instance.steps)) {
    if (status === 'halted') turn.starts.push(nextStart(turn, step, kindOf(turn, step)))
  }
}

function end(turn: Turn): void {
  const { cause, cancelled, notUndone } = turn.instance
  const { hasTimers } = turn
  if (cancelled !== null) {
    turn.add('Cancelled', { reason: cancelled, notUndone, hasTimers })
    return
  }
  // A process manager has nothing to take back: that it failed is all there is to say.
  if (turn.saga.flow === null || notUndone.length > 0) {
    turn.add('Failed', { cause: cause!, notUndone, hasTimers })
    return
  }
  turn.add('Compensated', { cause: cause!, hasTimers })
}
