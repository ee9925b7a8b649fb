/** The world outside fulfilment: what follows from its plan, and that it acts once per key. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { generateOrders } from '../../actors/demo/generated-orders.js'
import { ordersOf, stockFor } from '../../actors/fulfilment/order-input.js'
import { collect, timesCollected, track } from '../../actors/fulfilment/outside/carrier.js'
import {
  calmPlan,
  failsForNow,
  isDeclined,
  isLost,
  isShort,
  transientAttemptsMax,
} from '../../actors/fulfilment/outside/outside-plan.js'
import { charge, refund, timesDone } from '../../actors/fulfilment/outside/payment-provider.js'
import { installPlan, planInForce } from '../../actors/fulfilment/outside/plan-in-force.js'
import { piecesOf } from '../../actors/fulfilment/pieces.js'
import { onEnd } from '../support/scope.js'

const ids = Array.from({ length: 2_000 }, (_, at) => `order-${at}`)

const call = (idempotencyKey: string, attempt = 1) => ({
  idempotencyKey,
  attempt,
  signal: new AbortController().signal,
})

describe('a plan', () => {
  const questions = {
    declined: (rate: number, id: string) => isDeclined({ ...calmPlan, declined: rate }, id),
    lost: (rate: number, id: string) => isLost({ ...calmPlan, lost: rate }, id),
    short: (rate: number, id: string) => isShort({ ...calmPlan, short: rate }, id),
    transient: (rate: number, id: string) => failsForNow({ ...calmPlan, transient: rate }, id, 1),
  }
  for (const [rate, asks] of Object.entries(questions)) {
    test(`has about the asked share of ${rate}, nobody at 0, everybody at 1`, () => {
      const share = (asked: number) => ids.filter((id) => asks(asked, id)).length / ids.length

      assert.ok(Math.abs(share(0.1) - 0.1) < 0.03, `${share(0.1)}`)
      assert.deepEqual([share(0), share(1)], [0, 1])
    })

    test(`with a raised share of ${rate} spares nobody that it hit before`, () => {
      assert.ok(ids.filter((id) => asks(0.1, id)).every((id) => asks(0.2, id)))
    })
  }

  test('hits others with another seed, and others with each kind of bad luck', () => {
    const plan = { seed: 1, declined: 0.5, short: 0.5, lost: 0.5, transient: 0.5 }

    assert.ok(ids.some((id) => isDeclined(plan, id) !== isDeclined({ ...plan, seed: 2 }, id)))
    assert.ok(ids.some((id) => isDeclined(plan, id) !== isLost(plan, id)))
    assert.ok(ids.some((id) => isDeclined(plan, id) !== isShort(plan, id)))
  })

  test('has calls fail at their first attempts only, without a gap', () => {
    for (const id of ids.slice(0, 200)) {
      const fails = [1, 2, 3, 4].map((attempt) =>
        failsForNow({ ...calmPlan, transient: 1 }, id, attempt),
      )
      const failed = fails.filter(Boolean).length

      assert.ok(failed >= 1 && failed <= transientAttemptsMax)
      assert.deepEqual(fails.slice(failed), Array(4 - failed).fill(false))
    }
  })

  test('is in force until another one is, and then nothing goes wrong', (t) => {
    onEnd(t, () => installPlan(null))
    const plan = { ...calmPlan, declined: 0.25 }

    installPlan(plan)
    assert.deepEqual(planInForce(), plan)
    installPlan(null)
    assert.deepEqual(planInForce(), calmPlan)
  })
})

describe('the world outside', () => {
  test('acts once per key, and once more for another key', async () => {
    await charge('keyed', call('one'))
    await charge('keyed', call('one', 2))
    await collect('keyed', call('one'))
    assert.deepEqual([timesDone('charge', 'keyed'), timesCollected('keyed')], [1, 1])

    await charge('keyed', call('two'))
    assert.equal(timesDone('charge', 'keyed'), 2)
    assert.equal(timesDone('refund', 'keyed'), 0)
  })

  test('has done nothing when it fails for now', async (t) => {
    installPlan({ ...calmPlan, transient: 1 })
    onEnd(t, () => installPlan(null))

    await assert.rejects(refund('unlucky', call('one')), { message: /^503 the payment provider/ })
    assert.equal(timesDone('refund', 'unlucky'), 0)

    await refund('unlucky', call('one', transientAttemptsMax + 1))
    assert.equal(timesDone('refund', 'unlucky'), 1)
  })

  test('says no as an answer', async (t) => {
    installPlan({ ...calmPlan, declined: 1, lost: 1 })
    onEnd(t, () => installPlan(null))

    assert.deepEqual(await charge('refused', call('no-charge')), {
      outcome: 'declined',
      reason: 'CARD_DECLINED',
    })
    assert.deepEqual(await track('refused', call('no-parcel')), {
      outcome: 'lost',
      reason: 'PARCEL_LOST',
    })
  })

  test('refuses a call whose signal is aborted', async () => {
    const aborted = { ...call('late'), signal: AbortSignal.abort(new Error('too late')) }

    await assert.rejects(collect('aborted', aborted), { message: 'too late' })
  })
})

describe('what fulfilment starts from', () => {
  test('is one entry per product, in the order of the lines', () => {
    const line = (productId: string, quantity: number) => ({ productId, quantity })

    assert.deepEqual(piecesOf([line('b', 2), line('a', 1), line('b', 3)]), [
      line('b', 5),
      line('a', 1),
    ])
  })

  test('is every basket with something in it, and none of what became of it', () => {
    const commands = generateOrders(300, 5)

    const orders = ordersOf(commands)

    const created = commands.filter(({ step }) => step === 'create')
    assert.ok(orders.length > 250 && orders.length < created.length)
    assert.ok(orders.every(({ step, payload }) => step === 'create' && payload.lines.length > 0))
  })

  test('is stock for all orders, but for the products that come short', () => {
    const orders = ordersOf(generateOrders(300, 5))
    const plan = { ...calmPlan, short: 0.2 }

    const wanted = stockFor(orders, calmPlan)
    const received = stockFor(orders, plan)

    assert.deepEqual(wanted, piecesOf(orders.flatMap(({ payload }) => payload.lines)))
    assert.ok(received.some(({ productId }) => isShort(plan, productId)))
    for (const [at, { productId, quantity }] of received.entries()) {
      const { quantity: all } = wanted[at]!
      assert.equal(quantity, isShort(plan, productId) ? Math.floor(all / 2) : all)
    }
  })
})
