/** Looks how this process, and a runtime in it, stand. */

import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { readProcessMemory } from '../../bench/suite/process-memory.js'
import type { Runtime } from '../../src/index.js'
import type { Sample } from './slopes.js'

/** @param dataDir - Of the runtime. */
export async function readSample(runtime: Runtime, dataDir: string, atMs: number): Promise<Sample> {
  const { readers } = await runtime.health()
  // What nobody holds any more is no growth. Without `--expose-gc` the slopes are only less exact.
  globalThis.gc?.()
  const { views, handlers, store, workers } = runtime.status()
  return {
    atMs,
    threads: workers.threads,
    heapBytes: process.memoryUsage().heapUsed,
    ownBytes: readProcessMemory().ownBytes,
    fileDescriptors: fileDescriptors(),
    readerSlots: readers.reduce((sum, each) => sum + each.slots, 0),
    events: store.head,
    fileBytes: bytesUnder(dataDir),
    lag: Math.max(0, ...[...views, ...handlers].map((each) => each.lag)),
  }
}

/** 0 where the system does not say. */
function fileDescriptors(): number {
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0
}

/** What it takes on the disk, which is less than the lengths of files with holes. */
function bytesUnder(path: string): number {
  const blockBytes = 512
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .reduce((sum, each) => sum + blocksOf(join(each.parentPath, each.name)) * blockBytes, 0)
}

function blocksOf(path: string): number {
  // It may have been removed meanwhile: rows that others took over from.
  return statSync(path, { throwIfNoEntry: false })?.blocks ?? 0
}
