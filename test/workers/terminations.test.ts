/**
 * A storm of terminations: threads end at any moment while they read and deliver, again and again.
 *
 * They end themselves, between two steps of their event loop. Threads that are ended from outside, whatever they are
 * doing, are those of `test/pool/ended-threads.test.ts`.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSeededRandom } from '../../src/base/random.js'
import { until } from '../subscriptions/until.js'
import { count } from '../support/counts.js'
import { seed } from '../support/seed.js'
import { sized } from '../support/size.js'
import { HostileWork } from './hostile-work.js'
import { ThreadsOfProcess } from './threads-of-process.js'

const terminationsMin = sized(100, 2_000)
const names = Array.from({ length: 12 }, (_each, at) => `target-${at}`)

test(`views and handlers come through ${terminationsMin} terminations (seed ${seed})`, async (t) => {
  const threads = new ThreadsOfProcess(t)
  const random = createSeededRandom(seed)
  const work = await HostileWork.open(t, { app: 'hostile-app-without-bystander' })
  const sent = new Map(names.map((name) => [name, 0]))
  const send = async (name: string, what: string): Promise<void> => {
    await work.send(name, what)
    sent.set(name, (sent.get(name) ?? 0) + 1)
  }

  while (threads.exited < terminationsMin) {
    const before = threads.exited
    for (const name of names.filter(() => random.next() < 0.3)) {
      await send(name, random.next() < 0.5 ? 'nothing' : 'takes a turn')
    }
    await send(names[Math.floor(random.next() * names.length)]!, 'ends its thread soon')
    await send(`bomb-${sent.size}`, 'exits with 0')
    await send(`bomb-${sent.size}`, 'exits with 0')
    await until('threads have ended', () => threads.exited >= before + 4)
  }
  const terminations = threads.exited
  work.calm()
  await work.settle()
  const parked = await work.checkStorm(sent)
  await work.mend()
  await work.checkHandled(sent)
  await work.close()

  count('worker terminations', terminations, seed)
  t.diagnostic(`${terminations} of ${threads.started} threads ended, ${parked} parked keys`)
  assert.equal(threads.alive.size, 0)
})
