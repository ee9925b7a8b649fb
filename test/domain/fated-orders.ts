/**
 * A handful of orders of which each comes to another end, fulfilled by either twin from wherever it was
 * interrupted.
 *
 * The world outside lives beside the disk and remembers every request by its key, so every batch has ids of
 * its own; the plan gives each id its fate.
 */

import assert from 'node:assert/strict'
import { isAtRest } from '../../actors/fulfilment/at-rest.js'
import type { OrderPlaced } from '../../actors/fulfilment/order-input.js'
import { timesCollected } from '../../actors/fulfilment/outside/carrier.js'
import {
  calmPlan,
  failsForNow,
  isDeclined,
  isLost,
  type OutsidePlan,
} from '../../actors/fulfilment/outside/outside-plan.js'
import { timesDone } from '../../actors/fulfilment/outside/payment-provider.js'
import { installPlan } from '../../actors/fulfilment/outside/plan-in-force.js'
import { placeOrders, receiveStock } from '../../actors/fulfilment/place-orders.js'
import type { AnySaga, Runtime } from '../../src/index.js'
import { orderOf } from './fulfilment-run.js'

export type Fate = 'paid' | 'declined' | 'short' | 'lost'

/** Orders of which nothing is known to the world outside yet. */
export interface FatedOrders {
  readonly orders: readonly OrderPlaced[]
  readonly plan: OutsidePlan
}

const one = { productId: 'p1', quantity: 1 }
const two = { productId: 'p2', quantity: 2 }
/** Of which there is none. */
const none = { productId: 'p3', quantity: 1 }
const stock = [
  { productId: one.productId, quantity: 10 },
  { productId: two.productId, quantity: 10 },
]
const pieces = { paid: [one, two], declined: [one], short: [one, none], lost: [two] } as const

const hourMs = 3_600_000

/** Each fate is likely enough that ids for all of them are found at once. */
const unsteadyPlan: OutsidePlan = { ...calmPlan, declined: 0.3, lost: 0.3, transient: 0.3 }

/** Orders of these fates, under ids that begin with a name. */
export function ordersOfFates(
  name: string,
  fates: readonly Fate[],
  change: Partial<OutsidePlan> = {},
): FatedOrders {
  const plan = { ...unsteadyPlan, ...change }
  const orders = fates.map((fate) => orderOf(idOf(`${name}-${fate}`, fate, plan), ...pieces[fate]))
  return { orders, plan }
}

/** The first id that has the fate; of those that are paid, one whose charge fails at first. */
function idOf(name: string, fate: Fate, plan: OutsidePlan): string {
  for (let at = 0; ; at++) {
    const id = `${name}-${at}`
    const isMeant =
      isDeclined(plan, id) === (fate === 'declined') && isLost(plan, id) === (fate === 'lost')
    if (isMeant && failsForNow(plan, `charge ${id}`, 1) === (fate === 'paid')) return id
  }
}

/**
 * Fulfils the orders until nothing moves any more. What the world outside did not answer is tried again
 * once nothing else is left to do, and it is up again then.
 */
export async function fulfilFated(
  runtime: Runtime,
  sagas: readonly AnySaga[],
  { orders, plan }: FatedOrders,
): Promise<void> {
  installPlan(plan)
  await receiveStock(runtime, stock)
  await placeOrders(runtime, orders)
  for (const saga of sagas) {
    for (const { orderId } of orders) await runtime.saga(saga, orderId).ended({ timeoutMs: hourMs })
  }
  await rest(runtime, sagas, orders)
  if (runtime.status().deadLetters.parkedKeys === 0) return
  const { down: _down, ...up } = plan
  installPlan(up)
  await runtime.deadLetters.redrive()
  await rest(runtime, sagas, orders)
}

/** Resolves when no handler, saga or timer has anything left to do, but for what is parked. */
async function rest(
  runtime: Runtime,
  sagas: readonly AnySaga[],
  orders: readonly OrderPlaced[],
): Promise<void> {
  for (;;) {
    const next = nextEvent(runtime)
    const { head } = runtime.log
    await handledOrParked(runtime, orders)
    if ((await isAtRest(runtime, sagas)) && runtime.status().timers.pending === 0) return
    // Only a timer is left, and whatever comes of it is in the log.
    if (runtime.log.head === head) await next
  }
}

/** Waits for every key of every handler, those included that are tried again. */
async function handledOrParked(runtime: Runtime, orders: readonly OrderPlaced[]): Promise<void> {
  const { head } = runtime.log
  for (const { name: handler } of runtime.status().handlers) {
    await runtime.caughtUp(head, { handler, timeoutMs: hourMs })
    if (runtime.handler(handler).status().retryingKeys === 0) continue
    for (const key of orders.flatMap(keysOf)) {
      await runtime.caughtUp(head, { handler, key, timeoutMs: hourMs }).catch(({ code }) => {
        assert.equal(code, 'DRAMATIS_KEY_PARKED')
      })
    }
  }
}

/** Handlers go by streams, unless they say otherwise; those that do and sagas go by the order. */
function keysOf({ orderId }: OrderPlaced): readonly string[] {
  const actors = ['Order', 'Payment', 'Shipment', 'PickList']
  return [orderId, ...actors.map((actor) => `${actor}-${orderId}`)]
}

function nextEvent(runtime: Runtime): Promise<void> {
  return new Promise((resolve) => {
    const stop = runtime.bus.subscribe('*', () => {
      stop()
      resolve()
    })
  })
}

/** What became of each order, by its fate: how it ended, and how often the world outside acted for it. */
export async function endsOf(
  runtime: Runtime,
  { orders }: FatedOrders,
): Promise<readonly string[]> {
  const ends = new Map(orders.map(({ orderId }) => [orderId, 'nothing']))
  for await (const { type, aggregateId, data } of runtime.log.read()) {
    if (type === 'OrderDelivered') ends.set(aggregateId, 'delivered')
    if (type === 'OrderCancelled') ends.set(aggregateId, (data as { reason: string }).reason)
  }
  return [...ends].map(([orderId, end]) => {
    const [charged, refunded] = [timesDone('charge', orderId), timesDone('refund', orderId)]
    return `${end}: charged ${charged}, refunded ${refunded}, collected ${timesCollected(orderId)}`
  })
}
