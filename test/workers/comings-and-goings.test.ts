/**
 * Threads that come and go leave nothing behind: no file descriptors, no reader slots of LMDB, no memory.
 *
 * Within one runtime, since slots and files of a process that ends are nobody's any more.
 */

import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { open } from 'lmdb'
import { environmentOptions } from '../../src/store/lmdb/environment.js'
import { until } from '../subscriptions/until.js'
import { count } from '../support/counts.js'
import { onEnd } from '../support/scope.js'
import { sized } from '../support/size.js'
import { HostileWork } from './hostile-work.js'
import { ThreadsOfProcess } from './threads-of-process.js'

/** Rounds until caches are warm and whatever is made once is made. */
const warmUpRounds = 3
/** Two threads each. */
const rounds = sized(10, 500)
/** Two threads that have done more than the two before may have so many more: fewer than one for each that is gone. */
const filesMax = 8
const readersMax = 4
/** What a thread may leave behind, on average: allocators keep some. */
const bytesPerThreadMax = 262_144

interface Footprint {
  readonly files: number
  readonly readers: number
  readonly bytes: number
}

test(`${2 * rounds} threads that come and go leave nothing behind`, async (t) => {
  if (process.platform !== 'linux') return t.skip('open files are counted in /proc')
  const threads = new ThreadsOfProcess(t)
  const work = await HostileWork.open(t)
  const readReaders = countReaders(t, work.dataDir)
  const collect = exposedGc()
  const look = (): Footprint => {
    collect()
    const files = readdirSync('/proc/self/fd').length
    return { files, readers: readReaders(), bytes: process.memoryUsage.rss() }
  }

  for (let round = 0; round < warmUpRounds; round++) await replaceThreads(work, threads)
  const before = look()
  const startedBefore = threads.started
  while (threads.started < startedBefore + 2 * rounds) await replaceThreads(work, threads)
  const after = look()
  const started = threads.started - startedBefore

  const told = JSON.stringify({ before, after })
  count('workers started and stopped', started)
  t.diagnostic(`${started} threads: ${told}`)
  assert.ok(after.files <= before.files + filesMax, `files are left: ${told}`)
  assert.ok(after.readers <= before.readers + readersMax, `readers are left: ${told}`)
  const bytesPerThread = (after.bytes - before.bytes) / started
  const bytesMax = bytesPerThreadMax + 67_108_864 / started
  assert.ok(bytesPerThread < bytesMax, `${bytesPerThread} bytes of each thread are left`)
  await work.close()
})

/** Ends every thread, and has those that take their places read and deliver something. */
async function replaceThreads(work: HostileWork, threads: ThreadsOfProcess): Promise<void> {
  await Promise.all([...threads.alive].map((thread) => thread.terminate()))
  // One that died before it was ready is replaced a little later.
  await until('two others are there', () => threads.alive.size >= 2)
  for (const name of ['a', 'b', 'c', 'd']) await work.send(name, 'nothing')
  await work.settle()
}

/** Looks into the tables of readers of log and work. */
function countReaders(t: TestContext, dataDir: string): () => number {
  const environments = ['log', 'work'].map((name) =>
    open(environmentOptions(join(dataDir, name), 'flush')),
  )
  onEnd(t, () => Promise.all(environments.map((each) => each.close())))
  // One line of headings, or one that says that there are none.
  return () =>
    environments.reduce((sum, each) => sum + each.readerList().trim().split('\n').length - 1, 0)
}

function exposedGc(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}
