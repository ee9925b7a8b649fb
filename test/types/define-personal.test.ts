/** Personal fields of events: what must and must not compile. Nothing here runs but the tests' names. */

import { describe, test } from 'node:test'
import { type DataOf, defineEvent } from '../../src/define/event.js'
import { compiles, type Equal, type Expect } from './equal.js'

const schema = {
  customerId: 'string',
  name: 'string',
  email: 'string|nullable',
  born: 'date',
  note: 'string|optional',
  method: { type: 'enum', values: ['card', 'bank'] },
} as const

describe('a personal field', () => {
  test('names its subject from the payload, which is typed, and from the id of its actor', () => {
    compiles(() =>
      defineEvent(schema, {
        personal: {
          name: (data, { aggregateId }) => {
            const id: string = data.customerId
            // @ts-expect-error the payload has no such field
            return id + data.customer + aggregateId
          },
          note: () => null,
        },
      }),
    )
  })

  test('is a field of the schema', () => {
    compiles(() =>
      defineEvent(schema, {
        personal: {
          // @ts-expect-error there is no such field
          nmae: () => 'ada',
        },
      }),
    )
  })

  test('that holds no text, or not any text, says what it reads as when forgotten', () => {
    compiles(() =>
      defineEvent(schema, {
        personal: {
          email: { subject: (data) => data.customerId, forgotten: null },
          born: { subject: (data) => data.customerId, forgotten: new Date(0) },
          method: { subject: (data) => data.customerId, forgotten: 'card' },
        },
      }),
    )
    compiles(() =>
      defineEvent(schema, {
        personal: {
          // @ts-expect-error a date cannot read as '[forgotten]'
          born: () => 'ada',
          // @ts-expect-error one of a list of texts cannot either
          method: () => 'ada',
        },
      }),
    )
  })

  test('reads as a value of its own type when forgotten', () => {
    compiles(() =>
      defineEvent(schema, {
        personal: {
          // @ts-expect-error a name is never null
          name: { subject: (data) => data.customerId, forgotten: null },
          // @ts-expect-error there is no such method
          method: { subject: (data) => data.customerId, forgotten: 'cash' },
        },
      }),
    )
  })

  test('leaves the payload what its schema says', () => {
    const Named = defineEvent(
      { id: 'string', name: 'string' },
      { personal: { name: (data) => data.id } },
    )

    compiles(
      (): Expect<Equal<DataOf<typeof Named>, { readonly id: string; readonly name: string }>> =>
        true,
    )
  })

  test('goes with a past: upcasters stay typed beside it', () => {
    compiles(() =>
      defineEvent(
        { id: 'string', name: 'string' },
        {
          version: 2,
          upcast: {
            // @ts-expect-error the name is missing
            1: (data) => ({ id: String(data.id) }),
          },
          personal: { name: (data) => data.id },
        },
      ),
    )
  })
})
