/**
 * One order that is fulfilled by a saga and has to be taken back, and what is known of a directory in which
 * that has happened.
 *
 * The story may be begun again after any kill: stock is received once, the order has one command id, and
 * the rest follows by itself.
 */

import type { BookedEvent } from '../../actors/fulfilment/books/ledger.js'
import { type BooksReport, checkBooks, checkHistory } from '../../actors/fulfilment/books.js'
import { Fulfilment } from '../../actors/fulfilment/orchestrated/fulfilment.js'
import { calmPlan, type OutsidePlan } from '../../actors/fulfilment/outside/outside-plan.js'
import { placeOrders, receiveStock } from '../../actors/fulfilment/place-orders.js'
import type { AnySaga, Runtime } from '../../src/index.js'
import { orderOf } from '../domain/fulfilment-run.js'
import { readFacts, type SagaFacts } from '../sagas/saga-audit.js'

/** Why the order comes to nothing. */
export type Misfortune = 'the parcel is lost' | 'the payment is declined'

export const plans: Readonly<Record<Misfortune, OutsidePlan>> = Object.freeze({
  'the parcel is lost': { ...calmPlan, lost: 1 },
  'the payment is declined': { ...calmPlan, declined: 1 },
})

const orderId = 'order-1'
const pieces = [
  { productId: 'p1', quantity: 1 },
  { productId: 'p2', quantity: 2 },
]
const timeoutMs = 30_000

/** Fulfils the order from wherever it stands, until nothing moves any more. */
export async function fulfilOrder(runtime: Runtime): Promise<void> {
  await receiveStock(runtime, pieces)
  await placeOrders(runtime, [orderOf(orderId, ...pieces)])
  await runtime.saga(Fulfilment, orderId).ended({ timeoutMs })
  let head: number
  do {
    head = runtime.log.head
    for (const handler of ['carrier', Fulfilment.name]) {
      await runtime.caughtUp(head, { handler, timeoutMs })
    }
    await runtime.caughtUp(head, { view: Fulfilment.instances, timeoutMs })
  } while (runtime.log.head !== head)
}

/** How a directory stands. Nothing in it depends on time. */
export interface OrderFacts extends SagaFacts {
  readonly books: BooksReport
  /** Laws that were broken somewhere between two events, although they hold always. */
  readonly brokenOnTheWay: readonly string[]
}

export async function readOrderFacts(runtime: Runtime): Promise<OrderFacts> {
  const facts = await readFacts(runtime, [Fulfilment as AnySaga])
  const books = await checkBooks(runtime)
  return { ...facts, books, brokenOnTheWay: await brokenOnTheWay(runtime) }
}

async function brokenOnTheWay(runtime: Runtime): Promise<string[]> {
  const broken: string[] = []
  const history: BookedEvent[] = []
  for await (const event of runtime.log.read()) {
    history.push(event as BookedEvent)
    for (const { name, holds, broken: times } of checkHistory(history).laws) {
      if (holds === 'always' && times > 0) broken.push(`${name}, at ${event.position}`)
    }
  }
  return broken
}
