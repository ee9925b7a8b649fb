/** Old events in a data directory, read by the code of today: by every reader there is. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import {
  type AppDefinition,
  defineApp,
  defineHandler,
  openRuntime,
  type Runtime,
} from '../../src/index.js'
import { collect } from '../../src/testing/collect.js'
import { TemporaryDirectory } from '../store/temporary.js'
import { until } from '../subscriptions/until.js'
import { onEnd } from '../support/scope.js'
import {
  broken,
  ForgetfulOrder,
  forgetfulView,
  noting,
  OldOrder,
  Order,
  Orders,
  oldApp,
} from './apps/aged-orders.js'

class Aged {
  readonly #dataDir: string
  #runtime: Runtime | null = null

  private constructor(dataDir: string) {
    this.#dataDir = dataDir
  }

  /** Positions 1 to 4 are a: placed, viewed, paid; b: placed. */
  static async record(t: TestContext): Promise<Aged> {
    const directory = await TemporaryDirectory.make(t)
    const aged = directory.closing(new Aged(directory.path))
    const runtime = await aged.open(oldApp)
    await runtime.actor(OldOrder, 'a').send('place', { total: 12, note: 'fast' })
    await runtime.actor(OldOrder, 'a').send('view', {})
    await runtime.actor(OldOrder, 'a').send('pay', {})
    await runtime.actor(OldOrder, 'b').send('place', { total: 5, note: 'slow' })
    onEnd(t, () => {
      broken.type = null
    })
    return aged
  }

  async open(app: AppDefinition | URL, workers: number | 'inline' = 'inline'): Promise<Runtime> {
    await this.close()
    this.#runtime = await openRuntime({ app, dataDir: this.#dataDir, workers })
    return this.#runtime
  }

  async close(): Promise<void> {
    await this.#runtime?.close()
  }
}

const today = defineApp({ actors: [Order], projectors: [Orders] })

/** Position, type and payload of each event. */
async function read(events: AsyncIterable<unknown>): Promise<unknown[]> {
  const list = (await collect(events)) as { position: number; type: string; data: unknown }[]
  return list.map(({ position, type, data }) => [position, type, data])
}

const ofA = [
  [1, 'OrderCreated', { cents: 1_200 }],
  [1, 'OrderNoted', { text: 'fast' }],
  [3, 'OrderPaid', { method: 'card' }],
]
const ofB = [
  [4, 'OrderCreated', { cents: 500 }],
  [4, 'OrderNoted', { text: 'slow' }],
]
const asRecorded = [
  [1, 'OrderPlaced', { total: 12, note: 'fast' }],
  [2, 'OrderViewed', {}],
  [3, 'OrderPaid', {}],
  [4, 'OrderPlaced', { total: 5, note: 'slow' }],
]
const rows = [
  { cents: 1_200, notes: 'fast', method: 'card' },
  { cents: 500, notes: 'slow', method: 'none' },
]

/** Where a view or a handler stands, and the code of its error. */
function stall(runtime: Runtime): unknown {
  const [view] = runtime.status().views
  return [view?.state, view?.position, view?.error?.code]
}

async function letters(runtime: Runtime): Promise<unknown[]> {
  const { entries } = await runtime.deadLetters.list()
  return entries.map(({ key, position, cause, error, queued }) => [
    key,
    position,
    cause,
    error.code,
    queued,
  ])
}

test('an actor folds its old events as they are today, and goes on behind them', async (t) => {
  const runtime = await (await Aged.record(t)).open(today)
  const order = runtime.actor(Order, 'a')

  assert.deepEqual(await order.state(), { cents: 1_200, notes: ['fast'], method: 'card' })
  assert.equal((await order.send('pay', { method: 'bank' })).version, 4)
  assert.deepEqual(await order.state(), { cents: 1_200, notes: ['fast'], method: 'bank' })
})

test('the log gives events as they are today, and raw as they were recorded', async (t) => {
  const { log } = await (await Aged.record(t)).open(today)

  assert.deepEqual(await read(log.read()), [...ofA, ...ofB])
  assert.deepEqual(await read(log.read({ raw: true })), asRecorded)
  assert.throws(() => log.read({ rawer: true } as never), { code: 'DRAMATIS_INVALID_ARGUMENT' })
})

test('the log selects by present names, and raw by recorded ones', async (t) => {
  const { log } = await (await Aged.record(t)).open(today)

  assert.deepEqual(await read(log.read({ types: ['OrderNoted'] })), [ofA[1], ofB[1]])
  assert.deepEqual(await read(log.read({ types: ['OrderPaid'] })), [ofA[2]])
  assert.deepEqual(await read(log.read({ types: ['OrderPlaced'] })), [])
  assert.deepEqual(await read(log.read({ types: ['OrderPlaced'], raw: true })), [
    asRecorded[0],
    asRecorded[3],
  ])
})

test('a stream gives events as they are today, in either direction, and raw', async (t) => {
  const order = (await (await Aged.record(t)).open(today)).actor(Order, 'a')

  assert.deepEqual(await read(order.events()), ofA)
  assert.deepEqual(await read(order.events({ backward: true })), ofA.toReversed())
  assert.deepEqual(await read(order.events({ raw: true, limit: 2 })), asRecorded.slice(0, 2))
})

test('a view is built over old events, and a rebuild comes to the same rows', async (t) => {
  const runtime = await (await Aged.record(t)).open(today)
  await runtime.caughtUp(4, { view: Orders })
  const built = (await runtime.view(Orders).find()).rows

  const { events } = await runtime.rebuild(Orders)

  assert.deepEqual(built, rows)
  assert.deepEqual((await runtime.view(Orders).find()).rows, rows)
  assert.equal(events, 3)
})

test('threads read old events as the host does', async (t) => {
  const app = new URL('./apps/aged-orders.js', import.meta.url)
  const runtime = await (await Aged.record(t)).open(app, 1)

  await runtime.caughtUp(4, { view: 'Orders' })
  await runtime.caughtUp(4, { handler: 'noting' })

  assert.deepEqual((await runtime.view(Orders).find()).rows, rows)
  assert.equal(runtime.handler('noting').status().parkedKeys, 0)
})

test('a handler gets the parts of an event in order, each under a key of its own', async (t) => {
  const { handler, calls } = noting()
  const runtime = await (await Aged.record(t)).open(
    defineApp({ actors: [Order], handlers: [handler] }),
  )

  await runtime.caughtUp(4, { handler })

  assert.deepEqual(
    calls.filter((call) => call.startsWith('Order-a')),
    [
      'Order-a@1:noting OrderCreated 1',
      'Order-a@1#1:noting OrderNoted 1',
      'Order-a@3:noting OrderPaid 1',
    ],
  )
})

test('a handler that wants one part of a split gets that part, under the same key', async (t) => {
  const keys: string[] = []
  const handler = defineHandler('notes', {
    from: [Order],
    on: { OrderNoted: (_event, { idempotencyKey }) => keys.push(idempotencyKey) },
  })
  const runtime = await (await Aged.record(t)).open(
    defineApp({ actors: [Order], handlers: [handler] }),
  )

  await runtime.caughtUp(4, { handler })

  assert.deepEqual(keys.sort(), ['Order-a@1#1:notes', 'Order-b@1#1:notes'])
})

for (const isAsync of [false, true]) {
  const how = isAsync ? 'rejects' : 'throws'
  test(`the parts of an event are one attempt: when one ${how}, all come again`, async (t) => {
    const { handler, calls } = noting({
      retry: { attemptsMax: 3, retriesAtOnce: 1 },
      react: (type, { attempt, idempotencyKey }) => {
        const fails = type === 'OrderNoted' && attempt === 1 && idempotencyKey.includes('Order-a')
        if (fails && !isAsync) throw new Error('not yet')
        if (isAsync) return fails ? Promise.reject(new Error('not yet')) : Promise.resolve()
      },
    })
    const runtime = await (await Aged.record(t)).open(
      defineApp({ actors: [Order], handlers: [handler] }),
    )

    await runtime.caughtUp(4, { handler })

    assert.deepEqual(
      calls.filter((call) => call.startsWith('Order-a')),
      [
        'Order-a@1:noting OrderCreated 1',
        'Order-a@1#1:noting OrderNoted 1',
        'Order-a@1:noting OrderCreated 2',
        'Order-a@1#1:noting OrderNoted 2',
        'Order-a@3:noting OrderPaid 1',
      ],
    )
    assert.equal(runtime.handler(handler).status().parkedKeys, 0)
  })
}

test('a key function sees the event as it is today', async (t) => {
  const keys = new Set<string>()
  const { handler } = noting({
    key: ({ data }) => {
      keys.add(Object.keys(data).join())
      return 'all'
    },
  })
  const runtime = await (await Aged.record(t)).open(
    defineApp({ actors: [Order], handlers: [handler] }),
  )

  await runtime.caughtUp(4, { handler })

  assert.deepEqual([...keys], ['cents', 'method'])
})

test('an upcaster that throws fails its actor, with the error as cause', async (t) => {
  const runtime = await (await Aged.record(t)).open(today)
  broken.type = 'OrderPaid'

  const error = await runtime
    .actor(Order, 'a')
    .state()
    .catch((thrown: unknown) => thrown as Error & { code: string; cause: object })

  assert.equal((error as { code: string }).code, 'DRAMATIS_ACTIVATION_FAILED')
  const { code, position, type } = (error as { cause: Record<string, unknown> }).cause
  assert.deepEqual([code, position, type], ['DRAMATIS_UPCAST_FAILED', 3, 'OrderPaid'])
  assert.equal((await runtime.actor(Order, 'b').state()).cents, 500)
})

test('an upcaster that throws ends a reading at its event, and raw reading goes past it', async (t) => {
  const runtime = await (await Aged.record(t)).open(today)
  broken.type = 'OrderPaid'
  const seen: string[] = []
  const expected = { code: 'DRAMATIS_UPCAST_FAILED', position: 3 }

  await assert.rejects(async () => {
    for await (const { type } of runtime.log.read()) seen.push(type)
  }, expected)
  await assert.rejects(collect(runtime.actor(Order, 'a').events()), expected)

  assert.deepEqual(seen, ['OrderCreated', 'OrderNoted'])
  assert.deepEqual(await read(runtime.log.read({ raw: true })), asRecorded)
})

test('an upcaster that throws stalls a view before its event, and says so', async (t) => {
  const aged = await Aged.record(t)
  broken.type = 'OrderPaid'
  const runtime = await aged.open(today)
  await until('the view stalls', () => runtime.status().views[0]?.state === 'failing')

  assert.deepEqual(stall(runtime), ['failing', 2, 'DRAMATIS_UPCAST_FAILED'])
  assert.deepEqual(await runtime.view(Orders).get('a'), { ...rows[0], method: 'none' })
  await assert.rejects(runtime.rebuild(Orders), { code: 'DRAMATIS_REBUILD_FAILED' })

  broken.type = null
  const mended = await aged.open(today)
  await mended.caughtUp(4, { view: Orders })
  assert.deepEqual((await mended.view(Orders).find()).rows, rows)
})

for (const keyed of [false, true]) {
  const whose = keyed ? 'with a key function ' : ''
  test(`a handler ${whose}parks the key at once, and a redrive mends it in order`, async (t) => {
    const aged = await Aged.record(t)
    const { handler, calls } = noting(keyed ? { key: () => 'every order' } : {})
    const app = defineApp({ actors: [Order], handlers: [handler] })
    broken.type = 'OrderPaid'
    const failing = await aged.open(app)
    await failing.caughtUp(4, { handler })

    assert.deepEqual(await letters(failing), [
      ['Order-a', 3, 'TERMINAL', 'DRAMATIS_UPCAST_FAILED', 1],
    ])
    assert.equal(calls.filter((call) => call.startsWith('Order-b')).length, 2)
    const filter = { errorCode: 'DRAMATIS_UPCAST_FAILED' }
    await failing.deadLetters.redrive(filter)
    await until('it is parked again', () => failing.handler(handler).status().parkedKeys === 1)

    broken.type = null
    const mended = await aged.open(app)
    await mended.actor(Order, 'a').send('pay', { method: 'bank' })
    await mended.caughtUp(5, { handler })
    assert.deepEqual(await mended.deadLetters.redrive(filter), { keys: 1, events: keyed ? 1 : 2 })
    await until('nothing is parked', () => {
      const { parkedKeys, retryingKeys } = mended.handler(handler).status()
      return parkedKeys + retryingKeys === 0
    })
    await until('all is delivered', () => calls.some((call) => call.includes('a@4')))
    const paid = calls.filter((call) => call.includes('OrderPaid'))
    assert.deepEqual(paid.toSorted(), [
      'Order-a@3:noting OrderPaid 1',
      'Order-a@4:noting OrderPaid 1',
    ])
  })
}

test('an unknown event stops a view, unless it is to be skipped', async (t) => {
  const aged = await Aged.record(t)
  const view = forgetfulView()
  const strict = await aged.open(defineApp({ actors: [ForgetfulOrder], projectors: [view] }))
  await until('the view stalls', () => strict.status().views[0]?.state === 'failing')

  assert.deepEqual(stall(strict), ['failing', 1, 'DRAMATIS_UNKNOWN_EVENT'])

  const lenient = forgetfulView('skip')
  const runtime = await aged.open(defineApp({ actors: [ForgetfulOrder], projectors: [lenient] }))
  await runtime.caughtUp(4, { view: lenient })
  assert.deepEqual(stall(runtime), ['running', 4, undefined])
  assert.equal(await runtime.view(lenient).count(), 2)
})

test('an unknown event parks its key in a handler, unless it is to be skipped', async (t) => {
  const aged = await Aged.record(t)
  for (const unknownEvents of ['fail', 'skip'] as const) {
    const seen: string[] = []
    const handler = defineHandler(`policy-${unknownEvents}`, {
      from: [ForgetfulOrder],
      unknownEvents,
      on: { OrderPaid: (event) => seen.push(event.id) },
    })
    const app = defineApp({ actors: [ForgetfulOrder], handlers: [handler] })
    const runtime = await aged.open(app)
    await runtime.caughtUp(4, { handler })

    const isStrict = unknownEvents === 'fail'
    assert.deepEqual(seen, isStrict ? [] : ['Order-a@3'])
    assert.deepEqual(
      await letters(runtime),
      isStrict ? [['Order-a', 2, 'TERMINAL', 'DRAMATIS_UNKNOWN_EVENT', 2]] : [],
    )
  }
})

test('an unknown event fails its actor and its stream, and is in the log as recorded', async (t) => {
  const runtime = await (await Aged.record(t)).open(defineApp({ actors: [ForgetfulOrder] }))
  const order = runtime.actor(ForgetfulOrder, 'a')

  await assert.rejects(order.state(), ({ cause }: { cause: { code: string } }) => {
    assert.equal(cause.code, 'DRAMATIS_UNKNOWN_EVENT')
    return true
  })
  await assert.rejects(collect(order.events()), { code: 'DRAMATIS_UNKNOWN_EVENT', position: 2 })
  assert.deepEqual(await read(runtime.log.read()), asRecorded)
})

test('older code meets the events of newer code with a typed error', async (t) => {
  const aged = await Aged.record(t)
  await (await aged.open(today)).actor(Order, 'a').send('pay', { method: 'bank' })

  const runtime = await aged.open(oldApp)
  const expected = {
    code: 'DRAMATIS_SCHEMA_VERSION_UNKNOWN',
    position: 5,
    type: 'OrderPaid',
    schemaVersion: 2,
    schemaVersionKnown: 1,
  }

  await assert.rejects(collect(runtime.actor(OldOrder, 'a').events()), expected)
  await assert.rejects(collect(runtime.log.read()), expected)
  assert.equal((await collect(runtime.log.read({ raw: true }))).length, 5)
})
