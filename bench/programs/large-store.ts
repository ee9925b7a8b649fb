/**
 * The store of ten million events that several questions are asked of: made once, shared by all.
 *
 * It lies where `BENCH_LARGE_STORE` says. A marker, written last, says that it is complete; whatever else
 * is there is made anew. Whoever asks may append to it. Without the variable, each question makes its own.
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { logFormat } from '../../src/store/lmdb/log-owner.js'
import { scaled } from '../suite/scale.js'
import type { Scratch } from '../suite/scratch.js'

/** Ten for each actor, on average. */
export const largeEvents: number = scaled(1_000, 10) * 10_000
export const largeActors: number = largeEvents / 10

/** What a complete store holds. */
export const largeMarker: string = JSON.stringify({
  events: largeEvents,
  actors: largeActors,
  logFormat,
})

/** @returns where the store is. Takes most of a minute when it is not there yet. */
export async function largeStore(scratch: Scratch): Promise<string> {
  const shared = process.env.BENCH_LARGE_STORE
  const dataDir = shared ?? scratch.directory('large-store')
  if (isComplete(dataDir)) return dataDir
  rmSync(dataDir, { recursive: true, force: true })
  // In a process of its own: what is measured in this one begins afresh.
  const program = fileURLToPath(new URL('./fill-large-store.js', import.meta.url))
  const filling = spawn(process.execPath, [program, dataDir], { stdio: 'inherit' })
  const [status] = (await once(filling, 'exit')) as [number | null, NodeJS.Signals | null]
  if (status !== 0) throw new Error(`expected a large store in ${dataDir}, found none`)
  return dataDir
}

/** Where the marker of a data directory lies. */
export function markerOf(dataDir: string): string {
  return join(dataDir, 'large-store.json')
}

function isComplete(dataDir: string): boolean {
  const marker = markerOf(dataDir)
  return existsSync(marker) && readFileSync(marker, 'utf8') === largeMarker
}
