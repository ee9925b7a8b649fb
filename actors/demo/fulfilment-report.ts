/**
 * What is found in a directory of fulfilment: at its opening, and when everything is at rest.
 */

import type { AnySaga, Runtime } from 'dramatis'
import { bookedTypes } from '../fulfilment/books/ledger.js'
import { checkBooks } from '../fulfilment/books.js'
import type { OrderPlaced } from '../fulfilment/order-input.js'
import type { OutsidePlan } from '../fulfilment/outside/outside-plan.js'
import { eventsByType } from './census.js'
import { lawOfEnds, type TakenBack } from './fulfilment-ends.js'
import type { TwinReport } from './fulfilment-figures.js'
import type { FoundAtOpening } from './fulfilment-job.js'

/** A kill may have left orders anywhere on their way, and the books in order. */
export async function foundAtOpening(runtime: Runtime): Promise<FoundAtOpening> {
  const { laws, figures } = await checkBooks(runtime)
  return {
    brokenLaws: laws
      .filter(({ holds, broken }) => holds === 'always' && broken > 0)
      .map(({ name }) => name),
    orders: figures.orders,
    ended: figures.fulfilled + figures.compensated,
  }
}

export async function reportOf(
  runtime: Runtime,
  sagas: readonly AnySaga[],
  orders: readonly OrderPlaced[],
  plan: OutsidePlan,
): Promise<TwinReport> {
  const { laws, figures } = await checkBooks(runtime)
  const takenBack = await reasonsByOrder(runtime)
  const byType = await eventsByType(runtime)
  const { deadLetters, timers, store } = runtime.status()
  return {
    orders: figures.orders,
    delivered: figures.fulfilled,
    takenBack,
    events: store.head,
    steps: bookedTypes
      .filter((type) => type !== 'StockReceived')
      .reduce((steps, type) => steps + (byType[type] ?? 0), 0),
    laws: [...laws, lawOfEnds(orders, plan, takenBack)],
    sagasLeft: await sagasLeft(runtime, sagas),
    parkedKeys: deadLetters.parkedKeys,
    timersLeft: timers.pending,
  }
}

async function reasonsByOrder(runtime: Runtime): Promise<TakenBack> {
  const reasons: Record<string, string> = {}
  const types = ['OrderCancelled']
  for await (const { aggregateId, data } of runtime.log.read({ after: 0, types })) {
    reasons[aggregateId] = (data as { readonly reason: string }).reason
  }
  return reasons
}

async function sagasLeft(runtime: Runtime, sagas: readonly AnySaga[]): Promise<number> {
  let left = 0
  for (const saga of sagas) {
    for (const status of ['running', 'compensating', 'halted'] as const) {
      let after: string | null = null
      do {
        const page = await runtime.saga(saga).list({ status, limit: 1_000, after })
        left += page.rows.length
        after = page.next
      } while (after !== null)
    }
  }
  return left
}
