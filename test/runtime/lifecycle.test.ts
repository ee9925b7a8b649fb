/** A runtime from open to closed: what it says of itself, and what it refuses afterwards. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { openRuntime, type Runtime } from '../../src/index.js'
import { TemporaryDirectory } from '../store/temporary.js'
import { onEnd } from '../support/scope.js'
import app, { Counter, noted, Sums } from './apps/sums.js'

const sums = new URL('./apps/sums.js', import.meta.url)

async function open(t: TestContext): Promise<Runtime> {
  const runtime = await openRuntime({ app })
  onEnd(t, () => runtime.close())
  return runtime
}

const lateUses: Readonly<Record<string, (runtime: Runtime) => unknown>> = {
  send: (runtime) => runtime.actor(Counter, 'a').send('add', { n: 1 }),
  state: (runtime) => runtime.actor(Counter, 'a').state(),
  events: async (runtime) => runtime.actor(Counter, 'a').events(),
  view: async (runtime) => runtime.view(Sums),
  handler: async (runtime) => runtime.handler(noted),
  caughtUp: (runtime) => runtime.caughtUp(1, { view: Sums }),
  rebuild: (runtime) => runtime.rebuild(Sums),
  'log.read': async (runtime) => runtime.log.read(),
  'deadLetters.list': (runtime) => runtime.deadLetters.list(),
  'deadLetters.redrive': (runtime) => runtime.deadLetters.redrive(),
  'deadLetters.discard': (runtime) => runtime.deadLetters.discard({}, { reason: 'late' }),
}

for (const [what, use] of Object.entries(lateUses)) {
  test(`${what} after close is a typed error`, async (t) => {
    const runtime = await open(t)
    await runtime.close()

    await assert.rejects(async () => await use(runtime), { code: 'DRAMATIS_CLOSED' })
  })
}

test('references taken before are refused after close too', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const runtime = await openRuntime({ app, dataDir: directory.path })
  const view = runtime.view(Sums)
  const handler = runtime.handler(noted)
  await runtime.close()

  const uses = [view.get('a'), view.find(), view.count(), handler.pause(), handler.resume()]

  for (const use of uses) await assert.rejects(use, { code: 'DRAMATIS_CLOSED' })
})

test('closing twice closes once, and both wait for it', async (t) => {
  const runtime = await open(t)

  const [first, second] = [runtime.close(), runtime.close()]
  await second

  assert.equal(first, second)
  assert.equal(runtime.status().phase, 'closed')
})

test('commands that were taken are answered before close is through', async (t) => {
  const runtime = await open(t)
  const sent = Array.from({ length: 50 }, () => runtime.actor(Counter, 'a').send('add', { n: 1 }))

  await runtime.close()
  const receipts = await Promise.all(sent)

  assert.equal(receipts.at(-1)?.version, 50)
})

test('the status has the figures of everything that runs', async (t) => {
  const runtime = await open(t)
  for (const n of [1, 2, 3]) await runtime.actor(Counter, 'a').send('add', { n })
  await assert.rejects(runtime.actor(Counter, 'a').send('take', { n: 100 }))
  await runtime.caughtUp(3, { view: Sums })
  await runtime.caughtUp(3, { handler: noted })

  const { phase, store, actors, views, handlers, deadLetters, workers } = runtime.status()

  assert.deepEqual([phase, store.kind, store.head, store.status], ['open', 'memory', 3, 'open'])
  assert.deepEqual([actors.accepted, actors.rejected, actors.actorsResident], [3, 1, 1])
  assert.deepEqual(views, [
    {
      name: 'Sums',
      version: 1,
      versionServed: 1,
      state: 'running',
      position: 3,
      lag: 0,
      events: 3,
      error: null,
      rebuild: null,
    },
  ])
  const [{ handled, lag, state }] = handlers as [(typeof handlers)[0]]
  assert.deepEqual([handled, lag, state], [3, 0, 'running'])
  assert.deepEqual([deadLetters.parkedKeys, workers.threads], [0, 0])
})

const oddWaits: Readonly<Record<string, unknown>> = {
  'for nothing': {},
  'for both': { view: Sums, handler: noted },
  'for a view that there is not': { view: 'Nothing' },
  'for a handler that there is not': { handler: 'nobody' },
  'for a negative time': { view: Sums, timeoutMs: -1 },
  'with an unknown option': { view: Sums, timeout: 5 },
}

for (const [what, options] of Object.entries(oddWaits)) {
  test(`waiting ${what} is refused`, async (t) => {
    const runtime = await open(t)

    await assert.rejects(runtime.caughtUp(0, options as never), {
      code: 'DRAMATIS_INVALID_ARGUMENT',
    })
  })
}

test('the same app gives the same views inline, with one and with two threads', async (t) => {
  const found: unknown[] = []
  for (const workers of ['inline', 1, 2] as const) {
    const directory = await TemporaryDirectory.make(t)
    const runtime = directory.closing(
      await openRuntime({ app: sums, dataDir: directory.path, workers }),
    )
    const sent = Array.from({ length: 600 }, (_each, at) => {
      const counter = runtime.actor(Counter, `c${at % 23}`)
      return counter.send(at % 5 === 4 ? 'take' : 'add', { n: at % 7 }).catch(() => null)
    })
    await Promise.all(sent)

    await runtime.caughtUp(runtime.log.head, { view: Sums, timeoutMs: 30_000 })
    await runtime.caughtUp(runtime.log.head, { handler: noted, timeoutMs: 30_000 })
    const { rows } = await runtime.view(Sums).find({ index: 'bySum', limit: 100 })
    found.push([rows, runtime.log.head, runtime.handler(noted).status().handled])
  }

  assert.equal((found[0] as [unknown[]])[0].length, 23)
  assert.deepEqual(found[1], found[0])
  assert.deepEqual(found[2], found[0])
})

test('with threads, a rebuild that was cut short does not spoil the next one', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const open = () => openRuntime({ app: sums, dataDir: directory.path, workers: 1 })
  const first = await open()
  await Promise.all(
    Array.from({ length: 300 }, (_each, at) =>
      first.actor(Counter, `c${at % 9}`).send('add', { n: 1 }),
    ),
  )
  const controller = new AbortController()
  const { signal } = controller
  const onProgress = (): never => {
    controller.abort()
    throw new Error('enough')
  }

  await assert.rejects(first.rebuild(Sums, { signal, onProgress }), /enough/)
  await first.rebuild(Sums)
  await first.caughtUp(300, { view: Sums })
  const rebuilt = await first.view(Sums).find({ index: 'bySum' })
  await first.close()
  const second = directory.closing(await open())
  const reopened = await second.view(Sums).find({ index: 'bySum' })

  assert.equal(rebuilt.rows.length, 9)
  assert.deepEqual(reopened.rows, rebuilt.rows)
})
