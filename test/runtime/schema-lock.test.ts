/** The lock of an app: the same text for the same app, and no other file passes for one. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  type AppDefinition,
  checkSchemas,
  defineActor,
  defineApp,
  defineEvent,
  defineHandler,
  defineProjector,
  describeSchemas,
  type LockFileError,
  rowType,
} from '../../src/index.js'

const OrderNoted = defineEvent({ text: 'string' })
const OrderPaid = defineEvent(
  { cents: 'number|integer', at: 'date' },
  {
    version: 3,
    formerly: ['Settled', 'Paid'],
    into: { OrderNoted },
    upcast: { 2: () => [], 1: (data) => data },
  },
)

/** The same app, defined in two orders. */
function appIn(order: 'one' | 'another'): AppDefinition {
  const turned = <T extends object>(all: T): T =>
    order === 'one' ? all : (Object.fromEntries(Object.entries(all).reverse()) as T)
  const Order = defineActor('Order', {
    initialState: () => ({}),
    events: turned({ OrderPaid, OrderNoted }),
    evolve: { OrderPaid: (state) => state, OrderNoted: (state) => state },
    commands: turned({
      pay: { schema: turned({ cents: 'number', note: 'string|trim' }), decide: () => [] },
      note: { schema: {}, decide: () => [] },
    }),
    snapshot: { everyEvents: 100, version: 2 },
  })
  const Stock = defineActor('Stock', {
    initialState: () => ({}),
    events: {},
    evolve: {},
    commands: {},
  })
  const actors = order === 'one' ? [Order, Stock] : [Stock, Order]
  return defineApp({
    actors,
    projectors: [
      defineProjector('Totals', {
        version: 4,
        from: [Order],
        row: rowType<{ cents: number }>(),
        indexes: turned({ byCents: (row) => [row.cents], byRest: () => [] }),
        on: turned({ OrderPaid: () => {}, OrderNoted: () => {} }),
      }),
    ],
    handlers: [
      defineHandler('mail', {
        from: [Order],
        on: { OrderPaid: () => {} },
        partitions: 4,
        retry: { attemptsMax: 9 },
        key: () => 'all',
        startFrom: 7,
      }),
    ],
  })
}

const text = JSON.stringify(describeSchemas(appIn('one')), null, 2)

/** Hashes are part of the format: a lock that was written must be read for ever. */
const expected = {
  format: 1,
  actors: {
    Order: {
      commands: {
        note: {
          schema: { additionalProperties: false, properties: {}, required: [], type: 'object' },
          schemaHash: 'd746974fa9af',
        },
        pay: {
          schema: {
            additionalProperties: false,
            properties: {
              cents: { type: 'number' },
              note: { type: 'string', 'x-dramatis': { trim: true } },
            },
            required: ['cents', 'note'],
            type: 'object',
          },
          schemaHash: '735bdf36dabd',
        },
      },
      events: {
        OrderNoted: {
          formerly: [],
          into: [],
          isTagged: false,
          personal: [],
          schema: {
            additionalProperties: false,
            properties: { text: { type: 'string' } },
            required: ['text'],
            type: 'object',
          },
          schemaHash: '54669b5e6a1b',
          upcastFrom: [],
          version: 1,
        },
        OrderPaid: {
          formerly: ['Paid', 'Settled'],
          into: ['OrderNoted'],
          isTagged: false,
          personal: [],
          schema: {
            additionalProperties: false,
            properties: {
              at: { format: 'date-time', type: 'string' },
              cents: { type: 'integer' },
            },
            required: ['at', 'cents'],
            type: 'object',
          },
          schemaHash: 'c338389ddbc0',
          upcastFrom: [1, 2],
          version: 3,
        },
      },
      snapshot: { version: 2 },
      unique: [],
    },
    Stock: { commands: {}, events: {}, snapshot: null, unique: [] },
  },
  handlers: {
    mail: {
      deadLetter: 'key',
      from: ['Order'],
      keyed: true,
      on: ['OrderPaid'],
      partitions: 4,
      retry: { attemptsMax: 9, delayMs: 100, delayMsMax: 30_000, retriesAtOnce: 1 },
      runsOn: 'worker',
      startFrom: 7,
      timeoutMs: 30_000,
      unknownEvents: 'fail',
    },
  },
  projectors: {
    Totals: {
      from: ['Order'],
      indexes: ['byCents', 'byRest'],
      on: ['OrderNoted', 'OrderPaid'],
      unknownEvents: 'fail',
      version: 4,
    },
  },
  sagas: {},
}

describe('the lock of an app', () => {
  test('has the same text in whatever order the app is defined', () => {
    assert.equal(JSON.stringify(describeSchemas(appIn('another')), null, 2), text)
  })

  test('survives its file', () => {
    assert.deepEqual(JSON.parse(text), describeSchemas(appIn('one')))
    assert.deepEqual(checkSchemas(appIn('another'), text), [])
  })

  test('holds versions, names, schemas, partitions and policies', () => {
    assert.deepEqual(describeSchemas(appIn('one')), expected)
  })
})

/** The lock with one change, made as a person would: to what the file parses to. */
function edited(edit: (lock: Editable) => unknown): string {
  const lock = JSON.parse(text) as Editable
  edit(lock)
  return JSON.stringify(lock)
}

interface Editable {
  [key: string]: Editable
}

describe('a lock file is refused, with the path of what is wrong,', () => {
  const cases: readonly [string, string, string | ((lock: Editable) => unknown)][] = [
    ['that is no JSON', '', '{"format": 1,'],
    ['that has marks of a merge', '', `<<<<<<< ours\n${text}`],
    ['that is a list', 'format', '[]'],
    ['that is empty of everything', 'format', '{}'],
    ['of a newer format', 'format', (lock) => Object.assign(lock, { format: 2 })],
    ['with a key that it does not have', '', (lock) => Object.assign(lock, { more: 1 })],
    ['without a part', 'handlers', (lock) => delete lock.handlers],
    ['with a name that is none', 'actors', (lock) => Object.assign(lock.actors!, { 'a b': {} })],
    [
      'with a version that is none',
      'actors.Order.events.OrderPaid.version',
      (lock) => Object.assign(lock.actors!.Order!.events!.OrderPaid!, { version: '3' }),
    ],
    [
      'with a schema that was edited',
      'actors.Order.events.OrderNoted.schemaHash',
      (lock) => Object.assign(lock.actors!.Order!.events!.OrderNoted!.schema!, { type: 'array' }),
    ],
    [
      'with a schema that is none',
      'actors.Order.events.OrderNoted.schema',
      (lock) => Object.assign(lock.actors!.Order!.events!.OrderNoted!, { schema: 'string' }),
    ],
    [
      'with names that are none',
      'projectors.Totals.on',
      (lock) => Object.assign(lock.projectors!.Totals!, { on: 'OrderPaid' }),
    ],
    [
      'with a policy that is none',
      'handlers.mail.retry.delayMs',
      (lock) => Object.assign(lock.handlers!.mail!.retry!, { delayMs: null }),
    ],
    [
      'with an option that is none',
      'handlers.mail.deadLetter',
      (lock) => Object.assign(lock.handlers!.mail!, { deadLetter: 'none' }),
    ],
    [
      'with a snapshot that is none',
      'actors.Order.snapshot.version',
      (lock) => delete lock.actors!.Order!.snapshot!.version,
    ],
  ]
  for (const [name, path, given] of cases) {
    test(name, () => {
      const lock = typeof given === 'string' ? given : edited(given)

      assert.throws(
        () => checkSchemas(appIn('one'), lock),
        (error: LockFileError) => {
          assert.equal(error.code, 'DRAMATIS_LOCK_FILE')
          assert.equal(error.path, path)
          assert.match(error.message, /Nothing was compared/)
          return true
        },
      )
    })
  }

  test('whatever JSON it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const given = value !== null && typeof value === 'object' ? { format: 1, ...value } : value
        assert.throws(() => checkSchemas(appIn('one'), given as never), {
          code: 'DRAMATIS_LOCK_FILE',
        })
      }),
    )
  })
})
