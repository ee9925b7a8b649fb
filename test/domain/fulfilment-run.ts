/**
 * Fulfilment in memory, on this thread and on a manual clock: orders in, everything at rest, books out.
 *
 * Every run has order ids of its own, because the world outside remembers what it was asked.
 */

import type { TestContext } from 'node:test'
import { generateOrders } from '../../actors/demo/generated-orders.js'
import { areHandlersThrough, isAtRest } from '../../actors/fulfilment/at-rest.js'
import choreographed from '../../actors/fulfilment/choreographed/app.js'
import { type OrderPlaced, ordersOf } from '../../actors/fulfilment/order-input.js'
import type { OutsidePlan } from '../../actors/fulfilment/outside/outside-plan.js'
import { calmPlan } from '../../actors/fulfilment/outside/outside-plan.js'
import { installPlan } from '../../actors/fulfilment/outside/plan-in-force.js'
import type { Pieces } from '../../actors/fulfilment/pieces.js'
import { placeOrders, receiveStock } from '../../actors/fulfilment/place-orders.js'
import { orderCommand } from '../../actors/order/order-command.js'
import { ManualClock } from '../../src/base/manual-clock.js'
import { createSeededRandom } from '../../src/base/random.js'
import {
  type AnySaga,
  type AppDefinition,
  defineApp,
  type HandlerDefinition,
  openRuntime,
  type RecordedEvent,
  type Runtime,
} from '../../src/index.js'
import { turns, until } from '../subscriptions/until.js'
import { onEnd } from '../support/scope.js'
import { at } from './order-history.js'

/** An order of some pieces of some products, each at 10.00 and without freight. */
export function orderOf(orderId: string, ...pieces: readonly Pieces[]): OrderPlaced {
  const lines = pieces.map((each) => ({ ...each, priceCents: 1_000, freightCents: 0 }))
  return orderCommand(orderId, 'create', { customerId: 'customer-1', lines }, at) as OrderPlaced
}

/** Made-up orders under ids of a test's own. */
export function generatedFor(name: string, count: number): readonly OrderPlaced[] {
  return ordersOf(generateOrders(count, 5)).map((order) => ({
    ...order,
    orderId: `${name}-${order.orderId}`,
  }))
}

export interface FulfilmentSetup {
  /** @default nothing goes wrong */
  readonly plan?: Partial<OutsidePlan>
  /** Which of the twins. @default the choreographed one */
  readonly app?: AppDefinition
  /** @default the app's own */
  readonly handlers?: readonly HandlerDefinition[]
}

export class FulfilmentRun {
  readonly runtime: Runtime
  readonly clock: ManualClock
  readonly #sagas: readonly AnySaga[]

  private constructor(runtime: Runtime, clock: ManualClock, sagas: readonly AnySaga[]) {
    this.runtime = runtime
    this.clock = clock
    this.#sagas = sagas
  }

  static async open(t: TestContext, setup: FulfilmentSetup = {}): Promise<FulfilmentRun> {
    const { plan = {}, app = choreographed, handlers } = setup
    installPlan({ ...calmPlan, ...plan })
    onEnd(t, () => installPlan(null))
    const clock = new ManualClock()
    const runtime = await openRuntime({
      app: handlers === undefined ? app : defineApp({ ...app, handlers }),
      random: createSeededRandom(7),
      clock,
    })
    const run = new FulfilmentRun(runtime, clock, app.sagas)
    onEnd(t, () => run.whileTimePasses('the runtime is closed', runtime.close()))
    return run
  }

  /** Receives stock, places orders, and waits until nothing moves any more. */
  async fulfil(stock: readonly Pieces[], orders: readonly OrderPlaced[]): Promise<void> {
    await receiveStock(this.runtime, stock)
    await placeOrders(this.runtime, orders)
    await this.atRest()
  }

  /** Resolves once every handler is through with everything, what they sent included, and every saga is. */
  async atRest(): Promise<void> {
    do {
      await turns(1)
      await this.#handlersThrough()
    } while (!(await isAtRest(this.runtime, this.#sagas)))
    await turns()
  }

  #handlersThrough(): Promise<void> {
    return until('handlers are through', () => {
      this.clock.advance(50)
      return areHandlersThrough(this.runtime)
    })
  }

  /** The next event of a type. */
  next(type: string): Promise<RecordedEvent> {
    return new Promise((resolve) => {
      const unsubscribe = this.runtime.bus.subscribe(type, (event) => {
        unsubscribe()
        resolve(event)
      })
    })
  }

  /** The types of all events of an order, its pick list, payment and shipment, in the order of the log. */
  async storyOf(orderId: string): Promise<readonly string[]> {
    const types: string[] = []
    for await (const { aggregateType, aggregateId, type, data } of this.runtime.log.read({
      after: 0,
    })) {
      const isStock = aggregateType === 'Inventory'
      const about = isStock ? (data as { reservationId?: string }).reservationId : aggregateId
      if (about === orderId) types.push(type)
    }
    return types
  }

  /** The types of all events after a position. */
  async typesAfter(position: number): Promise<readonly string[]> {
    const types: string[] = []
    for await (const { type } of this.runtime.log.read({ after: position })) types.push(type)
    return types
  }

  /** Waits for something that takes time, and lets it pass. */
  async whileTimePasses<Result>(what: string, pending: Promise<Result>): Promise<Result> {
    let isSettled = false
    const settled = pending.finally(() => {
      isSettled = true
    })
    await until(what, () => {
      if (!isSettled) this.clock.advance(1_000)
      return isSettled
    })
    return await settled
  }
}
