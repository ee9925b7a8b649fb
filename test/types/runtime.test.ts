/**
 * A runtime in a host's hands: what must and must not compile.
 */

import { describe, test } from 'node:test'
import type { Runtime, TimerInfo } from '../../src/index.js'
import { defineHandler, defineProjector, rowType } from '../../src/index.js'
import { compiles, type Equal, type Expect } from './equal.js'
import { Customer, Order, type OrderState } from './shop.js'

interface Row {
  readonly customerId: string
  readonly totalCents: number
}

const Orders = defineProjector('Orders', {
  version: 1,
  from: [Order],
  row: rowType<Row>(),
  indexes: { byCustomer: (row) => [row.customerId] },
  on: {},
})
const Bare = defineProjector('Bare', { version: 1, from: [Order], row: rowType<Row>(), on: {} })
const confirm = defineHandler('confirm', { from: [Order], on: {} })

declare const runtime: Runtime

describe('an actor of a runtime', () => {
  test('takes its commands with their payloads', () => {
    compiles(() => [
      runtime.actor(Order, '1').send('create', { customerId: 'c', lines: [] }),
      runtime.actor(Order, '1').send('pay', { paymentId: 'p', amountCents: 1, method: 'card' }),
      runtime.actor(Order, '1').send('close', {}, { expectedVersion: 3, userId: 'u' }),
      runtime.actor(Customer, '1').send('rename', { name: 'n' }),
      runtime.actor(Customer, '1').send('rename', { name: 'n' }, { until: Orders }),
      runtime.actor(Customer, '1').send('rename', { name: 'n' }, { until: confirm }),
      runtime
        .actor(Customer, '1')
        .send('rename', { name: 'n' }, { until: { view: Bare, timeoutMs: 5 } }),
    ])
  })

  test('refuses commands, fields, values and options that it does not have', () => {
    const order = () => runtime.actor(Order, '1')
    const payment = { paymentId: 'p', amountCents: 1, method: 'card' } as const

    // @ts-expect-error a misspelt command
    compiles(() => order().send('payy', payment))
    // @ts-expect-error a missing field
    compiles(() => order().send('pay', { amountCents: 1, method: 'card' }))
    // @ts-expect-error a misspelt field
    compiles(() => order().send('pay', { ...payment, amountCent: 1 }))
    // @ts-expect-error a value outside of an enum
    compiles(() => order().send('pay', { ...payment, method: 'cash' }))
    // @ts-expect-error the payload of another command
    compiles(() => order().send('create', payment))
    // @ts-expect-error a misspelt option
    compiles(() => order().send('pay', payment, { expectedVersions: 3 }))
    // @ts-expect-error an expected version in words
    compiles(() => order().send('pay', payment, { expectedVersion: 'latest' }))
    // @ts-expect-error what to wait for has no such field
    compiles(() => order().send('pay', payment, { until: { views: Orders } }))
    // @ts-expect-error a view or a handler, not both
    compiles(() => order().send('pay', payment, { until: { view: Orders, handler: confirm } }))
    // @ts-expect-error an actor is nothing to wait for
    compiles(() => order().send('pay', payment, { until: Order }))
    // @ts-expect-error a name alone does not say of what
    compiles(() => order().send('pay', payment, { until: 'Orders' }))
    // @ts-expect-error an id is a text
    compiles(() => runtime.actor(Order, 1))
  })

  test('knows the types of its state, its receipts and its events', () => {
    const state = () => runtime.actor(Order, '1').state()
    const receipt = () => runtime.actor(Customer, '1').send('rename', { name: 'n' })

    compiles((): Expect<Equal<Awaited<ReturnType<typeof state>>, OrderState>> => true)
    compiles(async () => {
      const { version, events } = await receipt()
      const name: string | undefined = events[0]?.data.name
      return `${name}${version.toFixed()}`
    })
    compiles(async () => {
      for await (const event of runtime.actor(Order, '1').events({ afterVersion: 3 })) {
        if (event.type === 'OrderPaid') event.data.paymentId.trim()
        // @ts-expect-error a field of one of the events
        event.data.paymentId
        // @ts-expect-error a type that no event of the actor has
        if (event.type === 'CustomerNamed') break
      }
    })
  })
})

describe('the past of an actor', () => {
  test('is asked for by exactly one of version, position and time', () => {
    const past = () => runtime.actor(Order, '1').state({ version: 3 })

    compiles((): Expect<Equal<Awaited<ReturnType<typeof past>>, OrderState>> => true)
    compiles(() => runtime.actor(Order, '1').diff({ position: 3 }, { at: new Date(0) }))
    // @ts-expect-error two at once
    compiles(() => runtime.actor(Order, '1').state({ version: 3, position: 4 }))
    // @ts-expect-error none
    compiles(() => runtime.actor(Order, '1').state({}))
    // @ts-expect-error a time is a Date
    compiles(() => runtime.actor(Order, '1').state({ at: 0 }))
    // @ts-expect-error a misspelt span
    compiles(() => runtime.actor(Order, '1').events({ recordedAfter: new Date(0) }))
  })
})

describe('scheduling in a runtime', () => {
  test('takes a command that its actor described, and a time', () => {
    compiles(async () => {
      const close = runtime.actor(Order, '1').command('close', {})
      await runtime.schedule('t', close, { at: new Date(), everyMs: 1_000, userId: 'ada' })
      // @ts-expect-error something else than a command
      await runtime.schedule('t', runtime.actor(Order, '1').send('close', {}), { afterMs: 1 })
      // @ts-expect-error misspelt option
      await runtime.schedule('t', close, { afterMs: 1, every: 1_000 })
      // @ts-expect-error no time
      await runtime.schedule('t', close)
      const timer = await runtime.timers.get('t')
      compiles((): Expect<Equal<typeof timer, TimerInfo | undefined>> => true)
    })
  })
})

describe('a transaction of a runtime', () => {
  const order = () => runtime.actor(Order, '1')
  const customer = () => runtime.actor(Customer, '1')
  const payment = { paymentId: 'p', amountCents: 1, method: 'card' } as const

  test('takes commands of several actors, and knows the events of each receipt', () => {
    compiles(async () => {
      const [paid, renamed] = await runtime.transact(
        [order().command('pay', payment), customer().command('rename', { name: 'n' })],
        { commandId: 'c', timeoutMs: 5 },
      )
      const name: string | undefined = renamed.events[0]?.data.name
      // @ts-expect-error an event of the other actor
      if (paid.events[0]?.type === 'CustomerNamed') return
      return name
    })
    compiles(async () => {
      const receipts = await runtime.transact([1, 2].map(() => order().command('close', {})))
      return receipts.map(({ version }) => version)
    })
  })

  test('refuses commands, payloads and options that it does not have', () => {
    // @ts-expect-error a misspelt command
    compiles(() => order().command('payy', payment))
    // @ts-expect-error a missing field
    compiles(() => order().command('pay', { amountCents: 1, method: 'card' }))
    // @ts-expect-error an option of the whole transaction
    compiles(() => order().command('close', {}, { commandId: 'c' }))
    // @ts-expect-error an option of a single command
    compiles(() => runtime.transact([order().command('close', {})], { expectedVersion: 1 }))
    // @ts-expect-error a promise of a receipt is no command
    compiles(() => runtime.transact([order().send('close', {})]))
  })
})

describe('a view of a runtime', () => {
  test('knows the type of its rows and the names of its indexes', () => {
    const row = () => runtime.view(Orders).get('1')

    compiles((): Expect<Equal<Awaited<ReturnType<typeof row>>, Row | undefined>> => true)
    compiles(async () => {
      const { rows, next } = await runtime.view(Orders).find({ index: 'byCustomer', prefix: ['c'] })
      const totals: readonly number[] = rows.map((each) => each.totalCents)
      return [totals, next]
    })
    compiles(() => runtime.view(Bare).find({ limit: 10 }))
  })

  test('refuses an index, an option and a field that it does not have', () => {
    // @ts-expect-error a misspelt index
    compiles(() => runtime.view(Orders).find({ index: 'byCustomers' }))
    // @ts-expect-error a view without indexes
    compiles(() => runtime.view(Bare).find({ index: 'byCustomer' }))
    // @ts-expect-error a misspelt option
    compiles(() => runtime.view(Orders).find({ index: 'byCustomer', reversed: true }))
    // @ts-expect-error a field that rows do not have
    compiles(async () => (await runtime.view(Orders).get('1'))?.status)
    // @ts-expect-error a handler is no view
    compiles(() => runtime.view(confirm))
  })
})

describe('what else a runtime is asked', () => {
  test('takes definitions where it needs them', () => {
    compiles(() => [
      runtime.caughtUp(1, { view: Orders }),
      runtime.caughtUp(1, { handler: confirm, timeoutMs: 5 }),
      runtime.caughtUp(1, { handler: confirm, key: 'Order-1' }),
      runtime.rebuild(Bare),
      runtime.rebuild(Bare, { eventsPerSecondMax: 1_000, onProgress: ({ etaMs }) => etaMs }),
      runtime.verifyView(Bare, { examplesMax: 3 }),
      runtime.handler(confirm).replay({ from: 3, filter: (event) => event.version > 1 }),
      runtime.handler(confirm).pause(),
      runtime.deadLetters.redrive({ handler: confirm, key: 'Order-1' }, { dryRun: true }),
      runtime.deadLetters.discard({ handler: confirm }, { reason: 'gone' }),
    ])
  })

  test('refuses what would be a mistake', () => {
    // @ts-expect-error a discard has a reason
    compiles(() => runtime.deadLetters.discard({ handler: confirm }, {}))
    // @ts-expect-error a cause that keys are not parked for
    compiles(() => runtime.deadLetters.list({ cause: 'BORED' }))
    // @ts-expect-error a projector is no handler
    compiles(() => runtime.handler(Orders))
    // @ts-expect-error a view has no keys to wait for
    compiles(() => runtime.caughtUp(1, { view: Orders, key: 'Order-1' }))
    // @ts-expect-error a misspelt option of a replay
    compiles(() => runtime.handler(confirm).replay({ after: 3 }))
    // @ts-expect-error a handler cannot be verified
    compiles(() => runtime.verifyView(confirm))
    // @ts-expect-error a handler cannot be rebuilt
    compiles(() => runtime.rebuild(confirm))
  })
})
