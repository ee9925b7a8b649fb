/** Handlers on real threads: what kills or hangs a thread is found, replaced and set aside. */

import assert from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { test } from 'node:test'
import { collect } from '../../src/testing/collect.js'
import { onEnd } from '../support/scope.js'
import { Counter } from './apps/killers.js'
import { Threaded } from './threaded.js'

for (const what of ['loop', 'exit', 'throw']) {
  const does = { loop: 'loops for ever', exit: 'exits its thread', throw: 'throws from nowhere' }
  test(`a handler that ${does[what as 'loop']} is found, and its key parked`, async (t) => {
    const work = await Threaded.open(t, 1)
    await work.add(what, 'other', what)

    await work.parked('killer', 1)
    await work.settled('killer')
    await work.settled('bystander')
    const { entries } = await work.runtime.deadLetters.list()

    assert.deepEqual(
      entries.map(({ key, cause, error, queued }) => [key, cause, error.code, queued]),
      [[`Counter-${what}`, 'WORKER_CRASH', 'DRAMATIS_WORKER_CRASH', 2]],
    )
    assert.equal(work.status('bystander').handled, 3)
    assert(work.calls('killer').some((call) => call.startsWith('other@1')))
  })
}

test('a key parked for killing its thread is redriven in order once it is mended', async (t) => {
  const work = await Threaded.open(t, 1)
  await work.add('exit', 'exit', 'exit')
  await work.parked('killer', 1)

  work.mend()
  await work.runtime.deadLetters.redrive({ cause: 'WORKER_CRASH' })
  await work.settled('killer')

  assert.deepEqual(work.calls('killer').slice(-3), ['exit@1 1', 'exit@2 1', 'exit@3 1'])
  assert.equal(work.status('killer').handled, 3)
})

test('innocent events in flight beside a killer are not parked', async (t) => {
  const work = await Threaded.open(t, 1)
  const innocent = Array.from({ length: 12 }, (_each, at) => `slow${at}`)

  await work.add(...innocent, 'exit', ...innocent, 'exit2', ...innocent)
  await work.parked('killer', 2)
  await work.settled('killer')
  const { entries } = await work.runtime.deadLetters.list()

  assert.deepEqual(entries.map((entry) => entry.key).sort(), ['Counter-exit', 'Counter-exit2'])
  assert.equal(work.status('killer').handled, 36)
  const ofInnocents = work.calls('killer').filter((call) => call.startsWith('slow'))
  assert.deepEqual(
    ofInnocents.filter((call) => !call.endsWith(' 1')),
    [],
  )
})

test('order per key is kept beside a killer', async (t) => {
  const work = await Threaded.open(t, 2)
  const ids = Array.from({ length: 40 }, (_each, at) => (at % 9 === 4 ? 'exit' : `slow${at % 4}`))

  await work.add(...ids)
  await work.parked('killer', 1)
  await work.settled('killer')

  for (const id of ['slow0', 'slow1', 'slow2', 'slow3']) {
    const versions = work
      .calls('killer')
      .filter((call) => call.startsWith(`${id}@`))
      .map((call) => Number(call.split(/[@ ]/)[1]))
    assert.deepEqual(
      versions,
      [...versions].sort((a, b) => a - b),
      id,
    )
    assert.deepEqual(new Set(versions).size, ids.filter((each) => each === id).length)
  }
})

test('a handler that never settles does not take its thread with it', async (t) => {
  const deaths: unknown[] = []
  const listen = (message: unknown): void => void deaths.push(message)
  subscribe('dramatis:worker', listen)
  onEnd(t, () => unsubscribe('dramatis:worker', listen))
  const work = await Threaded.open(t, 1)

  await work.add('never', 'other')
  await work.until('it was tried again', () => work.status('killer').retried >= 1)
  work.mend()
  await work.settled('killer')

  assert.deepEqual(deaths, [])
  assert.equal(work.status('killer').handled, 2)
})

test("a handler with runsOn 'host' runs on the main thread beside worker threads", async (t) => {
  const work = await Threaded.open(t, 2)

  await work.add('a', 'b', 'c')
  await work.settled('hosted')

  const { handled, parkedKeys } = work.status('hosted')
  assert.deepEqual([handled, parkedKeys], [3, 0])
})

test('ctx.send reaches the host from a thread', async (t) => {
  const work = await Threaded.open(t, 1)

  await work.add('ask')
  await work.through('sender')
  const sent = await collect(work.runtime.actor(Counter, 'answer').events())

  assert.deepEqual(
    sent.map(({ data, metadata }) => [data.n, metadata.commandId, metadata.causationId]),
    [[7, 'Counter-ask@1:sender:1', 'Counter-ask@1']],
  )
})

test('ctx.send of what cannot cross threads is a typed error of the delivery', async (t) => {
  const work = await Threaded.open(t, 1)

  await work.add('odd')
  await work.parked('sender', 1)
  const { entries } = await work.runtime.deadLetters.list()

  assert.deepEqual(
    entries.map(({ error }) => error.code),
    ['DRAMATIS_INVALID_ARGUMENT'],
  )
})

test('a handler whose thread another one killed is not said to fail when all is well', async (t) => {
  const work = await Threaded.open(t, 1)
  await work.add('a')
  await work.settled('hosted')

  await work.add('exit')
  await work.parked('killer', 1)
  const isRunning = (): boolean =>
    ['bystander', 'sender', 'killer'].every((name) => work.status(name).state === 'running')
  await work.until('every handler runs', isRunning)

  assert(isRunning())
})
