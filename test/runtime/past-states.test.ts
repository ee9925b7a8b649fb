/** An actor's past as a host asks for it: states, differences and spans of time. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { ManualClock } from '../../src/base/manual-clock.js'
import {
  defineActor,
  defineApp,
  type Moment,
  openRuntime,
  type ReadEventsOptions,
  type ReadLogOptions,
  type Runtime,
} from '../../src/index.js'
import { collect } from '../../src/testing/collect.js'
import { TemporaryDirectory } from '../store/temporary.js'
import { turns } from '../subscriptions/until.js'
import { onEnd } from '../support/scope.js'
import { OldOrder, Order, oldApp } from './apps/aged-orders.js'
import { Counter } from './apps/sums.js'

const Kept = defineActor('Counter', {
  initialState: () => ({ sum: 0 }),
  events: Counter.events,
  evolve: {
    Added: (state, event) => ({ sum: state.sum + event.data.n }),
    Taken: (state, event) => ({ sum: state.sum - event.data.n }),
  },
  commands: {
    add: { schema: { n: 'number' }, decide: (_s, command, { events }) => events.Added(command) },
    take: { schema: { n: 'number' }, decide: (_s, command, { events }) => events.Taken(command) },
  },
  snapshot: { everyEvents: 3 },
})

const noonMs = Date.UTC(2026, 0, 1, 12)

function at(seconds: number): Date {
  return new Date(noonMs + seconds * 1_000)
}

/**
 * Counter-a: versions 1 to 5 at positions 1, 2, 4, 5 and 6; Counter-b: version 1 at position 3. Recorded at
 * noon: 1; a minute later: 2 and 3; another minute later: 4, 5 and 6. It is four minutes past noon now.
 */
async function open(t: TestContext, dataDir?: string): Promise<Runtime> {
  const clock = new ManualClock(noonMs)
  const app = defineApp({ actors: [Kept] })
  const runtime = await openRuntime({
    app,
    clock,
    workers: 'inline',
    ...(dataDir === undefined ? {} : { dataDir }),
  })
  onEnd(t, () => runtime.close())
  const [a, b] = [runtime.actor(Kept, 'a'), runtime.actor(Kept, 'b')]
  await a.send('add', { n: 1 })
  clock.advance(60_000)
  await a.send('add', { n: 10 })
  await b.send('add', { n: 7 })
  clock.advance(60_000)
  await a.send('add', { n: 100 })
  await a.send('take', { n: 10 })
  await a.send('add', { n: 1_000 })
  clock.advance(120_000)
  return runtime
}

const states: readonly [name: string, moment: Moment, sum: number][] = [
  ['version 0, the initial state', { version: 0 }, 0],
  ['its first version', { version: 1 }, 1],
  ['the version of its snapshot', { version: 3 }, 111],
  ['a version before its snapshot', { version: 2 }, 11],
  ['its last version', { version: 5 }, 1_101],
  ['position 0', { position: 0 }, 0],
  ['the position of one of its events', { position: 2 }, 11],
  ['the position of an event of another', { position: 3 }, 11],
  ['the head', { position: 6 }, 1_101],
  ['a time before everything', { at: at(-1) }, 0],
  ['the very time of its first event', { at: at(0) }, 1],
  ['a time between', { at: at(59.999) }, 1],
  ['a time of several of its events', { at: at(120) }, 1_101],
  ['now', { at: at(240) }, 1_101],
]

for (const kind of ['memory', 'LMDB'] as const) {
  test(`${kind}: the state at a version, a position or a time`, async (t) => {
    const directory = kind === 'LMDB' ? await TemporaryDirectory.make(t) : undefined
    const runtime = await open(t, directory?.path)
    await turns()

    for (const [name, moment, sum] of states) {
      assert.deepEqual(await runtime.actor(Kept, 'a').state(moment), { sum }, name)
    }
  })
}

test('an actor that nobody ever sent to was in its initial state', async (t) => {
  const runtime = await open(t)
  const nobody = runtime.actor(Kept, 'nobody')

  for (const moment of [{ version: 0 }, { position: 6 }, { at: at(60) }]) {
    assert.deepEqual(await nobody.state(moment), { sum: 0 })
  }
  assert.equal(runtime.status().actors.actorsResident, 2)
})

const unreached: readonly [name: string, moment: Moment, reached: string][] = [
  ['a version behind its last', { version: 6 }, 'version 5'],
  ['a position behind the head', { position: 7 }, 'position 6'],
  ['a time to come', { at: at(240.001) }, 'time 2026-01-01T12:04:00.000Z'],
]

for (const [name, moment, reached] of unreached) {
  test(`${name} is not answered yet`, async (t) => {
    const runtime = await open(t)

    await assert.rejects(runtime.actor(Kept, 'a').state(moment), {
      code: 'DRAMATIS_MOMENT_NOT_REACHED',
      streamId: 'Counter-a',
      reached,
    })
  })
}

test('a version of an actor that does not exist is not answered', async (t) => {
  const runtime = await open(t)

  await assert.rejects(runtime.actor(Kept, 'nobody').state({ version: 1 }), {
    code: 'DRAMATIS_MOMENT_NOT_REACHED',
    reached: 'version 0',
  })
})

test('a time that the log has reached has come, wherever the clock was set', async (t) => {
  const clock = new ManualClock(noonMs)
  const runtime = await openRuntime({ app: defineApp({ actors: [Kept] }), clock })
  onEnd(t, () => runtime.close())
  const receipt = await runtime.actor(Kept, 'a').send('add', { n: 1 })
  clock.nowMs = () => noonMs - 60_000

  const { recordedAt } = receipt.events[0]!

  assert.deepEqual(await runtime.actor(Kept, 'a').state({ at: recordedAt }), { sum: 1 })
  await assert.rejects(runtime.actor(Kept, 'a').state({ at: at(0.001) }), {
    code: 'DRAMATIS_MOMENT_NOT_REACHED',
  })
})

const badMoments: readonly unknown[] = [
  {},
  { version: 1, position: 1 },
  { version: undefined },
  { version: -1 },
  { version: 1.5 },
  { version: '1' },
  { position: Number.NaN },
  { at: new Date(Number.NaN) },
  { at: '2026-01-01' },
  { at: noonMs },
  { versoin: 1 },
  [],
  null,
  3,
]

for (const moment of badMoments) {
  test(`${JSON.stringify(moment)} is no moment, and nothing is harmed by asking`, async (t) => {
    const runtime = await open(t)
    const actor = runtime.actor(Kept, 'a')

    const refusal = { code: 'DRAMATIS_INVALID_ARGUMENT' }

    await assert.rejects(actor.state(moment as Moment), refusal)
    await assert.rejects(actor.diff(moment as Moment, { version: 1 }), refusal)
    await assert.rejects(actor.diff({ version: 1 }, moment as Moment), refusal)
    assert.deepEqual(await actor.state(), { sum: 1_101 })
  })
}

test('a difference names the changes, the two places and the events between', async (t) => {
  const runtime = await open(t)

  const difference = await runtime.actor(Kept, 'a').diff({ version: 1 }, { at: at(60) })

  assert.deepEqual(difference, {
    before: { version: 1, position: 1 },
    after: { version: 2, position: 2 },
    changes: [{ kind: 'changed', path: ['sum'], before: 1, after: 11 }],
    events: [{ id: 'Counter-a@2', type: 'Added', version: 2, position: 2, recordedAt: at(60) }],
  })
})

test('a difference may be asked for backwards, to now, and to the same moment', async (t) => {
  const actor = (await open(t)).actor(Kept, 'a')

  const backwards = await actor.diff({ version: 4 }, { version: 2 })
  const toNow = await actor.diff({ version: 4 })
  const none = await actor.diff({ version: 4 }, { position: 5 })

  assert.deepEqual(backwards.changes, [{ kind: 'changed', path: ['sum'], before: 101, after: 11 }])
  assert.deepEqual([backwards.before.version, backwards.after.version], [4, 2])
  assert.deepEqual(
    backwards.events.map(({ version }) => version),
    [3, 4],
  )
  assert.deepEqual([toNow.after.version, toNow.events.length], [5, 1])
  assert.deepEqual([none.changes, none.events], [[], []])
})

test('past states are of upcast events, and a difference tells the parts of one apart', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const old = await openRuntime({ app: oldApp, dataDir: directory.path, workers: 'inline' })
  await old.actor(OldOrder, 'a').send('place', { total: 12, note: 'fast' })
  await old.actor(OldOrder, 'a').send('view', {})
  await old.close()
  const app = defineApp({ actors: [Order] })
  const runtime = await openRuntime({ app, dataDir: directory.path, workers: 'inline' })
  onEnd(t, () => runtime.close())

  const { events, after } = await runtime.actor(Order, 'a').diff({ version: 0 })

  assert.deepEqual(after, { version: 2, position: 2 })
  const expected = (await collect(runtime.actor(Order, 'a').events())).map(
    ({ type, version, part }) => [type, version, part],
  )
  assert.deepEqual(
    events.map(({ type, version, part }) => [type, version, part]),
    expected,
  )
  assert.ok(expected.some(([, , part]) => part === 1))
})

test('a question about the past waits for no commit', async (t) => {
  const runtime = await open(t)
  const actor = runtime.actor(Kept, 'a')

  const sent = actor.send('add', { n: 5 })
  const asked = actor.state({ version: 6 })

  await assert.rejects(asked, { code: 'DRAMATIS_MOMENT_NOT_REACHED' })
  const { version } = await sent
  assert.deepEqual(await actor.state({ version }), { sum: 1_106 })
})

const spans: readonly [name: string, span: ReadEventsOptions, ofA: number[], ofAll: number[]][] = [
  ['from a time on', { recordedFrom: at(60) }, [2, 4, 5, 6], [2, 3, 4, 5, 6]],
  ['before a time', { recordedBefore: at(60) }, [1], [1]],
  ['between two', { recordedFrom: at(0), recordedBefore: at(120) }, [1, 2], [1, 2, 3]],
  ['from a moment after', { recordedFrom: at(60.001) }, [4, 5, 6], [4, 5, 6]],
  ['of no length', { recordedFrom: at(60), recordedBefore: at(60) }, [], []],
  ['before everything', { recordedBefore: at(-5) }, [], []],
  ['after everything', { recordedFrom: at(9_999) }, [], []],
  ['up to what is to come', { recordedBefore: at(9_999) }, [1, 2, 4, 5, 6], [1, 2, 3, 4, 5, 6]],
]

for (const [name, span, ofA, ofAll] of spans) {
  test(`events of an actor and of the log in a span ${name}`, async (t) => {
    const runtime = await open(t)

    const own = await collect(runtime.actor(Kept, 'a').events(span))
    const raw = await collect(runtime.actor(Kept, 'a').events({ ...span, raw: true }))
    const all = await collect(runtime.log.read(span as ReadLogOptions))

    assert.deepEqual(
      [own, raw, all].map((events) => events.map(({ position }) => position)),
      [ofA, ofA, ofAll],
    )
  })
}

test('a span narrows what else is asked for', async (t) => {
  const runtime = await open(t)
  const actor = runtime.actor(Kept, 'a')
  const positions = async (events: AsyncIterable<{ position: number }>): Promise<number[]> =>
    (await collect(events)).map(({ position }) => position)
  const recordedFrom = at(60)

  assert.deepEqual(await positions(actor.events({ recordedFrom, limit: 2 })), [2, 4])
  assert.deepEqual(
    await positions(actor.events({ recordedFrom, backward: true, limit: 2 })),
    [6, 5],
  )
  assert.deepEqual(await positions(actor.events({ recordedFrom, afterVersion: 3 })), [5, 6])
  assert.deepEqual(await positions(actor.events({ recordedFrom, toVersion: 3 })), [2, 4])
  assert.deepEqual(await positions(runtime.log.read({ recordedFrom, after: 3, to: 4 })), [4])
  assert.deepEqual(await positions(runtime.log.read({ recordedFrom, types: ['Taken'] })), [5])
  assert.deepEqual(await positions(runtime.log.read({ recordedFrom, raw: true, to: 2 })), [2])
})

test('a reading of a span ends at the head that the log had at the call', async (t) => {
  const runtime = await open(t)

  const events = runtime.log.read({ recordedFrom: at(120) })
  await runtime.actor(Kept, 'a').send('add', { n: 1 })

  assert.equal((await collect(events)).length, 3)
})

test('live reading begins with its span, be it to come or past', async (t) => {
  const clock = new ManualClock(noonMs)
  const runtime = await openRuntime({ app: defineApp({ actors: [Kept] }), clock })
  onEnd(t, () => runtime.close())
  const ending = new AbortController()
  const options = { recordedFrom: at(10), live: true, signal: ending.signal }
  const seen: number[] = []
  const reading = (async () => {
    for await (const { position } of runtime.log.read(options)) seen.push(position)
  })()

  for (let sent = 0; sent < 4; sent++) {
    await runtime.actor(Kept, 'a').send('add', { n: 1 })
    await turns()
    clock.advance(5_000)
  }
  ending.abort()
  await reading

  assert.deepEqual(seen, [3, 4])
})

for (const options of [
  { recordedFrom: new Date(Number.NaN) },
  { recordedFrom: '2026-01-01' },
  { recordedBefore: noonMs },
  { recordedFrom: at(1), recordedBefore: at(0) },
]) {
  test(`a span of ${JSON.stringify(options)} is refused at once`, async (t) => {
    const runtime = await open(t)

    const refusal = { code: 'DRAMATIS_INVALID_ARGUMENT' }

    assert.throws(() => runtime.log.read(options as never), refusal)
    assert.throws(() => runtime.actor(Kept, 'a').events(options as never), refusal)
  })
}

for (const options of [
  { afterVersion: -1 },
  { toVersion: 1.5 },
  { limit: '3' },
  { backward: 'yes' },
  { raw: 1 },
  { form: at(0) },
]) {
  test(`events with ${JSON.stringify(options)} are refused at once`, async (t) => {
    const runtime = await open(t)

    assert.throws(() => runtime.actor(Kept, 'a').events(options as never), {
      code: 'DRAMATIS_INVALID_ARGUMENT',
    })
  })
}

test('live reading takes no end in time', async (t) => {
  const runtime = await open(t)

  assert.throws(() => runtime.log.read({ live: true, recordedBefore: at(0) }), {
    code: 'DRAMATIS_INVALID_ARGUMENT',
    argument: 'log.read.recordedBefore',
  })
})

test('the position at a time is that of the last event recorded by then', async (t) => {
  const { log } = await open(t)

  const positions = [at(-1), at(0), at(60), at(119), at(9_999)].map((time) => log.positionAt(time))

  assert.deepEqual(await Promise.all(positions), [0, 1, 3, 3, 6])
  await assert.rejects(log.positionAt('noon' as never), { code: 'DRAMATIS_INVALID_ARGUMENT' })
})

test('snapshots are deleted of one actor or of all, and nobody can tell', async (t) => {
  const runtime = await open(t)

  await runtime.actor(Kept, 'a').deleteSnapshot()
  await runtime.deleteSnapshots()

  assert.deepEqual(await runtime.actor(Kept, 'a').state(), { sum: 1_101 })
  assert.deepEqual(await runtime.actor(Kept, 'a').state({ version: 4 }), { sum: 101 })
})

test('once the runtime closes, the past is closed too', async (t) => {
  const runtime = await open(t)
  const actor = runtime.actor(Kept, 'a')
  await runtime.close()

  const closed = { code: 'DRAMATIS_CLOSED' }

  await assert.rejects(actor.state({ version: 1 }), closed)
  await assert.rejects(actor.diff({ version: 1 }), closed)
  await assert.rejects(actor.deleteSnapshot(), closed)
  await assert.rejects(runtime.deleteSnapshots(), closed)
  await assert.rejects(runtime.log.positionAt(at(0)), closed)
})
