/** An order domain whose schemas come from three other libraries; worker threads load it too. */

import { type } from 'arktype'
import * as v from 'valibot'
import { z } from 'zod'
import {
  type AppDefinition,
  defineActor,
  defineApp,
  defineEvent,
  defineHandler,
  defineProjector,
  type ProjectorDefinition,
  rowType,
} from '../../../src/index.js'

const placed = z.object({
  sku: z.string().trim().min(1),
  count: z.string().transform(Number).pipe(z.int().min(1)),
  tags: z.array(z.string()).default(['new']),
})

export const Order = defineActor('Order', {
  initialState: () => ({ count: 0, tags: [] as readonly string[], shipped: false }),
  events: {
    OrderPlaced: defineEvent(
      z.object({ sku: z.string(), count: z.number(), tags: z.array(z.string()) }),
    ),
    OrderShipped: defineEvent(
      v.object({ at: v.date(), carrier: v.pipe(v.string(), v.minLength(2)) }),
    ),
  },
  evolve: {
    OrderPlaced: (state, { data }) => ({ ...state, count: data.count, tags: data.tags }),
    OrderShipped: (state) => ({ ...state, shipped: true }),
  },
  commands: {
    place: { schema: placed, decide: (_state, command, { events }) => events.OrderPlaced(command) },
    ship: {
      schema: type({ carrier: 'string', at: 'Date' }),
      decide: (_state, command, { events }) => events.OrderShipped(command),
    },
    wait: {
      schema: z.object({ ms: z.number().refine(async (ms) => ms > 0) }),
      decide: () => [],
    },
  },
})

interface Placed {
  readonly count: number
  readonly tags: readonly string[]
}

export const Placements: ProjectorDefinition<'Placements', Placed, never> = defineProjector(
  'Placements',
  {
    version: 1,
    from: [Order],
    row: rowType<Placed>(),
    on: { OrderPlaced: ({ aggregateId, data }, view) => view.put(aggregateId, data) },
  },
)

/** Ships what was placed, on a worker thread. */
const ship = defineHandler('ship', {
  from: [Order],
  on: {
    OrderPlaced: async (event, { send }) => {
      await send(Order, event.aggregateId, 'ship', { carrier: 'post', at: event.occurredAt })
    },
  },
})

const app: AppDefinition = defineApp({
  actors: [Order],
  projectors: [Placements],
  handlers: [ship],
})

export default app
