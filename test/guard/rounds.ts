/**
 * What is counted: rounds of a thousand commands, one to each of a thousand actors, sent at once.
 */

import type { Runtime } from 'dramatis'
import { Counter } from '../../bench/programs/counter.js'
import { actors, payload } from '../../bench/programs/program.js'

/** @returns what sends one command to each actor, and resolves when all are durable. */
export function createRounds(runtime: Runtime): () => Promise<void> {
  const counters = Array.from({ length: actors }, (_, n) => runtime.actor(Counter, `counter-${n}`))
  return async () => {
    await Promise.all(counters.map((counter) => counter.send('add', payload)))
  }
}
