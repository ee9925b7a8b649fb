/**
 * Effects as a reaction returned them, made into effects that can be recorded.
 *
 * The tools make effects, and so may whoever writes the same by hand: anything may come. Each property is read once.
 * Pure.
 *
 * Invariant: what comes back is plain data of this file's making, and shares nothing with what was returned.
 */

import { copyOfArray, isArray } from '../base/options.js'
import { parseTime, parseTimerName, type SagaTime } from '../define/saga/effects.js'
import type { RecordedCommand } from '../define/saga/instance-state.js'
import type { AnySaga } from '../define/saga/saga.js'
import type { EventValue } from '../events/event.js'
import { copyValue } from '../events/values.js'
import { fieldsOf, recordedCommandOf } from './recorded-command.js'
import { type CodePlace, SagaCodeError } from './saga-errors.js'
import { callCode } from './step-scope.js'

/** A timer to be set: what it brings is a command, or a message with its data. */
export interface TimerEffect {
  readonly kind: 'schedule'
  readonly timer: string
  readonly when: SagaTime
  readonly command: RecordedCommand | null
  readonly message: string | null
  readonly data: EventValue
}

/** An effect that can be recorded. */
export type ParsedEffect =
  | { readonly kind: 'send'; readonly command: RecordedCommand }
  | TimerEffect
  | { readonly kind: 'become'; readonly state: EventValue }
  | { readonly kind: 'cancelTimer'; readonly timer: string }
  | { readonly kind: 'fail'; readonly reason: string; readonly message: string | null }
  | { readonly kind: 'complete' }
  | { readonly kind: 'ignore' }

/** Effects that one reaction may return: as many as a turn may record. */
const effectsMax = 100_000

/**
 * Parses one effect, or a list of them.
 *
 * @throws {SagaCodeError} DRAMATIS_SAGA_CODE
 */
export function parseEffects(
  saga: AnySaga,
  place: CodePlace,
  returned: unknown,
): readonly ParsedEffect[] {
  if (!isArray(returned)) return [parseEffect(saga, place, returned)]
  const effects = copyOfArray(returned, effectsMax)
  if (effects !== undefined) return effects.map((each) => parseEffect(saga, place, each))
  throw new SagaCodeError(saga.name, place, `it returned no list of at most ${effectsMax} effects`)
}

const effectFields = ['kind', 'timer', 'when', 'what', 'state', 'reason', 'message']

function parseEffect(saga: AnySaga, place: CodePlace, effect: unknown): ParsedEffect {
  const { kind, timer, when, what, state, reason, message } = fieldsOf(effect, effectFields)
  switch (kind) {
    case 'send':
      return { kind, command: recordedCommandOf(saga, place, effect) }
    case 'schedule':
      return callCode(saga, place, () => {
        const name = parseTimerName(timer)
        const carried = parseCarried(saga, place, name, what)
        return { kind, timer: name, when: parseTime(name, when as SagaTime), ...carried }
      })
    case 'become':
      return { kind, state: callCode(saga, place, () => copyValue(state, 'state')) }
    case 'cancelTimer':
      return { kind, timer: callCode(saga, place, () => parseTimerName(timer)) }
    case 'complete':
    case 'ignore':
      return { kind }
    case 'fail':
      if (typeof reason !== 'string') break
      return { kind, reason, message: typeof message === 'string' ? message : null }
  }
  throw new SagaCodeError(saga.name, place, 'it returned what is no effect')
}

function parseCarried(
  saga: AnySaga,
  place: CodePlace,
  timer: string,
  what: unknown,
): Pick<TimerEffect, 'command' | 'message' | 'data'> {
  const { kind, message, data = null } = fieldsOf(what, ['kind', 'message', 'data'])
  if (kind !== 'message') {
    return { command: recordedCommandOf(saga, place, what), message: null, data: null }
  }
  if (typeof message === 'string' && saga.messages[message] !== undefined) {
    return { command: null, message, data: copyValue(data, timer) }
  }
  const name = typeof message === 'string' ? `'${message}'` : `of a ${typeof message}`
  throw new SagaCodeError(saga.name, place, `it scheduled an unknown message ${name}`)
}
