/**
 * What is counted in a counted process, on all of its threads together.
 *
 * The memory is made by `preload.cts`, which counts messages in the first place.
 */

import assert from 'node:assert/strict'
import { getEnvironmentData } from 'node:worker_threads'

const names = [
  'messages',
  'log writes',
  'log bytes',
  'work writes',
  'work bytes',
  'view writes',
  'view bytes',
] as const

export type CounterName = (typeof names)[number]

const memory: unknown = getEnvironmentData('dramatis counters')
assert(memory instanceof SharedArrayBuffer, 'the process was not started with preload.cjs')
const counters = new Int32Array(memory)

export function count(name: CounterName, amount: number): void {
  Atomics.add(counters, names.indexOf(name), amount)
}

/** Everything since the process began. */
export function readCounters(): ReadonlyMap<string, number> {
  return new Map(names.map((name, at) => [name, Atomics.load(counters, at)]))
}
