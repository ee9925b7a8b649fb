/** What an app would break of the data of the one before it: each difference, and nothing else. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { z } from 'zod'
import {
  type AppDefinition,
  checkSchemas,
  defineActor,
  defineApp,
  defineEvent,
  defineHandler,
  defineProjector,
  describeSchemas,
  type EventDefinition,
  type RecordedSchema,
  rowType,
  type SchemaFinding,
  type SchemaLock,
} from '../../src/index.js'

interface Parts {
  readonly actor?: string
  // biome-ignore lint/suspicious/noExplicitAny: events of any payload.
  readonly events?: Readonly<Record<string, EventDefinition<any, any>>>
  readonly commands?: Readonly<Record<string, unknown>>
  readonly snapshot?: { readonly everyEvents: number; readonly version: number }
  readonly unique?: Readonly<Record<string, unknown>>
  readonly projector?: Readonly<Record<string, unknown>> | null
  readonly handler?: Readonly<Record<string, unknown>> | null
  readonly handlerName?: string
}

const Paid = defineEvent({ cents: 'number' })
const Noted = defineEvent({ text: 'string|optional' })

/** An app of one actor, one projector and one handler, with changes. */
function appOf(parts: Parts = {}): AppDefinition {
  const { actor = 'Order', events = { Paid, Noted }, commands = {}, snapshot } = parts
  const Order = defineActor(actor, {
    initialState: () => ({}),
    events,
    evolve: Object.fromEntries(Object.keys(events).map((type) => [type, (state: object) => state])),
    commands: Object.fromEntries(
      Object.entries(commands).map(([name, schema]) => [name, { schema, decide: () => [] }]),
    ),
    ...(snapshot === undefined ? {} : { snapshot }),
    ...(parts.unique === undefined ? {} : { unique: parts.unique }),
  } as never)
  const first = Object.keys(events)[0]!
  const { projector = {}, handler = {}, handlerName = 'mail' } = parts
  const base = { from: [Order], on: { [first]: () => {} } }
  return defineApp({
    actors: [Order],
    projectors:
      projector === null
        ? []
        : [
            defineProjector('Totals', {
              version: 2,
              row: rowType(),
              ...base,
              ...projector,
            } as never),
          ],
    handlers:
      handler === null ? [] : [defineHandler(handlerName, { ...base, ...handler } as never)],
  })
}

function recordedAs(...types: readonly [string, number][]): readonly RecordedSchema[] {
  return types.map(([type, schemaVersion], at) => ({
    aggregateType: 'Order',
    type,
    schemaVersion,
    shapes: [{ number: at + 1, fields: [] }],
    events: 3,
  }))
}

/** What is found, in short. */
function found(findings: readonly SchemaFinding[]): readonly string[] {
  return findings.map(({ severity, kind, where }) => `${severity} ${kind} ${where}`)
}

function check(
  before: Parts,
  after: Parts,
  recorded?: readonly RecordedSchema[],
): readonly string[] {
  return found(checkSchemas(appOf(after), describeSchemas(appOf(before)), recorded))
}

const up = { version: 2, upcast: { 1: () => ({ cents: 1 }) } } as const
const Text = defineEvent({ text: 'string' })
const Signed = defineEvent({ text: 'string' }, { personal: { text: () => 'ann' } })
const Tagged = defineEvent({ text: 'string' }, { tags: ({ text }) => [text] })

interface Case {
  readonly name: string
  readonly before?: Parts
  readonly after: Parts
  readonly recorded?: readonly RecordedSchema[]
  readonly expected: readonly string[]
}

const eventCases: readonly Case[] = [
  { name: 'nothing changed', after: {}, expected: [] },
  {
    name: 'an event is new',
    after: { events: { Paid, Noted, Sent: defineEvent({}) } },
    expected: [],
  },
  {
    name: 'a schema changed with a new version',
    before: { projector: null },
    after: {
      projector: null,
      events: { Paid: defineEvent({ cents: 'number', x: 'any' }, up as never), Noted },
    },
    expected: [],
  },
  {
    name: 'a schema changed without a new version',
    after: { events: { Paid: defineEvent({ euros: 'number' }), Noted } },
    expected: ['breaks event-schema-changed event Order.Paid'],
  },
  {
    name: 'a schema changed without a new version, and nothing of it was recorded',
    after: { events: { Paid: defineEvent({ euros: 'number' }), Noted } },
    recorded: recordedAs(['Noted', 1]),
    expected: ['warns event-schema-changed event Order.Paid'],
  },
  {
    name: 'a schema accepts more without a new version',
    after: { events: { Paid: defineEvent({ cents: 'number', note: 'string|optional' }), Noted } },
    expected: ['warns event-schema-widened event Order.Paid'],
  },
  {
    name: 'a custom function has another text',
    before: { events: { Paid: defineEvent({ a: { type: 'custom', check: () => 1 } }) } },
    after: { events: { Paid: defineEvent({ a: { type: 'custom', check: () => 2 } }) } },
    expected: ['warns event-check-changed event Order.Paid'],
  },
  {
    name: 'a version fell',
    before: { events: { Paid: defineEvent({ cents: 'number' }, up) } },
    after: {},
    expected: ['breaks event-version-lowered event Order.Paid'],
  },
  {
    name: 'a version fell that was never recorded',
    before: { events: { Paid: defineEvent({ cents: 'number' }, up) } },
    after: {},
    recorded: recordedAs(['Paid', 1]),
    expected: ['warns event-version-lowered event Order.Paid'],
  },
  {
    name: 'a version fell at a rename',
    before: {
      events: { Paid: defineEvent({ cents: 'number' }, up) },
      projector: null,
      handler: null,
    },
    after: {
      events: { Settled: defineEvent({ cents: 'number' }, { formerly: ['Paid'] }) },
      projector: null,
      handler: null,
    },
    expected: ['breaks event-version-lowered event Order.Settled'],
  },
  {
    name: 'an event was renamed and says so',
    before: { projector: null, handler: null },
    after: {
      events: { Settled: defineEvent({ cents: 'number' }, { formerly: ['Paid'] }), Noted },
      projector: null,
      handler: null,
    },
    recorded: recordedAs(['Paid', 1]),
    expected: [],
  },
  {
    name: 'an event was renamed and does not say so',
    before: { projector: null, handler: null },
    after: {
      events: { Settled: defineEvent({ cents: 'number' }), Noted },
      projector: null,
      handler: null,
    },
    expected: ['breaks event-renamed event Order.Paid'],
  },
  {
    name: 'an event is gone',
    after: { events: { Paid } },
    expected: ['breaks event-removed event Order.Noted'],
  },
  {
    name: 'an event is gone that the store has',
    after: { events: { Paid } },
    recorded: recordedAs(['Noted', 1]),
    expected: ['breaks event-removed event Order.Noted'],
  },
  {
    name: 'an event is gone that was never recorded',
    after: { events: { Paid } },
    recorded: recordedAs(['Paid', 1]),
    expected: ['warns event-removed event Order.Noted'],
  },
  {
    name: 'an event of the name of what every object inherits is gone',
    before: { events: { Paid, constructor: defineEvent({}) } },
    after: { events: { Paid } },
    expected: ['breaks event-removed event Order.constructor'],
  },
  {
    name: 'a former name was dropped',
    before: { events: { Paid: defineEvent({ cents: 'number' }, { formerly: ['Settled'] }) } },
    after: { events: { Paid } },
    recorded: recordedAs(['Settled', 1]),
    expected: ['breaks event-name-dropped event Order.Settled'],
  },
  {
    name: 'an actor is gone',
    before: { projector: null, handler: null },
    after: { actor: 'Purchase', projector: null, handler: null },
    recorded: recordedAs(['Paid', 1], ['Noted', 1]),
    expected: ['breaks actor-removed actor Order'],
  },
  {
    name: 'an actor is gone that has recorded nothing',
    before: { projector: null, handler: null },
    after: { actor: 'Purchase', projector: null, handler: null },
    recorded: [],
    expected: ['warns actor-removed actor Order'],
  },
  {
    name: 'the store has a type that neither lock nor app knows',
    after: {},
    recorded: recordedAs(['Lost', 1], ['Lost', 2]),
    expected: ['breaks event-unknown event Order.Lost'],
  },
  {
    name: 'the store has a version that neither lock nor app knows',
    after: {},
    recorded: recordedAs(['Paid', 1], ['Paid', 2], ['Paid', 3]),
    expected: ['breaks event-version-unknown event Order.Paid'],
  },
]

const otherCases: readonly Case[] = [
  {
    name: 'a command is gone',
    before: { commands: { pay: { cents: 'number' } } },
    after: {},
    expected: ['warns command-removed command Order.pay'],
  },
  {
    name: 'a command takes less',
    before: { commands: { pay: { cents: 'number' } } },
    after: { commands: { pay: { cents: 'number|min:1' } } },
    expected: ['warns command-changed command Order.pay'],
  },
  {
    name: 'a command takes more',
    before: { commands: { pay: { cents: 'number' } } },
    after: { commands: { pay: { cents: 'number', note: 'string|optional' } } },
    expected: [],
  },
  {
    name: 'an event has a new version, snapshot and projector have not',
    before: { snapshot: { everyEvents: 10, version: 3 } },
    after: {
      snapshot: { everyEvents: 10, version: 3 },
      events: { Paid: defineEvent({ cents: 'number' }, up), Noted },
    },
    expected: [
      'warns snapshot-version-kept actor Order',
      'warns projector-version-kept projector Totals',
    ],
  },
  {
    name: 'an event, its snapshot and its projector have new versions',
    before: { snapshot: { everyEvents: 10, version: 3 } },
    after: {
      snapshot: { everyEvents: 20, version: 4 },
      events: { Paid: defineEvent({ cents: 'number' }, up), Noted },
      projector: { version: 3 },
    },
    expected: [],
  },
  {
    name: 'a field is no longer personal',
    before: { events: { Signed } },
    after: { events: { Signed: Text } },
    expected: ['breaks personal-removed event Order.Signed'],
  },
  {
    name: 'a field became personal',
    before: { events: { Signed: Text } },
    after: { events: { Signed } },
    expected: ['warns personal-added event Order.Signed'],
  },
  {
    name: 'an event got tags',
    before: { events: { Tagged: Text } },
    after: { events: { Tagged } },
    expected: ['warns tags-added event Order.Tagged'],
  },
  {
    name: 'an event lost its tags',
    before: { events: { Tagged } },
    after: { events: { Tagged: Text } },
    expected: ['warns tags-removed event Order.Tagged'],
  },
  {
    name: 'an actor claims something else',
    before: { unique: { email: () => null } },
    after: { unique: { phone: () => null } },
    expected: ['warns claims-added actor Order', 'warns claims-removed actor Order'],
  },
  {
    name: 'a snapshot version fell',
    before: { snapshot: { everyEvents: 10, version: 3 } },
    after: { snapshot: { everyEvents: 10, version: 2 } },
    expected: ['breaks snapshot-version-lowered actor Order'],
  },
  {
    name: 'a projector reads other events under the same version',
    after: { projector: { on: { Paid: () => {}, Noted: () => {} } } },
    expected: ['breaks projector-changed projector Totals'],
  },
  {
    name: 'a projector has another index under the same version',
    after: { projector: { indexes: { byCents: () => [1] } } },
    expected: ['breaks projector-changed projector Totals'],
  },
  {
    name: 'a projector reads other events under a new version',
    after: { projector: { version: 3, on: { Noted: () => {} } } },
    expected: [],
  },
  {
    name: 'a projector skips unknown events now',
    after: { projector: { unknownEvents: 'skip' } },
    expected: ['warns projector-version-kept projector Totals'],
  },
  {
    name: 'the version of a projector fell',
    after: { projector: { version: 1 } },
    expected: ['warns projector-version-lowered projector Totals'],
  },
  {
    name: 'a projector is gone',
    after: { projector: null },
    expected: ['warns projector-removed projector Totals'],
  },
  {
    name: 'the partitions of a handler changed',
    before: { handler: { partitions: 8 } },
    after: { handler: { partitions: 16 } },
    expected: ['breaks partitions-changed handler mail'],
  },
  {
    name: 'a handler was renamed',
    after: { handlerName: 'post' },
    expected: ['breaks handler-renamed handler mail'],
  },
  {
    name: 'a handler is gone',
    after: { handler: null },
    expected: ['warns handler-removed handler mail'],
  },
  {
    name: 'a handler is gone, and another one is new',
    after: { handlerName: 'post', handler: { on: { Noted: () => {} } } },
    expected: ['warns handler-removed handler mail'],
  },
  {
    name: 'a handler handles other events',
    after: { handler: { on: { Noted: () => {} } } },
    expected: ['warns handler-events-changed handler mail'],
  },
  {
    name: 'a retry policy changed',
    after: { handler: { retry: { attemptsMax: 9 } } },
    expected: ['warns retry-changed handler mail'],
  },
  {
    name: 'options of a handler changed',
    after: { handler: { deadLetter: 'event', key: () => 'x' } },
    expected: ['warns handler-changed handler mail'],
  },
]

describe('checking an app against its lock finds what it should when', () => {
  for (const { name, before = {}, after, recorded, expected } of [...eventCases, ...otherCases]) {
    test(name, () => assert.deepEqual(check(before, after, recorded), expected))
  }
})

describe('checking an app against its lock', () => {
  test('puts what breaks first', () => {
    const expected = [
      'breaks event-removed event Order.Noted',
      'breaks partitions-changed handler mail',
      'warns retry-changed handler mail',
      'warns projector-removed projector Totals',
    ]

    const after = { events: { Paid }, projector: null }
    const findings = check({}, { ...after, handler: { partitions: 3, retry: { attemptsMax: 1 } } })

    assert.deepEqual([...findings].sort(), [...expected].sort())
    assert.deepEqual(
      findings.map((each) => each.split(' ')[0]),
      ['breaks', 'breaks', 'warns', 'warns'],
    )
  })

  test('says what happened and what to do, with figures where there are any', () => {
    const lock = describeSchemas(appOf())

    const [unknown] = checkSchemas(appOf(), lock, recordedAs(['Lost', 1], ['Lost', 2]))
    const [renamed] = checkSchemas(
      appOf({
        events: { Settled: defineEvent({ cents: 'number' }), Noted },
        projector: null,
        handler: null,
      }),
      describeSchemas(appOf({ projector: null, handler: null })),
    )

    assert.equal(
      unknown?.what,
      'The store has 6 events of versions 1, 2, the app does not know the type.',
    )
    assert.equal(renamed?.advice, "Add formerly: ['Paid'] to Settled.")
  })

  test('takes the text of the file, and a lock for the app', () => {
    const text = JSON.stringify(describeSchemas(appOf()), null, 2)

    assert.deepEqual(checkSchemas(appOf(), text), [])
    assert.deepEqual(checkSchemas(text, describeSchemas(appOf())), [])
  })

  test('finds a version without an upcaster in a lock, where no definition could have one', () => {
    const { actors, ...rest } = describeSchemas(
      appOf({ events: { Paid: defineEvent({ cents: 'number' }, up), Noted } }),
    )
    const { Paid: paid, ...events } = actors.Order!.events
    const gap = { ...actors.Order!, events: { ...events, Paid: { ...paid!, upcastFrom: [] } } }
    const lock: SchemaLock = { ...rest, actors: { Order: gap } }

    assert.ok(
      found(checkSchemas(lock, describeSchemas(appOf()))).includes(
        'breaks upcaster-missing event Order.Paid',
      ),
    )
  })

  test('says each time that an opaque schema cannot be compared', () => {
    const schema = {
      '~standard': { version: 1, vendor: 'mine', validate: (value: unknown) => ({ value }) },
    } as const
    const opaque = { events: { Paid: defineEvent(schema as never), Text } }

    assert.deepEqual(check(opaque, opaque), ['warns event-schema-opaque event Order.Paid'])
  })

  test('compares schemas of other libraries by their JSON Schema', () => {
    const of = (schema: z.ZodObject): Parts => ({ events: { Paid: defineEvent(schema as never) } })
    const before = of(z.object({ cents: z.int(), at: z.date() }))

    assert.deepEqual(check(before, of(z.object({ at: z.date(), cents: z.int() }))), [])
    assert.deepEqual(check(before, of(z.object({ cents: z.string(), at: z.date() }))), [
      'breaks event-schema-changed event Order.Paid',
    ])
    assert.deepEqual(
      check(before, of(z.object({ cents: z.int(), at: z.date(), note: z.string().nullish() }))),
      ['warns event-schema-widened event Order.Paid'],
    )
  })

  test('refuses what is no app, no lock and no count', () => {
    const lock = describeSchemas(appOf())

    assert.throws(() => describeSchemas({} as never), { code: 'DRAMATIS_INVALID_ARGUMENT' })
    assert.throws(() => checkSchemas({} as never, lock), { code: 'DRAMATIS_LOCK_FILE' })
    assert.throws(() => checkSchemas(appOf(), undefined as never), { code: 'DRAMATIS_LOCK_FILE' })
    for (const recorded of [{}, [null], [{ type: 'Paid' }], recordedAs(['Paid', 0])]) {
      assert.throws(() => checkSchemas(appOf(), lock, recorded as never), {
        code: 'DRAMATIS_INVALID_ARGUMENT',
      })
    }
  })
})
