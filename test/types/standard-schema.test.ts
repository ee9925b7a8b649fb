/**
 * Types from schemas of other libraries: what must and must not compile. Every `@ts-expect-error` fails
 * the build when the line below it compiles after all; nothing here runs but the tests' names.
 */

import { describe, test } from 'node:test'
import { toStandardJsonSchema } from '@valibot/to-json-schema'
import { type } from 'arktype'
import * as v from 'valibot'
import { z } from 'zod'
import { type DataInputOf, type DataOf, defineActor, defineEvent } from '../../src/index.js'
import type { Runtime } from '../../src/runtime/runtime.js'
import { compiles, type Equal, type Expect } from './equal.js'

interface Line {
  readonly sku: string
  readonly cents: number
}

interface OrderData {
  readonly orderId: string
  readonly at: Date
  readonly lines: readonly Line[]
}

interface OrderInput {
  readonly orderId: string
  readonly at: Date
  readonly lines?: readonly Line[] | undefined
}

type Simple<T> = T extends Date ? T : T extends object ? { [K in keyof T]: Simple<T[K]> } : T

describe('an event of a schema of', () => {
  test('zod has its output as payload and its input as what one is made of', () => {
    const Created = defineEvent(
      z.object({
        orderId: z.string(),
        at: z.date(),
        lines: z.array(z.object({ sku: z.string(), cents: z.int() })).default([]),
      }),
    )

    compiles((): Expect<Equal<Simple<DataOf<typeof Created>>, OrderData>> => true)
    compiles((): Expect<Equal<Simple<DataInputOf<typeof Created>>, OrderInput>> => true)
  })

  test('valibot has its output as payload and its input as what one is made of', () => {
    const Created = defineEvent(
      v.object({
        orderId: v.string(),
        at: v.date(),
        lines: v.optional(v.array(v.object({ sku: v.string(), cents: v.number() })), []),
      }),
    )

    compiles((): Expect<Equal<Simple<DataOf<typeof Created>>, OrderData>> => true)
    compiles((): Expect<Equal<Simple<DataInputOf<typeof Created>>, OrderInput>> => true)
  })

  test('valibot has the same types when it is given JSON Schema', () => {
    const Noted = defineEvent(toStandardJsonSchema(v.object({ text: v.string() })))

    compiles((): Expect<Equal<Simple<DataOf<typeof Noted>>, { readonly text: string }>> => true)
  })

  test('arktype has its output as payload and its input as what one is made of', () => {
    const Created = defineEvent(
      type({ orderId: 'string', cents: 'string.integer.parse', 'note?': 'string' }),
    )

    compiles(
      (): Expect<
        Equal<
          Simple<DataOf<typeof Created>>,
          { readonly orderId: string; readonly cents: number; readonly note?: string }
        >
      > => true,
    )
    compiles(
      (): Expect<
        Equal<
          Simple<DataInputOf<typeof Created>>,
          { readonly orderId: string; readonly cents: string; readonly note?: string }
        >
      > => true,
    )
  })

  test('what is no object does not compile', () => {
    // @ts-expect-error a payload is an object
    compiles(() => defineEvent(z.string()))
  })
})

const payment = z.object({ cents: z.string().transform(Number), tags: z.array(z.string()) })
const paid = z.object({ cents: z.number(), tags: z.array(z.string()) })
const OrderPaid = defineEvent(paid)

const Order = defineActor('Order', {
  initialState: () => ({ cents: 0 }),
  events: { OrderPaid },
  evolve: { OrderPaid: (state, { data }) => ({ cents: state.cents + data.cents }) },
  commands: {
    pay: {
      schema: payment,
      prepare: (command) => ({ ...command, cents: String(command.cents) }),
      decide: (_state, command, { events }) => events.OrderPaid(command),
    },
    check: {
      schema: payment,
      // @ts-expect-error what prepare returns is checked again, so it has to be what the schema takes
      prepare: (command) => command,
      decide: (_state, command, { events }) => {
        // @ts-expect-error payloads are frozen
        command.tags.push('x')
        // @ts-expect-error no such field
        return events.OrderPaid({ ...command, cents: command.amount })
      },
    },
  },
})

declare const runtime: Runtime

describe('a command of a Standard Schema', () => {
  test('is sent as the input of its schema and decided as the output', () => {
    compiles(() => runtime.actor(Order, '1').send('pay', { cents: '12', tags: ['a'] }))
    // @ts-expect-error the input is a text
    compiles(() => runtime.actor(Order, '1').send('pay', { cents: 12, tags: ['a'] }))
    // @ts-expect-error a missing field
    compiles(() => runtime.actor(Order, '1').send('pay', { cents: '12' }))
  })

  test('takes what is read-only, as payloads are', () => {
    const tags: readonly string[] = ['a']

    compiles(() => runtime.actor(Order, '1').send('pay', { cents: '12', tags }))
  })
})

describe('an upcaster to a Standard Schema', () => {
  test('makes what is recorded, which nothing checks again', () => {
    const at = z.object({ at: z.string().transform((text) => new Date(text)) })

    compiles(() => defineEvent(at, { version: 2, upcast: { 1: () => ({ at: new Date(0) }) } }))
    // @ts-expect-error the input of the schema is not what it records
    compiles(() => defineEvent(at, { version: 2, upcast: { 1: () => ({ at: '2026' }) } }))
  })
})

describe('what is neither rules nor a Standard Schema', () => {
  test('does not compile', () => {
    // @ts-expect-error text is no schema
    compiles(() => defineEvent('string'))
  })
})
