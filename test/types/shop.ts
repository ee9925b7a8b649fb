/**
 * The definitions that the type tests use: two actors whose types are all inferred.
 */

import { defineActor } from '../../src/define/actor.js'
import { defineEvent } from '../../src/define/event.js'

const line = { type: 'object', props: { productId: 'string', cents: 'number|integer' } } as const
const method = { type: 'enum', values: ['card', 'bank', 'wallet'] } as const

export type OrderState =
  | { status: 'none' }
  | { status: 'pending' | 'paid'; customerId: string; totalCents: number }

export const Order = defineActor('Order', {
  initialState: (): OrderState => ({ status: 'none' }),
  events: {
    OrderCreated: defineEvent({
      customerId: 'string',
      lines: { type: 'array', items: line, min: 1 },
      totalCents: 'number|integer',
      note: 'string|optional',
    }),
    OrderPaid: defineEvent({ paymentId: 'string', amountCents: 'number|integer', method }),
  },
  evolve: {
    OrderCreated: (_state, event) => ({
      status: 'pending',
      customerId: event.data.customerId,
      totalCents: event.data.totalCents,
    }),
    OrderPaid: (state) => (state.status === 'none' ? state : { ...state, status: 'paid' }),
  },
  commands: {
    create: {
      schema: { customerId: 'string', lines: { type: 'array', items: line, min: 1 } },
      decide: (state, command, { events, reject }) => {
        if (state.status !== 'none') return reject('ORDER_EXISTS')
        const totalCents = command.lines.reduce((sum, each) => sum + each.cents, 0)
        return events.OrderCreated({ ...command, totalCents })
      },
    },
    pay: {
      schema: { paymentId: 'string', amountCents: 'number|integer', method },
      prepare: async (command) => ({ ...command, paymentId: command.paymentId.trim() }),
      decide: (state, command, { events, reject }) => {
        if (state.status !== 'pending') return reject('ORDER_NOT_PENDING')
        if (command.amountCents !== state.totalCents) return reject('AMOUNT_MISMATCH')
        return events.OrderPaid(command)
      },
    },
    close: { schema: {}, decide: () => [] },
  },
  snapshot: { everyEvents: 100 },
})

export const Customer = defineActor('Customer', {
  initialState: () => ({ name: '' }),
  events: { CustomerNamed: defineEvent({ name: 'string' }) },
  evolve: { CustomerNamed: (_state, event) => ({ name: event.data.name }) },
  commands: {
    rename: {
      schema: { name: 'string' },
      decide: (_state, command, { events }) => events.CustomerNamed(command),
    },
  },
})
