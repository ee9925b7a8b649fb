/**
 * A small app to crash: purchases, what is sold of each article, and a handler that reserves stock and
 * fails at its first two deliveries of every event.
 */

import type { TestContext } from 'node:test'
import {
  type AppDefinition,
  defineActor,
  defineApp,
  defineEvent,
  defineHandler,
  defineProjector,
  type Receipt,
  type Runtime,
  rowType,
} from '../../src/index.js'
import { SimulatedDisk, type SimulatedDiskOptions } from '../../src/testing/index.js'
import { onEnd } from '../support/scope.js'

const article = { article: 'string', count: 'number|integer' } as const

/** Two events for every command. */
export const Purchase = defineActor('Purchase', {
  initialState: () => ({ items: 0 }),
  events: { Bought: defineEvent(article), Charged: defineEvent({ count: 'number|integer' }) },
  evolve: {
    Bought: (state, { data }) => ({ items: state.items + data.count }),
    Charged: (state) => state,
  },
  commands: {
    buy: {
      schema: article,
      decide: (_state, command, { events }) => [
        events.Bought(command),
        events.Charged({ count: command.count }),
      ],
    },
  },
  snapshot: { everyEvents: 4 },
})

export const Stock = defineActor('Stock', {
  initialState: () => ({ reserved: 0 }),
  events: { Reserved: defineEvent({ count: 'number|integer', purchase: 'string' }) },
  evolve: { Reserved: (state, { data }) => ({ reserved: state.reserved + data.count }) },
  commands: {
    reserve: {
      schema: { count: 'number|integer', purchase: 'string' },
      decide: (_state, command, { events }) => events.Reserved(command),
    },
  },
})

export const Sales = defineProjector('Sales', {
  version: 1,
  from: [Purchase],
  row: rowType<{ readonly sold: number }>(),
  indexes: { bySold: (row) => [row.sold] },
  on: {
    Bought: ({ data }, view) =>
      view.upsert(data.article, (row) => ({ sold: (row?.sold ?? 0) + data.count })),
  },
})

/** When a handler was called, beside what runtimes keep: what the world has seen. */
export const calls: string[] = []

export const reserving = defineHandler('reserving', {
  from: [Purchase],
  partitions: 2,
  retry: { attemptsMax: 5, retriesAtOnce: 1, delayMs: 60_000 },
  on: {
    Bought: async ({ streamId, data }, { send, attempt }) => {
      calls.push(`${streamId} ${attempt}`)
      if (attempt < 3) throw new Error('not yet')
      await send(Stock, data.article, 'reserve', { count: data.count, purchase: streamId })
    },
  },
})

export const shop: AppDefinition = defineApp({
  actors: [Purchase, Stock],
  projectors: [Sales],
  handlers: [reserving],
})

/** A disk whose last life is over when the test is. */
export function makeDisk(t: TestContext, options: SimulatedDiskOptions = {}): SimulatedDisk {
  const disk = new SimulatedDisk(options)
  onEnd(t, () => disk.cutPower())
  return disk
}

/** Sends one command, under an id that makes it the same in every life. */
export function buy(
  runtime: Runtime,
  purchase: string,
  bought: { readonly article: string; readonly count: number },
): Promise<Receipt> {
  return runtime.actor(Purchase, purchase).send('buy', bought, { commandId: `buy ${purchase}` })
}

const purchases = ['1', '2', '3'] as const

/** All that the shop does, from wherever it was interrupted. */
export async function sell(runtime: Runtime): Promise<void> {
  const first = purchases.map((id, at) => buy(runtime, id, { article: 'tea', count: at + 1 }))
  await Promise.all(first)
  await buy(runtime, '4', { article: 'salt', count: 10 })
  const { head } = runtime.log
  for (const id of [...purchases, '4']) {
    const key = `Purchase-${id}`
    await runtime.caughtUp(head, { handler: reserving, key, timeoutMs: 3_600_000 })
  }
  await runtime.caughtUp(runtime.log.head, { view: Sales })
}

/** What everybody can see of the shop. */
export async function stateOf(runtime: Runtime): Promise<unknown> {
  const reserved: unknown[] = []
  for await (const event of runtime.log.read({ types: ['Reserved'] })) reserved.push(event.data)
  return {
    events: runtime.log.head,
    tea: await runtime.actor(Stock, 'tea').state(),
    salt: await runtime.actor(Stock, 'salt').state(),
    reserved: reserved.map((each) => JSON.stringify(each)).sort(),
    rows: (await runtime.view(Sales).find({ index: 'bySold' })).rows,
    parked: runtime.status().deadLetters.parkedKeys,
  }
}
