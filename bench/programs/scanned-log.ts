/**
 * The log that is scanned: a million events of ten types, in LMDB, in a store of ours and by hand.
 *
 * Of two types there is one event in a hundred: one of them evenly mixed with the others, the other in bursts
 * of a thousand.
 */

import { scaled } from '../suite/scale.js'
import { recordBareSamples } from './bare-samples.js'
import { recordSamples, type Sample } from './sample-log.js'

export const events: number = scaled(1_000_000, 10_000)
export const sparse = 'Sparse'
export const bursting = 'Bursting'
const common: readonly string[] = Array.from({ length: 8 }, (_each, at) => `Common${at}`)
/** By their numbers in the log by hand. */
export const types: readonly string[] = [...common, sparse, bursting]
const streams = 1_000
/** One event in a hundred. */
const burst = { every: events / 10, length: events / 1_000, from: events / 20 }

export async function recordScannedLog(dataDir: string, bareDir: string): Promise<void> {
  await recordSamples(dataDir, events, sampleOf)
  await recordBareSamples(bareDir, events, sampleOf, types)
}

/** @param wanted - A type; `null`: all of them. @returns how many there are among the first `to` events. */
export function wantedAmong(to: number, wanted: string | null): number {
  if (wanted === null) return to
  let count = 0
  for (let at = 0; at < to; at++) if (sampleOf(at).type === wanted) count++
  return count
}

function sampleOf(at: number): Sample {
  const aggregateId = `counter-${at % streams}`
  const inBurst = at % burst.every >= burst.from && at % burst.every < burst.from + burst.length
  if (inBurst) return { type: bursting, aggregateId }
  if (at % 100 === 37) return { type: sparse, aggregateId }
  return { type: common[at % common.length]!, aggregateId }
}
