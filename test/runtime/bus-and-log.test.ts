/** Events as a host follows them: the bus, the log, the channels and the rates. */

import assert from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { type TestContext, test } from 'node:test'
import { ManualClock } from '../../src/base/manual-clock.js'
import { openRuntime, type Runtime } from '../../src/index.js'
import { RateMeter } from '../../src/runtime/rate-meter.js'
import { collect } from '../../src/testing/collect.js'
import { turns } from '../subscriptions/until.js'
import { recording, Workplace } from '../subscriptions/workplace.js'
import { onEnd } from '../support/scope.js'
import app, { Counter } from './apps/sums.js'

async function open(t: TestContext): Promise<Runtime> {
  const runtime = await openRuntime({ app })
  onEnd(t, () => runtime.close())
  return runtime
}

async function addAndTake(runtime: Runtime): Promise<void> {
  await runtime.actor(Counter, 'a').send('add', { n: 3 })
  await runtime.actor(Counter, 'a').send('take', { n: 1 })
}

for (const [pattern, expected] of [
  ['Added', ['Added']],
  ['Ta*', ['Taken']],
  ['Taken*', ['Taken']],
  ['*', ['Added', 'Taken']],
  ['Add', []],
] as const) {
  test(`the pattern ${pattern} hears ${expected.join(' and ') || 'nothing'}`, async (t) => {
    const runtime = await open(t)
    const heard: string[] = []
    runtime.bus.subscribe(pattern, (event) => heard.push(event.type))

    await addAndTake(runtime)

    assert.deepEqual(heard, expected)
  })
}

for (const pattern of ['', '**', 'A*d', '*A', 'a b', 7, null, undefined]) {
  test(`the pattern ${JSON.stringify(pattern)} is refused`, async (t) => {
    const runtime = await open(t)

    assert.throws(() => runtime.bus.subscribe(pattern as never, () => {}), {
      code: 'DRAMATIS_INVALID_ARGUMENT',
    })
  })
}

test('who has unsubscribed hears nothing more, however often', async (t) => {
  const runtime = await open(t)
  const heard: string[] = []
  const unsubscribeFirst = runtime.bus.subscribe('*', () => heard.push('first'))
  runtime.bus.subscribe('*', () => heard.push('second'))

  unsubscribeFirst()
  unsubscribeFirst()
  await runtime.actor(Counter, 'a').send('add', { n: 1 })

  assert.deepEqual(heard, ['second'])
  assert.equal(runtime.bus.subscribers, 1)
})

test('a subscriber that throws or rejects harms nobody, and is counted', async (t) => {
  const runtime = await open(t)
  const heard: string[] = []
  runtime.bus.subscribe('*', () => assert.fail('sync'))
  runtime.bus.subscribe('*', () => Promise.reject(new Error('async')))
  runtime.bus.subscribe('*', (event) => heard.push(event.type))

  await addAndTake(runtime)
  await turns()

  assert.deepEqual(heard, ['Added', 'Taken'])
  assert.equal(runtime.status().bus.failures, 4)
})

test('the bus tells of events that are in the log already', async (t) => {
  const runtime = await open(t)
  const heads: boolean[] = []
  runtime.bus.subscribe('*', (event) => heads.push(runtime.log.head >= event.position))

  await addAndTake(runtime)

  assert.deepEqual(heads, [true, true])
})

test('the log is read from a position, by type, to the head of the moment', async (t) => {
  const runtime = await open(t)
  await addAndTake(runtime)
  await addAndTake(runtime)

  const later = await collect(runtime.log.read({ after: 2 }))
  const taken = await collect(runtime.log.read({ types: ['Taken'], to: 3 }))

  assert.deepEqual(
    later.map((event) => event.position),
    [3, 4],
  )
  assert.deepEqual(
    taken.map((event) => event.position),
    [2],
  )
})

test('live reading goes on with what is committed later, and ends when the runtime closes', async (t) => {
  const runtime = await open(t)
  await addAndTake(runtime)
  const seen: number[] = []
  const reading = (async () => {
    for await (const event of runtime.log.read({ live: true })) seen.push(event.position)
  })()

  await turns()
  await addAndTake(runtime)
  await turns()
  await runtime.close()
  await reading

  assert.deepEqual(seen, [1, 2, 3, 4])
})

test('live reading ends when its signal aborts', async (t) => {
  const runtime = await open(t)
  const controller = new AbortController()
  const reading = collect(runtime.log.read({ live: true, signal: controller.signal }))
  await addAndTake(runtime)
  await turns()

  controller.abort()

  assert.equal((await reading).length, 2)
})

test('a reading that close cuts short fails, and does not pass for the whole', async (t) => {
  const runtime = await open(t)
  for (let at = 0; at < 5; at++) await addAndTake(runtime)
  const reading = runtime.log.read({ batchEvents: 2 })[Symbol.asyncIterator]()
  await reading.next()

  await runtime.close()
  await reading.next()

  await assert.rejects(async () => await reading.next(), { code: 'DRAMATIS_STORE_STOPPED' })
})

for (const options of [
  { after: -1 },
  { after: 1.5 },
  { types: 'Added' },
  { batchEvents: 0 },
  { from: 1 },
]) {
  test(`log.read with ${JSON.stringify(options)} is refused`, async (t) => {
    const runtime = await open(t)

    assert.throws(() => runtime.log.read(options as never), { code: 'DRAMATIS_INVALID_ARGUMENT' })
  })
}

test('the channels tell of commands, commits, batches, retries and parking', async (t) => {
  const seen = new Map<string, unknown[]>()
  for (const name of ['command', 'commit', 'batch', 'retry', 'park']) {
    const messages: unknown[] = []
    const listen = (message: unknown): void => void messages.push(message)
    seen.set(name, messages)
    subscribe(`dramatis:${name}`, listen)
    onEnd(t, () => unsubscribe(`dramatis:${name}`, listen))
  }
  const { handler } = recording({
    retry: { attemptsMax: 2, delayMs: 10, retriesAtOnce: 0 },
    handle: () => Promise.reject(new Error('never')),
  })
  const work = await Workplace.open(t, { handlers: [handler] })

  await work.add('a')
  await work.settled(handler)
  await work.runtime.deadLetters.discard({}, { reason: 'enough' })

  const first = (name: string): Record<string, unknown> => seen.get(name)![0] as never
  assert.deepEqual([first('command').command, first('command').outcome], ['add', 'accepted'])
  assert.deepEqual([first('commit').events, first('commit').position], [1, 1])
  assert.equal(first('batch').subscription, 'recording')
  assert.deepEqual([first('retry').attempt, first('retry').key], [1, 'Counter-a'])
  assert.deepEqual(
    seen.get('park')!.map((message) => (message as { action: string }).action),
    ['parked', 'discarded'],
  )
})

test('a rate is the average of the last ten whole seconds', () => {
  const clock = new ManualClock()
  const meter = new RateMeter(clock)

  const rates: number[] = []
  for (let second = 0; second < 15; second++) {
    meter.add(second < 5 ? 10 : 0)
    rates.push(meter.perSecond())
    clock.advance(1_000)
  }
  clock.advance(60_000)

  assert.deepEqual(rates, [10, 10, 10, 10, 10, 10, 50 / 6, 50 / 7, 50 / 8, 50 / 9, 5, 4, 3, 2, 1])
  assert.equal(meter.perSecond(), 0)
})
