/**
 * Decisions and claims in a host's hands: what must and must not compile.
 */

import { describe, test } from 'node:test'
import type { RecordedEvent, Runtime } from '../../src/index.js'
import { defineActor, defineEvent } from '../../src/index.js'
import { compiles, type Equal, type Expect } from './equal.js'
import { Customer, Order } from './shop.js'

const Member = defineActor('Member', {
  initialState: (): { email: string | null } => ({ email: null }),
  events: { Joined: defineEvent({ email: 'string' }, { tags: ({ email }) => [email.trim()] }) },
  evolve: { Joined: (_state, event) => ({ email: event.data.email }) },
  commands: {},
  unique: { email: (state) => state.email },
})

declare const runtime: Runtime

describe('a decision', () => {
  const { OrderPaid } = Order.creators
  const { CustomerNamed } = Customer.creators
  const tags = ['a']

  test('knows the events of the types that it asks for', () => {
    compiles(() =>
      runtime.decide({ types: [OrderPaid, CustomerNamed], tags }, (events) => {
        const [event] = events
        if (event?.type === 'OrderPaid') event.data.paymentId.trim()
        // @ts-expect-error a field of one of the events
        event?.data.paymentId
        // @ts-expect-error a type that it does not ask for
        if (event?.type === 'OrderCreated') return []
        return []
      }),
    )
    compiles(() =>
      runtime.decide(
        [
          { types: [OrderPaid], tags },
          { types: [CustomerNamed], tags },
        ],
        (events) =>
          events.flatMap((event) =>
            event.type === 'CustomerNamed'
              ? [runtime.actor(Customer, event.data.name).append(CustomerNamed(event.data))]
              : [],
          ),
      ),
    )
    compiles(() =>
      runtime.decide({ tags }, (events) => {
        type Found = (typeof events)[number]
        compiles((): Expect<Equal<Found, RecordedEvent<string, unknown>>> => true)
        return []
      }),
    )
  })

  test('returns events of actors, or says no', () => {
    const order = () => runtime.actor(Order, '1')
    const paid = OrderPaid({ paymentId: 'p', amountCents: 1, method: 'card' })

    compiles(() => runtime.decide({ tags }, () => order().append(paid), { userId: 'u' }))
    compiles(() => runtime.decide({ tags }, (_events, { reject }) => reject('NO')))
    // @ts-expect-error an event of another actor
    compiles(() => runtime.decide({ tags }, () => runtime.actor(Customer, '1').append(paid)))
    // @ts-expect-error an event of no actor
    compiles(() => runtime.decide({ tags }, () => paid))
    // @ts-expect-error a promise
    compiles(() => runtime.decide({ tags }, async () => []))
    // @ts-expect-error a query without tags
    compiles(() => runtime.decide({ types: [OrderPaid] }, () => []))
    // @ts-expect-error a decision has no commandId
    compiles(() => runtime.decide({ tags }, () => [], { commandId: 'c' }))
  })
})

describe('tags', () => {
  test('are made of the payload', () => {
    // @ts-expect-error a field that the payload does not have
    compiles(() => defineEvent({ a: 'string' }, { tags: (data) => [data.b] }))
    // @ts-expect-error a number is no tag
    compiles(() => defineEvent({ a: 'number' }, { tags: ({ a }) => [a] }))
  })
})

describe('claims', () => {
  test('are asked for by their names', () => {
    compiles(() => runtime.claims.owner(Member, 'email', 'a@example.com'))
    // @ts-expect-error a misspelt name
    compiles(() => runtime.claims.owner(Member, 'mail', 'a'))
    // @ts-expect-error an actor without claims
    compiles(() => runtime.claims.owner(Order, 'email', 'a'))
  })

  test('are made of the state', () => {
    const rest = {
      initialState: (): { email: string } => ({ email: '' }),
      events: {},
      evolve: {},
      commands: {},
    }

    // @ts-expect-error a field that the state does not have
    compiles(() => defineActor('X', { ...rest, unique: { email: (state) => state.mail } }))
    // @ts-expect-error a number is no claim
    compiles(() => defineActor('X', { ...rest, unique: { email: () => 7 } }))
  })
})
