/** Both pools keep the contract: how a task ended is data, messages keep their order. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { systemClock } from '../../src/base/clock.js'
import type { TaskPool } from '../../src/pool/contracts.js'
import { createInlinePool } from '../../src/pool/inline-pool.js'
import { openPiscinaPool } from '../../src/pool/piscina-pool.js'
import { until } from '../subscriptions/until.js'
import { onEnd } from '../support/scope.js'
import { createTaskRunner } from './tasks/talk.js'

const moduleOf = (name: string): string => new URL(`./tasks/${name}.js`, import.meta.url).href

function openThreads(t: TestContext, threads: number, name = 'talk'): TaskPool {
  const pool = openPiscinaPool({
    threads,
    module: moduleOf(name),
    options: { from: 'host' },
    clock: systemClock,
  })
  onEnd(t, () => pool.close())
  return pool
}

async function openInline(t: TestContext): Promise<TaskPool> {
  const pool = createInlinePool(await createTaskRunner({ from: 'host' }))
  onEnd(t, () => pool.close())
  return pool
}

const pools: Readonly<Record<string, (t: TestContext) => Promise<TaskPool>>> = {
  inline: openInline,
  threads: async (t) => openThreads(t, 1),
}

for (const [kind, open] of Object.entries(pools)) {
  test(`${kind}: a task returns its value`, async (t) => {
    const pool = await open(t)

    const end = await pool.run({ what: 'options' }, () => {}).ended

    assert.deepEqual(end, { outcome: 'returned', value: { from: 'host' } })
  })

  test(`${kind}: a task that throws has failed, with the error's code`, async (t) => {
    const pool = await open(t)

    const end = await pool.run({ what: 'throw' }, () => {}).ended

    assert.equal(end.outcome, 'failed')
    assert.deepEqual(end.outcome === 'failed' && [end.error.message, end.error.code], ['no', 'NO'])
  })

  test(`${kind}: messages of a task arrive in order, all before its end`, async (t) => {
    const pool = await open(t)
    const heard: unknown[] = []

    await pool.run({ what: 'count' }, (message) => heard.push(message)).ended
    const atEnd = [...heard]

    assert.deepEqual(
      atEnd,
      Array.from({ length: 100 }, (_each, n) => n),
    )
  })

  test(`${kind}: messages to a task arrive in order, also those posted at once`, async (t) => {
    const pool = await open(t)
    const task = pool.run({ what: 'echo' }, () => {})

    for (const message of [1, 2, 3, 'end']) task.post(message)

    assert.deepEqual(await task.ended, { outcome: 'returned', value: [1, 2, 3] })
  })

  test(`${kind}: a message to a task that has ended is lost, without harm`, async (t) => {
    const pool = await open(t)
    const task = pool.run({ what: 'x' }, () => {})
    await task.ended

    task.post('too late')

    assert.equal((await pool.run({ what: 'y' }, () => {}).ended).outcome, 'returned')
  })

  test(`${kind}: a terminated task has crashed, with the reason`, async (t) => {
    const pool = await open(t)
    const task = pool.run({ what: 'never' }, () => {})

    task.terminate('enough')
    const end = await task.ended

    assert.deepEqual(
      [end.outcome, end.outcome === 'crashed' && end.error.message],
      ['crashed', 'enough'],
    )
  })

  test(`${kind}: closing ends what is under way as crashed, and may be done twice`, async (t) => {
    const pool = await open(t)
    const task = pool.run({ what: 'never' }, () => {})

    await Promise.all([pool.close(), pool.close()])

    assert.equal((await task.ended).outcome, 'crashed')
  })
}

test('a thread that loops for ever is ended, and the next task finds another', async (t) => {
  const pool = openThreads(t, 1)
  let isLooping = false
  const task = pool.run({ what: 'loop' }, () => {
    isLooping = true
  })
  await until('it loops', () => isLooping)

  task.terminate('it loops')
  const end = await task.ended
  const next = await pool.run({ what: 'x' }, () => {}).ended

  assert.deepEqual([end.outcome, next.outcome], ['crashed', 'returned'])
})

test('a task whose thread exits has crashed, and so has each beside it', async (t) => {
  const pool = openThreads(t, 1)
  const beside = pool.run({ what: 'never' }, () => {})

  const end = await pool.run({ what: 'exit' }, () => {}).ended
  const next = await pool.run({ what: 'x' }, () => {}).ended

  assert.deepEqual(
    [end.outcome, (await beside.ended).outcome, next.outcome],
    ['crashed', 'crashed', 'returned'],
  )
})

test('a task module that cannot be loaded fails every task with the reason', async (t) => {
  const pool = openThreads(t, 1, 'broken')

  const ends = [await pool.run({}, () => {}).ended, await pool.run({}, () => {}).ended]

  for (const end of ends) {
    assert.equal(end.outcome, 'failed')
    assert.match(end.outcome === 'failed' ? end.error.message : '', /broken module/)
  }
})

test('long tasks are spread evenly over threads, and more of them than threads run at a time', async (t) => {
  const pool = openThreads(t, 2)
  const tasks = Array.from({ length: 8 }, () => pool.run({ what: 'thread' }, () => {}))

  for (const task of tasks) task.post('go on')
  const ends = await Promise.all(tasks.map((task) => task.ended))

  const threads = ends.map((end) => (end.outcome === 'returned' ? end.value : null))
  const counts = [...new Set(threads)].map((id) => threads.filter((each) => each === id).length)
  assert.deepEqual(counts, [4, 4])
})

test('a task may be terminated before its thread has taken it', async (t) => {
  const pool = openThreads(t, 1)

  const task = pool.run({ what: 'never' }, () => {})
  task.terminate('at once')

  assert.equal((await task.ended).outcome, 'crashed')
})
