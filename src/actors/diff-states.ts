/**
 * The difference between two states, as a list of changes.
 *
 * Pure; knows values, not actors. `apply-changes.ts` is the way back.
 *
 * What is compared how:
 *   - plain objects by their keys, whatever their order; arrays by their indexes, without looking for
 *     what moved: an element put in front changes every one behind it;
 *   - Dates by their time, bytes by their content, and anything else (Maps, instances of classes) whole;
 *   - numbers exactly: NaN is NaN, and 0 is not -0; 1 is not 1n;
 *   - a key that holds `undefined` is there; a hole in an array holds `undefined`.
 *
 * Invariants:
 *   - equal states have no changes;
 *   - applying the changes in their order to the state before gives the state after.
 */

import { isDeepStrictEqual } from 'node:util'
import { isPlainObject } from '../events/values.js'

/** Keys of objects and indexes of arrays, from the outside in. Empty: the state itself. */
export type StatePath = readonly (string | number)[]

/** One change. What `added` and `removed` name is a key of an object, or an array's end. */
export type StateChange =
  | { readonly kind: 'added'; readonly path: StatePath; readonly after: unknown }
  | { readonly kind: 'removed'; readonly path: StatePath; readonly before: unknown }
  | {
      readonly kind: 'changed'
      readonly path: StatePath
      readonly before: unknown
      readonly after: unknown
    }

/** Values nested deeper than this are compared whole: that deep, states are cyclic. */
const depthMax = 100

type Keyed = Readonly<Record<string, unknown>>

/**
 * What changed from one state to another, in the order of the state before, then of what is new.
 * The values in it are those of the states, not copies.
 */
export function diffStates(before: unknown, after: unknown): readonly StateChange[] {
  const changes: StateChange[] = []
  compare(before, after, [], changes)
  return changes
}

function compare(before: unknown, after: unknown, path: StatePath, changes: StateChange[]): void {
  if (Object.is(before, after)) return
  if (path.length < depthMax) {
    if (Array.isArray(before) && Array.isArray(after)) {
      compareArrays(before, after, path, changes)
      return
    }
    if (isKeyed(before) && isKeyed(after) && areAlike(before, after)) {
      compareKeys(before, after, path, changes)
      return
    }
  }
  if (!areEqual(before, after)) changes.push({ kind: 'changed', path, before, after })
}

/** Node takes invalid Dates to differ from each other. */
function areEqual(before: unknown, after: unknown): boolean {
  if (before instanceof Date && after instanceof Date && areAlike(before, after)) {
    return Object.is(before.getTime(), after.getTime())
  }
  return isDeepStrictEqual(before, after)
}

function compareArrays(
  before: readonly unknown[],
  after: readonly unknown[],
  path: StatePath,
  changes: StateChange[],
): void {
  const shared = Math.min(before.length, after.length)
  for (let at = 0; at < shared; at++) compare(before[at], after[at], [...path, at], changes)
  for (let at = before.length - 1; at >= shared; at--) {
    changes.push({ kind: 'removed', path: [...path, at], before: before[at] })
  }
  for (let at = shared; at < after.length; at++) {
    changes.push({ kind: 'added', path: [...path, at], after: after[at] })
  }
}

function compareKeys(before: Keyed, after: Keyed, path: StatePath, changes: StateChange[]): void {
  for (const key of Object.keys(before)) {
    if (Object.hasOwn(after, key)) compare(before[key], after[key], [...path, key], changes)
    else changes.push({ kind: 'removed', path: [...path, key], before: before[key] })
  }
  for (const key of Object.keys(after)) {
    if (Object.hasOwn(before, key)) continue
    changes.push({ kind: 'added', path: [...path, key], after: after[key] })
  }
}

/** A plain object that is nothing but its keys. */
export function isKeyed(value: unknown): value is Keyed {
  return isPlainObject(value) && Object.getOwnPropertySymbols(value).length === 0
}

/** With a prototype or without: what differs in that is another object altogether. */
function areAlike(before: object, after: object): boolean {
  return Object.getPrototypeOf(before) === Object.getPrototypeOf(after)
}
