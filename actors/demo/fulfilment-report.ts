/**
 * What is found in a directory of fulfilment that is at rest: its books, and whatever was left behind.
 */

import type { AnySaga, Runtime } from 'dramatis'
import { bookedTypes } from '../fulfilment/books/ledger.js'
import { checkBooks } from '../fulfilment/books.js'
import { eventsByType } from './census.js'
import { countByName } from './figures.js'
import type { TwinReport } from './fulfilment-figures.js'

export async function reportOf(runtime: Runtime, sagas: readonly AnySaga[]): Promise<TwinReport> {
  const { laws, figures } = await checkBooks(runtime)
  const byType = await eventsByType(runtime)
  const { deadLetters, timers, store } = runtime.status()
  return {
    orders: figures.orders,
    delivered: figures.fulfilled,
    compensated: countByName(await reasonsOfCancellations(runtime)),
    events: store.head,
    steps: bookedTypes
      .filter((type) => type !== 'StockReceived')
      .reduce((steps, type) => steps + (byType[type] ?? 0), 0),
    laws,
    sagasLeft: await sagasLeft(runtime, sagas),
    parkedKeys: deadLetters.parkedKeys,
    timersLeft: timers.pending,
  }
}

async function reasonsOfCancellations(runtime: Runtime): Promise<readonly string[]> {
  const reasons: string[] = []
  for await (const { data } of runtime.log.read({ after: 0, types: ['OrderCancelled'] })) {
    reasons.push((data as { readonly reason: string }).reason)
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
