/**
 * Reactions: what a process manager's function returned, made into decisions.
 *
 * The function is pure and its effects are data; here each is checked and recorded. Nothing of a
 * reaction is recorded when one of its effects cannot be.
 */

import { createReactionTools, type ReactionTools } from '../define/saga/effects.js'
import type { RecordedCommand } from '../define/saga/instance-state.js'
import { beginCompensation } from './compensate.js'
import { type ParsedEffect, parseEffects, type TimerEffect } from './parse-effects.js'
import { recordedErrorOf } from './recorded-error.js'
import { type CodePlace, SagaCodeError, SagaStepFailedError } from './saga-errors.js'
import { callCode } from './step-scope.js'
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
  // All are checked before the first is recorded.
  const effects = parseEffects(saga, place, returned)
  assertTimers(turn, place, effects)
  for (const each of inOrder(effects)) apply(turn, place, each)
  return effects.every(({ kind }) => kind === 'ignore') && effects.length > 0 ? 'ignored' : 'acted'
}

/** Sends a command that was decided: `#1`, `#2`, in the order of their decisions. */
export function sendCommand(turn: Turn, command: RecordedCommand): void {
  const pending = turn.starts.filter(({ step }) => step.startsWith('#')).length
  const step = `#${turn.instance.sends + pending + 1}`
  turn.starts.push({ step, attempt: 1, kind: 'send', command, deadlineAtMs: null })
}

/** That it fails comes after everything else that was said with it. */
function inOrder(effects: readonly ParsedEffect[]): readonly ParsedEffect[] {
  const failure = effects.find((effect) => effect.kind === 'fail')
  if (failure === undefined) return effects
  return [...effects.filter((effect) => effect.kind !== 'fail'), failure]
}

function assertTimers(turn: Turn, place: CodePlace, effects: readonly ParsedEffect[]): void {
  const names = new Set(Object.keys(turn.instance.timers))
  for (const effect of effects) {
    if (effect.kind === 'schedule') names.add(effect.timer)
    else if (effect.kind === 'cancelTimer') names.delete(effect.timer)
  }
  if (names.size <= timersMax) return
  throw new SagaCodeError(turn.saga.name, place, `it set more than ${timersMax} timers`)
}

function apply(turn: Turn, place: CodePlace, effect: ParsedEffect): void {
  switch (effect.kind) {
    case 'send':
      sendCommand(turn, effect.command)
      break
    case 'schedule':
      setTimer(turn, effect)
      break
    case 'become':
      turn.become(effect.state)
      break
    case 'cancelTimer':
      cancelTimer(turn, effect.timer)
      break
    case 'complete':
      if (!turn.instance.isCompleting) turn.add('Completing', {})
      break
    case 'fail': {
      const error = new SagaStepFailedError(place.name, effect.reason, effect.message)
      turn.flush()
      beginCompensation(turn, { step: null, error: recordedErrorOf(error) }, null)
    }
  }
}

function setTimer(turn: Turn, { timer, when, command, message, data }: TimerEffect): void {
  const dueAtMs = when.at?.getTime() ?? turn.nowMs + when.afterMs!
  const id = String(turn.instance.timersSet + 1)
  turn.add('TimerSet', { timer, id, dueAtMs, command, message, data })
}

function cancelTimer(turn: Turn, timer: string): void {
  if (turn.instance.timers[timer] !== undefined) turn.add('TimerCancelled', { timer })
}
