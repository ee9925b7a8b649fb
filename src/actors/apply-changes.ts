/**
 * Applying changes to a state: what `diffStates` found, carried out.
 *
 * Pure: copies what changes and shares the rest. A change that does not fit is refused, and the state
 * that was given is as it was either way.
 *
 * Invariant: applyChanges(before, diffStates(before, after)) equals after.
 */

import { InvalidArgumentError } from '../base/errors.js'
import { arrayAt, objectAt, oneOf } from '../base/options.js'
import { isKeyed, type StateChange, type StatePath } from './diff-states.js'

type Keyed = Record<string, unknown>

/**
 * The state after the changes, one after the other. Only paths, kinds and the values after are looked at.
 *
 * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT: a change that does not fit the state.
 */
export function applyChanges(before: unknown, changes: readonly StateChange[]): unknown {
  let state = before
  arrayAt('changes', changes).forEach((change, at) => {
    const argument = `changes[${at}]`
    objectAt(argument, change)
    oneOf(`${argument}.kind`, change.kind, ['added', 'removed', 'changed'])
    arrayAt(`${argument}.path`, change.path)
    state = applyAt(state, change, 0, argument)
  })
  return state
}

/** @param depth - How much of the path is behind. */
function applyAt(value: unknown, change: StateChange, depth: number, argument: string): unknown {
  const { path, kind } = change
  const key = path[depth]
  if (key === undefined) {
    if (depth === path.length && kind === 'changed') return change.after
    throw misfit(argument, change.path)
  }
  const isLast = depth === path.length - 1
  if (Array.isArray(value)) {
    const copy = [...value]
    if (isLast && kind !== 'changed') resize(copy, key, change, argument)
    else if (isIndex(key, copy.length)) copy[key] = applyAt(copy[key], change, depth + 1, argument)
    else throw misfit(argument, path)
    return copy
  }
  if (!isKeyed(value) || typeof key !== 'string') throw misfit(argument, path)
  const isAdded = isLast && kind === 'added'
  if (Object.hasOwn(value, key) === isAdded) throw misfit(argument, path)
  const copy: Keyed = Object.setPrototypeOf({ ...value }, Object.getPrototypeOf(value))
  if (isAdded) setOwn(copy, key, change.after)
  else if (isLast && kind === 'removed') delete copy[key]
  else setOwn(copy, key, applyAt(value[key], change, depth + 1, argument))
  return copy
}

/** Arrays grow and shrink at their end. */
function resize(
  copy: unknown[],
  key: string | number,
  change: StateChange,
  argument: string,
): void {
  if (change.kind === 'added' && key === copy.length) copy.push(change.after)
  else if (change.kind === 'removed' && isIndex(key, copy.length) && key === copy.length - 1) {
    copy.pop()
  } else throw misfit(argument, change.path)
}

function isIndex(key: string | number, length: number): key is number {
  return typeof key === 'number' && Number.isInteger(key) && key >= 0 && key < length
}

/** Plain assignment of a key named `__proto__` would change what the object is. */
function setOwn(copy: Keyed, key: string, value: unknown): void {
  Object.defineProperty(copy, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  })
}

function misfit(argument: string, path: StatePath): InvalidArgumentError {
  return new InvalidArgumentError(argument, 'a change that fits the state', `at ${path.join('.')}`)
}
