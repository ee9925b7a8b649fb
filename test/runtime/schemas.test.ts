/** What a runtime and a data directory say of the schemas in them. */

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { describe, type TestContext, test } from 'node:test'
import {
  type AppDefinition,
  checkSchemas,
  countSchemas,
  defineActor,
  defineApp,
  defineEvent,
  describeSchemas,
  openRuntime,
  type Runtime,
  type RuntimeOptions,
} from '../../src/index.js'
import { TemporaryDirectory } from '../store/temporary.js'
import { onEnd } from '../support/scope.js'
import { OldOrder, Order, oldApp } from './apps/aged-orders.js'

async function open(t: TestContext, options: RuntimeOptions): Promise<Runtime> {
  const runtime = await openRuntime({ workers: 'inline', ...options })
  onEnd(t, () => runtime.close())
  return runtime
}

/** Positions 1 to 4: placed, viewed, placed, paid. */
async function record(runtime: Runtime): Promise<void> {
  await runtime.actor(OldOrder, 'a').send('place', { total: 12, note: 'fast' })
  await runtime.actor(OldOrder, 'a').send('view', {})
  await runtime.actor(OldOrder, 'b').send('place', { total: 5, note: 'slow' })
  await runtime.actor(OldOrder, 'b').send('pay', {})
}

const counted = [
  {
    aggregateType: 'Order',
    type: 'OrderPaid',
    schemaVersion: 1,
    shapes: [{ number: 3, fields: [] }],
    events: 1,
  },
  {
    aggregateType: 'Order',
    type: 'OrderPlaced',
    schemaVersion: 1,
    shapes: [{ number: 1, fields: ['total', 'note'] }],
    events: 2,
  },
  {
    aggregateType: 'Order',
    type: 'OrderViewed',
    schemaVersion: 1,
    shapes: [{ number: 2, fields: [] }],
    events: 1,
  },
]

const today = defineApp({ actors: [Order] })

/** Opens the same data with one app after the other. */
async function aged(
  t: TestContext,
): Promise<{ path: string; open(app: AppDefinition): Promise<Runtime> }> {
  const directory = await TemporaryDirectory.make(t)
  const runtime = await openRuntime({ app: oldApp, dataDir: directory.path })
  await record(runtime)
  await runtime.close()
  const { path } = directory
  return { path, open: (app) => open(t, { app, dataDir: path }) }
}

describe('the schemas of a runtime', () => {
  test('list what the app defines, and what of it the store has, in memory', async (t) => {
    const runtime = await open(t, { app: oldApp })
    await record(runtime)

    const list = await runtime.schemas.list()

    assert.deepEqual(
      list.map(({ type, version, recorded }) => [type, version, recorded]),
      [
        ['OrderPaid', 1, [withoutEvents(counted[0]!)]],
        ['OrderPlaced', 1, [withoutEvents(counted[1]!)]],
        ['OrderViewed', 1, [withoutEvents(counted[2]!)]],
      ],
    )
    assert.deepEqual(list[1]!.jsonSchema, {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: { total: { type: 'number' }, note: { type: 'string' } },
      required: ['total', 'note'],
      additionalProperties: false,
    })
  })

  test('put what was recorded under a former name to the present one', async (t) => {
    const data = await aged(t)
    const runtime = await data.open(today)

    const list = await runtime.schemas.list()

    const { recorded, ...created } = list.find(({ type }) => type === 'OrderCreated')!
    assert.deepEqual(
      { ...created, jsonSchema: null },
      {
        aggregateType: 'Order',
        type: 'OrderCreated',
        version: 2,
        formerly: ['OrderPlaced'],
        upcastFrom: [1],
        jsonSchema: null,
      },
    )
    assert.deepEqual(recorded, [withoutEvents(counted[1]!)])
    assert.equal(
      list.find(({ type }) => type === 'OrderPlaced'),
      undefined,
    )
  })

  test('list what the app does not know', async (t) => {
    const data = await aged(t)
    const Stock = defineActor('Stock', {
      initialState: () => ({}),
      events: {},
      evolve: {},
      commands: {},
    })
    const runtime = await data.open(defineApp({ actors: [Stock] }))

    const list = await runtime.schemas.list()

    assert.deepEqual(
      list.map(({ type, version, jsonSchema }) => [type, version, jsonSchema]),
      [
        ['OrderPaid', null, null],
        ['OrderPlaced', null, null],
        ['OrderViewed', null, null],
      ],
    )
  })

  test('keep an event of the same name of another actor apart', async (t) => {
    const data = await aged(t)
    const Purchase = defineActor('Purchase', {
      initialState: () => ({}),
      events: { OrderPaid: defineEvent({}) },
      evolve: { OrderPaid: (state) => state },
      commands: {},
    })
    const runtime = await data.open(defineApp({ actors: [Purchase] }))

    const list = await runtime.schemas.list()

    const paid = list.filter(({ type }) => type === 'OrderPaid')
    assert.deepEqual(
      paid.map(({ aggregateType, version, recorded }) => [aggregateType, version, recorded.length]),
      [
        ['Order', null, 1],
        ['Purchase', 1, 0],
      ],
    )
  })

  test('count the events of each version, and say how far they are', async (t) => {
    const runtime = await open(t, { app: oldApp })
    await record(runtime)
    const positions: number[] = []
    const onProgress = ({ position }: { position: number }): unknown => positions.push(position)

    assert.deepEqual(await runtime.schemas.count({ onProgress }), counted)
    await runtime.actor(OldOrder, 'c').send('pay', {})
    const [paid] = await runtime.schemas.count({ onProgress })

    assert.equal(paid?.events, 2)
    assert.deepEqual(positions, [4, 5])
  })

  test('count no events of streams that were deleted, and none of the runtime', async (t) => {
    const runtime = await open(t, { app: oldApp })
    await record(runtime)
    await runtime.actor(OldOrder, 'a').closeStream()
    assert.deepEqual(await runtime.schemas.count(), counted)

    await runtime.actor(OldOrder, 'b').deleteStream()

    const left = (await runtime.schemas.count()).map(({ type, events }) => [type, events])
    assert.deepEqual(left, [
      ['OrderPlaced', 1],
      ['OrderViewed', 1],
    ])
    const types = (await runtime.schemas.list()).map(({ type }) => type)
    assert.deepEqual(types, ['OrderPaid', 'OrderPlaced', 'OrderViewed'])
  })

  test('count nothing in an empty store', async (t) => {
    const runtime = await open(t, { app: oldApp })

    assert.deepEqual(await runtime.schemas.count(), [])
  })

  test('stop counting when the signal aborts', async (t) => {
    const runtime = await open(t, { app: oldApp })
    await record(runtime)
    const reason = new Error('enough')

    await assert.rejects(runtime.schemas.count({ signal: AbortSignal.abort(reason) }), reason)

    assert.deepEqual(await runtime.schemas.count(), counted)
  })

  test('are refused a misspelt option, and everything once the runtime is closed', async (t) => {
    const runtime = await open(t, { app: oldApp })

    await assert.rejects(runtime.schemas.count({ onprogress: () => {} } as never), {
      code: 'DRAMATIS_INVALID_ARGUMENT',
    })
    await runtime.close()

    await assert.rejects(runtime.schemas.list(), { code: 'DRAMATIS_CLOSED' })
    await assert.rejects(runtime.schemas.count(), { code: 'DRAMATIS_CLOSED' })
  })
})

describe('a data directory', () => {
  test('is counted without an app', async (t) => {
    const { path } = await aged(t)

    assert.deepEqual(await countSchemas(path), counted)
  })

  test('is checked against an app before that is deployed', async (t) => {
    const { path } = await aged(t)
    const recorded = await countSchemas(path)

    assert.deepEqual(
      checkSchemas(today, describeSchemas(oldApp), recorded).filter(
        ({ severity }) => severity === 'breaks',
      ),
      [],
    )
    assert.deepEqual(
      checkSchemas(oldApp, describeSchemas(today), recorded).map(({ severity, kind, where }) =>
        [severity, kind, where].join(' '),
      ),
      [
        'warns command-changed command Order.pay',
        'warns event-removed event Order.OrderCreated',
        'warns event-removed event Order.OrderNoted',
        'warns event-version-lowered event Order.OrderPaid',
        'warns event-version-lowered event Order.OrderViewed',
      ],
    )
  })

  test('that a process has open is refused', async (t) => {
    const data = await aged(t)
    await data.open(oldApp)

    await assert.rejects(countSchemas(data.path), { code: 'DRAMATIS_STORE_LOCKED' })
  })

  test('that is none is refused, and not made', async (t) => {
    const { path } = await TemporaryDirectory.make(t)

    await assert.rejects(countSchemas(path), { code: 'DRAMATIS_STORE_UNAVAILABLE' })

    assert.equal(existsSync(path), false)
    await assert.rejects(countSchemas(''), { code: 'DRAMATIS_INVALID_ARGUMENT' })
    await assert.rejects(countSchemas(path, { every: 1 } as never), {
      code: 'DRAMATIS_INVALID_ARGUMENT',
    })
  })

  test('can be opened again when counting it was stopped', async (t) => {
    const data = await aged(t)

    await assert.rejects(countSchemas(data.path, { signal: AbortSignal.abort() }), {
      name: 'AbortError',
    })

    await data.open(oldApp)
  })
})

function withoutEvents({ events: _events, ...rest }: (typeof counted)[number]): object {
  return rest
}
