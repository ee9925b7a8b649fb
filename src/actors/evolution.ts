/**
 * Evolution: folding events into a state.
 *
 * Pure, and the same for a new event and for one read back, so that a live state always equals the
 * fold of its stream. States are frozen all the way down: an `evolve` that changes one in place throws
 * instead of corrupting what others hold. Runs per event.
 */

import assert from 'node:assert/strict'
import { describeValue } from '../base/errors.js'
import { deepFreeze } from '../base/freeze.js'
import type { RecordedEvent } from '../events/event.js'
import type { ActorType } from './actor-type.js'
import { EvolveFailedError } from './errors.js'

/** The frozen state before the first event. @throws whatever `initialState` throws. */
export function initialStateOf(type: ActorType): unknown {
  return deepFreeze(type.definition.initialState())
}

/**
 * Returns the frozen state after one event.
 *
 * @throws {EvolveFailedError} DRAMATIS_EVOLVE_FAILED; the given state is as it was.
 */
export function evolveState(type: ActorType, state: unknown, event: RecordedEvent): unknown {
  const known = type.events.get(event.type)
  // New events were decided by it, recorded ones have been upcast: neither can be unknown here.
  assert(known !== undefined)
  let next: unknown
  try {
    next = known.evolve(state, event)
    if (next === state) return state
    if (next !== undefined && !isThenable(next)) return deepFreeze(next)
  } catch (error) {
    throw failure(event, `threw ${describeValue(error)}`, error)
  }
  // Its rejection, if any, is answered here.
  new Promise((resolve) => resolve(next)).catch(() => {})
  throw failure(event, `returned ${next === undefined ? 'nothing' : 'a promise'}`)
}

/** Whoever is told such a state would wait for it, and be told something else. */
function isThenable(state: unknown): boolean {
  return typeof (state as { then?: unknown } | null)?.then === 'function'
}

function failure(event: RecordedEvent, why: string, cause?: unknown): EvolveFailedError {
  return new EvolveFailedError(event.streamId, event.type, event.version, why, { cause })
}
