/** Old events on their way into handlers and views: parts that fail, and events that cannot be read. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import {
  type AnyProjector,
  defineProjector,
  type HandlerDefinition,
  rowType,
} from '../../src/index.js'
import { broken, noting, OldOrder, Order } from '../runtime/apps/aged-orders.js'
import { TemporaryDirectory } from '../store/temporary.js'
import { onEnd } from '../support/scope.js'
import { until } from './until.js'
import { Workplace } from './workplace.js'

interface Setup {
  readonly handlers?: readonly HandlerDefinition[]
  readonly projectors?: readonly AnyProjector[]
  readonly closeTimeoutMs?: number
}

/** Where an order was placed, which is two events today, and then paid. */
async function recordOrder(t: TestContext): Promise<(setup: Setup) => Promise<Workplace>> {
  onEnd(t, () => {
    broken.type = null
  })
  const { path: dataDir } = await TemporaryDirectory.make(t)
  const old = await Workplace.open(t, { dataDir, actors: [OldOrder] })
  await old.runtime.actor(OldOrder, 'a').send('place', { total: 12, note: 'fast' })
  await old.runtime.actor(OldOrder, 'a').send('pay', {})
  await old.close()
  return (setup) => Workplace.open(t, { dataDir, actors: [Order], ...setup })
}

for (const [whose, key] of [
  ['its stream', undefined],
  ['its own key', () => 'all'],
] as const) {
  test(`an event of ${whose} that no longer can be read fails a replay of it, once`, async (t) => {
    const open = await recordOrder(t)
    const { handler, calls } = noting(key === undefined ? {} : { key })
    const work = await open({ handlers: [handler] })
    await work.settled(handler)
    const before = calls.length
    broken.type = 'OrderPaid'

    const { delivered, failures } = await work.runtime
      .handler(handler)
      .replay({ filter: () => true })

    assert.deepEqual([delivered, before, calls.length], [1, 3, 5])
    assert.deepEqual(
      failures.map(({ position, attempts, error }) => [position, attempts, error.code]),
      [[2, 1, 'DRAMATIS_UPCAST_FAILED']],
    )
  })
}

test('a projector that fails at a part stalls its view before the whole event', async (t) => {
  const open = await recordOrder(t)
  const Notes = defineProjector('Notes', {
    version: 1,
    from: [Order],
    row: rowType<{ readonly cents: number }>(),
    on: {
      OrderCreated: ({ aggregateId, data }, view) => view.put(aggregateId, data),
      OrderNoted: () => {
        throw new Error('cannot')
      },
    },
  })
  const work = await open({ projectors: [Notes] })
  await until('it fails', () => work.runtime.status().views[0]!.state === 'failing')

  const [status] = work.runtime.status().views

  assert.deepEqual([status?.position, status?.error?.code], [0, 'DRAMATIS_PROJECTOR_FAILED'])
  assert.equal(await work.runtime.view(Notes).count(), 0)
})

test('a part that begins when its handler was told to give up is told so at once', async (t) => {
  const open = await recordOrder(t)
  let seen: boolean | null = null
  const { handler, calls } = noting({
    react: async (type, { signal }) => {
      if (type === 'OrderCreated') {
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
      } else {
        await null
        seen = signal.aborted
      }
    },
  })
  const work = await open({ handlers: [handler], closeTimeoutMs: 1_000 })
  await until('the first part is under way', () => calls.length === 1)

  await work.close()

  assert.equal(seen, true)
})
