/**
 * Reactions: what a process manager's function returned, made into decisions.
 *
 * The function is pure and its effects are data; here each is checked and recorded. Nothing of a
 * reaction is recorded when one of its effects cannot be.
 */

import {
  createReactionTools,
  type ReactionTools,
  type SagaEffect,
  type SagaTimer,
} from '../define/saga/effects.js'
import type { RecordedCommand } from '../define/saga/instance-state.js'
import { copyValue } from '../events/values.js'
import { beginCompensation } from './compensate.js'
import { recordedErrorOf } from './recorded-error.js'
import { type CodePlace, SagaCodeError, SagaStepFailedError } from './saga-errors.js'
import { callCode, recordedCommandOf } from './step-scope.js'
import type { Turn } from './turn.js'

/** What a reaction came to. */
export type Reaction = 'acted' | 'ignored'

/** Timers that one instance may have set. */
const timersMax = 1_000

/**
 * Asks a reaction, and records its effects.
 *
 * @throws {SagaCodeError} DRAMATIS_SAGA_CODE; nothing was recorded.
 */
export function react(
  turn: Turn,
  place: CodePlace,
  reaction: (state: unknown, tools: ReactionTools<unknown>) => unknown,
): Reaction {
  const { saga, sagaId, instance } = turn
  const tools = createReactionTools(sagaId, turn.now)
  const returned = callCode(saga, place, () => reaction(instance.data, tools))
  const effects = (Array.isArray(returned) ? returned : [returned]) as SagaEffect<unknown>[]
  // Each is made ready before the first is recorded.
  const apply = inOrder(effects).map((effect) => prepare(turn, place, effect))
  assertTimers(turn, place, effects)
  for (const each of apply) each()
  return effects.every(({ kind }) => kind === 'ignore') && effects.length > 0 ? 'ignored' : 'acted'
}

/** Sends a command that was decided: `#1`, `#2`, in the order of their decisions. */
export function sendCommand(turn: Turn, command: RecordedCommand): void {
  const pending = turn.starts.filter(({ step }) => step.startsWith('#')).length
  const step = `#${turn.instance.sends + pending + 1}`
  turn.starts.push({ step, attempt: 1, kind: 'send', command, deadlineAtMs: null })
}

/** That it fails comes after everything else that was said with it. */
function inOrder(effects: readonly SagaEffect<unknown>[]): readonly SagaEffect<unknown>[] {
  const failure = effects.find((effect) => effect?.kind === 'fail')
  if (failure === undefined) return effects
  return [...effects.filter((effect) => effect?.kind !== 'fail'), failure]
}

function assertTimers(turn: Turn, place: CodePlace, effects: readonly SagaEffect<unknown>[]): void {
  const names = new Set(Object.keys(turn.instance.timers))
  for (const effect of effects) {
    if (effect.kind === 'schedule') names.add(effect.timer)
    else if (effect.kind === 'cancelTimer') names.delete(effect.timer)
  }
  if (names.size <= timersMax) return
  throw new SagaCodeError(turn.saga.name, place, `it set more than ${timersMax} timers`)
}

function prepare(turn: Turn, place: CodePlace, effect: SagaEffect<unknown>): () => void {
  const { saga } = turn
  switch (effect?.kind) {
    case 'send': {
      const command = recordedCommandOf(saga, place, effect)
      return () => sendCommand(turn, command)
    }
    case 'schedule':
      return prepareTimer(turn, place, effect)
    case 'become': {
      const state = callCode(saga, place, () => copyValue(effect.state, 'state'))
      return () => turn.become(state)
    }
    case 'cancelTimer':
      return () => cancelTimer(turn, effect.timer)
    case 'complete':
      return () => {
        if (!turn.instance.isCompleting) turn.add('Completing', {})
      }
    case 'fail': {
      const error = new SagaStepFailedError(place.name, effect.reason, effect.message)
      return () => {
        turn.flush()
        beginCompensation(turn, { step: null, error: recordedErrorOf(error) }, null)
      }
    }
    case 'ignore':
      return () => {}
    default:
      throw new SagaCodeError(saga.name, place, 'it returned what is no effect')
  }
}

function prepareTimer(turn: Turn, place: CodePlace, { timer, when, what }: SagaTimer): () => void {
  const { saga } = turn
  if (what.kind === 'message' && saga.messages[what.message] === undefined) {
    throw new SagaCodeError(saga.name, place, `it scheduled an unknown message '${what.message}'`)
  }
  const dueAtMs = when.at?.getTime() ?? turn.nowMs + when.afterMs!
  const command = what.kind === 'send' ? recordedCommandOf(saga, place, what) : null
  const message = what.kind === 'message' ? what.message : null
  const data =
    what.kind === 'message' ? callCode(saga, place, () => copyValue(what.data, timer)) : null
  return () => {
    const id = String(turn.instance.timersSet + 1)
    turn.add('TimerSet', { timer, id, dueAtMs, command, message, data })
  }
}

function cancelTimer(turn: Turn, timer: string): void {
  if (turn.instance.timers[timer] !== undefined) turn.add('TimerCancelled', { timer })
}
