/** Threads that end at a bad moment: the process lives on, and another takes the place of each. */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Worker } from 'node:worker_threads'
import { systemClock } from '../../src/base/clock.js'
import { createSeededRandom } from '../../src/base/random.js'
import { yieldToEventLoop } from '../../src/base/signal.js'
import type { TaskEnd } from '../../src/pool/contracts.js'
import { openPiscinaPool } from '../../src/pool/piscina-pool.js'
import { openLmdbTables } from '../../src/store/lmdb/lmdb-tables.js'
import { ManualClock } from '../../src/testing/index.js'
import { TemporaryDirectory } from '../store/temporary.js'
import { turns, until } from '../subscriptions/until.js'
import { onEnd } from '../support/scope.js'
import { seed } from '../support/seed.js'
import { directories, tables } from './tasks/opening.js'

const moduleOf = (name: string): string => new URL(`./tasks/${name}.js`, import.meta.url).href

/** Without the gate in `uninterrupted.ts` a process lives through fewer than twenty, as a rule. */
const endings = 30

test('threads that are ended while they open, read and write tables do not take the process along', async (t) => {
  const random = createSeededRandom(seed)
  const directory = await TemporaryDirectory.make(t)
  for (const name of directories) {
    directory.closing(await openLmdbTables(join(directory.path, name), tables))
  }
  const pool = openPiscinaPool({
    threads: 1,
    module: moduleOf('opening'),
    options: directory.path,
    clock: systemClock,
  })
  onEnd(t, () => pool.close())

  const ends: TaskEnd[] = []
  for (let ending = 0; ending < endings; ending++) {
    let hasBegun = false
    const task = pool.run(null, () => {
      hasBegun = true
    })
    await until('it has begun', () => hasBegun)
    await turns(Math.floor(random.next() * 400))
    task.terminate('enough')
    ends.push(await task.ended)
  }

  assert.ok(ends.every(({ outcome }) => outcome === 'crashed'))
})

test('a thread that dies before it is ready is replaced', async (t) => {
  const threads: Worker[] = []
  const add = (worker: Worker): void => {
    threads.push(worker)
    // The one that takes the place of the first dies before it is ready.
    if (threads.length === 3) void worker.terminate()
  }
  process.on('worker', add)
  onEnd(t, () => process.off('worker', add))
  const pool = openPiscinaPool({
    threads: 2,
    module: moduleOf('talk'),
    options: null,
    clock: systemClock,
  })
  onEnd(t, () => pool.close())

  await pool.run({ what: 'exit' }, () => {}).ended
  await until('there is a fourth thread', () => threads.length === 4)
  const tasks = Array.from({ length: 2 }, () => pool.run({ what: 'thread' }, () => {}))
  for (const task of tasks) task.post('go on')
  const ends = await Promise.all(tasks.map((task) => task.ended))

  const used = ends.map((end) => (end.outcome === 'returned' ? end.value : end.error.message))
  assert.equal(new Set(used).size, 2)
})

test('a thread that fails every task before it begins is ended, and another one serves', async (t) => {
  const pool = openPiscinaPool({
    threads: 1,
    module: moduleOf('talk'),
    options: null,
    clock: systemClock,
  })
  onEnd(t, () => pool.close())

  const ends: TaskEnd[] = []
  for (const what of ['spoil', 'count', 'count']) {
    ends.push(await pool.run({ what }, () => {}).ended)
  }

  assert.deepEqual(
    ends.map(({ outcome }) => outcome),
    ['returned', 'crashed', 'returned'],
  )
  assert.match(ends[1]!.outcome === 'crashed' ? ends[1]!.error.message : '', /broken/)
})

test('a task that its thread does not begin in time is given up, with that thread', async (t) => {
  const clock = new ManualClock()
  const pool = openPiscinaPool({
    threads: 1,
    module: moduleOf('talk'),
    options: null,
    clock,
    busyMsMax: 5_000,
  })
  onEnd(t, () => pool.close())
  let isLooping = false
  const looping = pool.run({ what: 'loop' }, () => {
    isLooping = true
  })
  await until('it loops', () => isLooping)

  const late = pool.run({ what: 'count' }, () => {})
  clock.advance(34_999)
  await yieldToEventLoop()
  clock.advance(1)
  const ends = await Promise.all([looping.ended, late.ended])

  const [, end] = ends
  assert.deepEqual(
    ends.map(({ outcome }) => outcome),
    ['crashed', 'crashed'],
  )
  const message = end.outcome === 'crashed' ? end.error.message : ''
  assert.equal(message, 'its thread did not begin the task within 35000 ms')
  assert.equal((await pool.run({ what: 'count' }, () => {}).ended).outcome, 'returned')
})
