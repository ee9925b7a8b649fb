/**
 * Projectors: what must and must not compile.
 */

import { describe, test } from 'node:test'
import { defineProjector, type ProjectorDefinition, rowType } from '../../src/define/projector.js'
import { compiles, type Equal, type Expect } from './equal.js'
import { Customer, Order } from './shop.js'

interface Row {
  readonly customerId: string
  readonly totalCents: number
  readonly paid?: boolean
}

const row = rowType<Row>()

describe('a projector infers', () => {
  test('its name, the type of its rows and the names of its indexes', () => {
    const Orders = defineProjector('Orders', {
      version: 1,
      from: [Order],
      row,
      indexes: {
        byCustomer: (each) => [each.customerId, each.totalCents],
        byPaid: (each) => (each.paid === true ? [true] : null),
      },
      on: {},
    })
    type Expected = ProjectorDefinition<'Orders', Row, 'byCustomer' | 'byPaid'>

    compiles((): Expect<Equal<typeof Orders, Expected>> => true)
  })

  test('that it has no index when none is given', () => {
    const Orders = defineProjector('Orders', { version: 1, from: [Order], row, on: {} })

    compiles((): Expect<Equal<typeof Orders, ProjectorDefinition<'Orders', Row, never>>> => true)
  })

  test('the event and the writer of each reaction, from every actor it reads', () => {
    compiles(() =>
      defineProjector('Orders', {
        version: 1,
        from: [Order, Customer],
        row,
        on: {
          OrderCreated: (event, view) => {
            const type: 'OrderCreated' = event.type
            const note: string | undefined = event.data.note
            view.put(`${event.aggregateId}${type}${note}`, {
              customerId: event.data.customerId,
              totalCents: event.data.totalCents,
            })
          },
          OrderPaid: (event, view) => {
            view.update(event.aggregateId, (each) => ({ ...each, paid: true }))
          },
          CustomerNamed: (event, view) => {
            const known: Row | undefined = view.get(event.data.name)
            if (known !== undefined) view.remove(event.data.name)
            view.upsert('all', (each) => each ?? { customerId: '', totalCents: 0 })
          },
        },
      }),
    )
  })
})

describe('a projector does not compile', () => {
  test('with a reaction to an event that none of its actors has', () => {
    compiles(() =>
      defineProjector('Orders', {
        version: 1,
        from: [Order],
        row,
        on: {
          // @ts-expect-error a misspelt event
          OrderPayed: () => {},
        },
      }),
    )
    compiles(() =>
      defineProjector('Orders', {
        version: 1,
        from: [Order],
        row,
        on: {
          // @ts-expect-error an event of an actor that is not read
          CustomerNamed: () => {},
        },
      }),
    )
  })

  test('with a field that an event does not have', () => {
    compiles(() =>
      defineProjector('Orders', {
        version: 1,
        from: [Order],
        row,
        on: {
          OrderPaid: (event) => {
            // @ts-expect-error a field of another event
            event.data.customerId
            // @ts-expect-error a payload is frozen
            event.data.amountCents = 1
          },
        },
      }),
    )
  })

  test('with a row of another type', () => {
    compiles(() =>
      defineProjector('Orders', {
        version: 1,
        from: [Order],
        row,
        on: {
          OrderCreated: (event, view) => {
            // @ts-expect-error a missing field
            view.put(event.aggregateId, { customerId: 'c' })
            // @ts-expect-error a misspelt field
            view.put(event.aggregateId, { customerId: 'c', totalCents: 1, payed: true })
            // @ts-expect-error a row that may not be there
            view.upsert(event.aggregateId, (each) => ({ ...each, paid: true }))
            // @ts-expect-error a field that rows do not have
            view.get(event.aggregateId)?.status
          },
        },
      }),
    )
  })

  test('with an index over a field that rows do not have, or that returns no key', () => {
    compiles(() =>
      defineProjector('Orders', {
        version: 1,
        from: [Order],
        row,
        indexes: {
          // @ts-expect-error a misspelt field
          byCustomer: (each) => [each.customerID],
          // @ts-expect-error a key is a list
          byTotal: (each) => each.totalCents,
          // @ts-expect-error a part of a key is no object
          byRow: (each) => [each],
        },
        on: {},
      }),
    )
  })

  test('without a version or the type of its rows', () => {
    // @ts-expect-error no version
    compiles(() => defineProjector('Orders', { from: [Order], row, on: {} }))
    // @ts-expect-error no row type
    compiles(() => defineProjector('Orders', { version: 1, from: [Order], on: {} }))
  })

  test('with a misspelt part', () => {
    // @ts-expect-error a misspelt part
    compiles(() => defineProjector('Orders', { version: 1, from: [Order], row, on: {}, index: {} }))
  })
})
