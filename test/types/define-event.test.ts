/**
 * Events and their past: what must and must not compile. Every `@ts-expect-error` fails the build when
 * the line below it compiles after all; nothing here runs but the tests' names.
 */

import { describe, test } from 'node:test'
import { type DataOf, defineEvent } from '../../src/define/event.js'
import type { EventValue } from '../../src/events/event.js'
import type { InferObject } from '../../src/events/schema-types.js'
import { compiles, type Equal, type Expect } from './equal.js'

const paid = {
  cents: 'number',
  method: { type: 'enum', values: ['card', 'bank'] },
  note: 'string|optional',
} as const
const OrderNoted = defineEvent({ text: 'string' })

describe('an event with a past', () => {
  test('has the payload of its current schema', () => {
    const Paid = defineEvent(paid, {
      version: 2,
      upcast: { 1: () => ({ cents: 1, method: 'card' }) },
    })

    compiles(
      (): Expect<
        Equal<
          DataOf<typeof Paid>,
          {
            readonly cents: number
            readonly method: 'card' | 'bank'
            readonly note?: string
          }
        >
      > => true,
    )
  })

  test('gives its upcasters old payloads as values that may be anything recorded', () => {
    compiles(() =>
      defineEvent(paid, {
        version: 2,
        upcast: {
          1: (data, event) => {
            const value: EventValue | undefined = data.anything
            const when: Date = event.recordedAt
            // @ts-expect-error nobody knows that it is a number
            const cents: number = data.cents
            return { cents: Number(value) + cents + when.getTime(), method: 'bank' }
          },
        },
      }),
    )
  })

  test('takes the type of an old payload where one is written down', () => {
    type Old = InferObject<{ readonly total: 'number'; readonly note: 'string|optional' }>

    compiles(() =>
      defineEvent(paid, {
        version: 3,
        upcast: {
          1: (data: { readonly units: number }) => ({ total: data.units }),
          2: (data: Old) => ({ cents: data.total * 100, method: 'card' }),
        },
      }),
    )
  })

  test('asks of the last upcaster for the current payload, and of it alone', () => {
    compiles(() =>
      defineEvent(paid, {
        version: 3,
        upcast: {
          1: () => ({ whatever: true }),
          // @ts-expect-error no method
          2: (data) => ({ cents: Number(data.total) }),
        },
      }),
    )
    compiles(() =>
      defineEvent(paid, {
        version: 2,
        upcast: {
          // @ts-expect-error not one of the methods
          1: () => ({ cents: 1, method: 'cash' }),
        },
      }),
    )
    // @ts-expect-error a promise is no payload
    compiles(() => defineEvent({ a: 'string' }, { version: 2, upcast: { 1: async () => ({}) } }))
  })

  test('asks for every upcaster of a chain', () => {
    compiles(() =>
      // @ts-expect-error 2 is missing
      defineEvent({}, { version: 3, upcast: { 1: () => ({}) } }),
    )
    compiles(() => defineEvent({}, { version: 2 as number, upcast: { 1: () => ({}) } }))
  })

  test('makes several events with tools that know their payloads', () => {
    compiles(() =>
      defineEvent(paid, {
        version: 2,
        into: { OrderNoted },
        upcast: {
          1: (data, _event, { next, into }) => [
            next({ cents: Number(data.total), method: 'card' }),
            into.OrderNoted({ text: String(data.note) }),
          ],
        },
      }),
    )
    compiles(() =>
      defineEvent(paid, {
        version: 2,
        into: { OrderNoted },
        upcast: {
          1: (_data, _event, { next, into }) => [
            // @ts-expect-error no method
            next({ cents: 1 }),
            // @ts-expect-error a field of another type
            into.OrderNoted({ text: 1 }),
            // @ts-expect-error not named in `into`
            into.OrderPaid({}),
          ],
        },
      }),
    )
    compiles(() => defineEvent(paid, { version: 2, upcast: { 1: () => [] } }))
  })
})
