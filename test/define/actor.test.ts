/**
 * `defineActor` and `defineEvent`: what a description holds, and what is refused on sight.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { defineActor } from '../../src/define/actor.js'
import { defineEvent } from '../../src/define/event.js'
import { badTypeNames, Counter, counterWith, invalid } from './counter.js'

describe('an event definition', () => {
  test('has its schema and version 1, unless told otherwise', () => {
    const definition = defineEvent({ a: 'string' })

    assert.deepEqual([definition.schema, definition.version], [{ a: 'string' }, 1])
    assert.equal(defineEvent({}, { version: 3 }).version, 3)
  })

  test('has no past unless told of one', () => {
    const { upcast, formerly, into } = defineEvent({})

    assert.deepEqual([Object.keys(upcast), formerly, Object.keys(into)], [[], [], []])
  })

  test('does not change when the object it was made from does', () => {
    const schema: Record<string, string> = { a: 'string' }
    const definition = defineEvent(schema)

    schema.b = 'string'

    assert.deepEqual(definition.schema, { a: 'string' })
    assert.ok(Object.isFrozen(definition))
    assert.ok(Object.isFrozen(definition.schema))
  })

  test('is refused without a schema', () => {
    for (const schema of [undefined, null, 'string', ['string']]) {
      assert.throws(() => defineEvent(schema as never), invalid('schema', /an object/))
    }
  })

  test('is refused with a version that is no positive integer', () => {
    for (const version of [0, -1, 1.5, '2', Number.NaN, 1_000_001]) {
      assert.throws(
        () => defineEvent({}, { version: version as never }),
        invalid('version', /an integer from 1 to 1000000/),
      )
    }
  })

  test('is refused with an upcaster that no version leads to, or that is no function', () => {
    const upcaster = (): object => ({})
    for (const key of ['0', '2', '-1', '1.5', '01', 'one']) {
      assert.throws(
        () => defineEvent({}, { version: 2, upcast: { 1: upcaster, [key]: upcaster } } as never),
        invalid('upcast', /under versions from 1 to 1 only/),
      )
    }
    assert.throws(
      () => defineEvent({}, { upcast: { 1: upcaster } } as never),
      invalid('upcast', /left out for version 1/),
    )
    assert.throws(
      () => defineEvent({}, { version: 2, upcast: { 1: {} } } as never),
      invalid('upcast[1]', /a function/),
    )
  })

  test('is refused with former names that cannot be names', () => {
    assert.throws(() => defineEvent({}, { formerly: 'Old' } as never), invalid('formerly', /array/))
    assert.throws(
      () => defineEvent({}, { formerly: ['Old', 'a-b'] }),
      invalid('formerly', /got "a-b"/),
    )
  })

  test('is refused with an option that nobody reads', () => {
    assert.throws(
      () => defineEvent({}, { verson: 2 } as never),
      invalid('options of an event', /got "verson"/),
    )
  })
})

describe('an actor definition', () => {
  test('holds what it was given, frozen', () => {
    assert.equal(Counter.name, 'Counter')
    assert.deepEqual(Counter.initialState(), { count: 0 })
    assert.deepEqual(Object.keys(Counter.events), ['CountChanged', 'CountReset'])
    assert.deepEqual(Object.keys(Counter.commands), ['change', 'reset'])
    for (const part of [Counter, Counter.events, Counter.evolve, Counter.commands]) {
      assert.ok(Object.isFrozen(part))
    }
  })

  test('makes events of its own types, and of no others', () => {
    const event = Counter.creators.CountChanged({ by: 2 })

    assert.deepEqual(event, { type: 'CountChanged', data: { by: 2 } })
    assert.deepEqual(Object.keys(Counter.creators), ['CountChanged', 'CountReset'])
  })

  test('finds no event, command or creator under the names that every object has', () => {
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
      for (const part of [Counter.events, Counter.commands, Counter.evolve, Counter.creators]) {
        assert.equal((part as Readonly<Record<string, unknown>>)[name], undefined, name)
      }
    }
  })

  test('may name an event or a command like a method of every object', () => {
    const Odd = defineActor('Odd', {
      initialState: () => ({}),
      events: { toString: defineEvent({}) },
      evolve: { toString: (state) => state },
      commands: { constructor: { schema: {}, decide: () => [] } },
    })

    assert.deepEqual(Odd.creators.toString({}), { type: 'toString', data: {} })
  })

  test('keeps no snapshots unless told to', () => {
    assert.equal(Counter.snapshot, null)
  })

  test('completes its snapshot options', () => {
    const actor = defineActor('Counter', counterWith({ snapshot: { everyEvents: 100 } }))

    assert.deepEqual(actor.snapshot, {
      everyEvents: 100,
      onPassivation: false,
      version: 1,
      when: null,
    })
  })
})

describe('an actor is refused', () => {
  test('under a name that cannot be one', () => {
    for (const name of badTypeNames) {
      assert.throws(
        () => defineActor(name as string, counterWith({})),
        invalid('name of an actor', /Expected name of an actor to be a letter/),
      )
    }
  })

  const withPart: readonly (readonly [name: string, changes: object, argument: string, RegExp])[] =
    [
      ['a misspelt part', { evolves: {} }, 'actor C', /an object of only initialState, events/],
      ['no initial state', { initialState: { count: 0 } }, 'C.initialState', /a function/],
      ['no events', { events: undefined }, 'C.events', /an object, got undefined/],
      ['events in an array', { events: [] }, 'C.events', /an object, got an array/],
      ['a bare schema as an event', { events: { A: 'x' } }, 'C.events.A', /made by defineEvent/],
      ['null as an event', { events: { A: null } }, 'C.events.A', /made by defineEvent/],
      [
        'a bad name of an event',
        { events: { 'a-b': Counter.events.CountReset } },
        'event of C',
        /./,
      ],
      ['no evolve', { evolve: null }, 'C.evolve', /an object, got null/],
      ['an event without evolve', { evolve: {} }, 'C.evolve.CountChanged', /a function/],
      [
        'an evolve without event',
        { evolve: { ...Counter.evolve, Other: () => ({}) } },
        'C.evolve',
        /functions for events of C only, got "Other"/,
      ],
      ['no commands', { commands: undefined }, 'C.commands', /an object/],
      ['a bad name of a command', { commands: { 'a b': {} } }, 'command of C', /./],
      ['null as a command', { commands: { go: null } }, 'C.commands.go', /an object/],
      [
        'a command without decide',
        { commands: { go: { schema: {} } } },
        'C.commands.go.decide',
        /a function, got undefined/,
      ],
      [
        'a command without schema',
        { commands: { go: { decide: () => [] } } },
        'C.commands.go.schema',
        /a Standard Schema, got undefined/,
      ],
      [
        'a misspelt part of a command',
        { commands: { go: { schema: {}, decide: () => [], prepair: () => {} } } },
        'C.commands.go',
        /got "prepair"/,
      ],
      [
        'a prepare that is no function',
        { commands: { go: { schema: {}, decide: () => [], prepare: true } } },
        'C.commands.go.prepare',
        /a function/,
      ],
      ['no snapshot rule', { snapshot: { version: 2 } }, 'C.snapshot', /given a rule/],
      [
        'no snapshot rule but a no',
        { snapshot: { onPassivation: false } },
        'C.snapshot',
        /given a rule/,
      ],
      ['a snapshot rule that is none', { snapshot: { when: true } }, 'C.snapshot.when', /function/],
      [
        'snapshots on passivation, perhaps',
        { snapshot: { onPassivation: 'yes' } },
        'C.snapshot.onPassivation',
        /true or false/,
      ],
      [
        'snapshots of nothing',
        { snapshot: { everyEvents: 0 } },
        'C.snapshot.everyEvents',
        /from 1/,
      ],
      [
        'a snapshot version below 1',
        { snapshot: { everyEvents: 1, version: 0 } },
        'C.snapshot.version',
        /from 1/,
      ],
      ['a misspelt snapshot option', { snapshot: { every: 1 } }, 'C.snapshot', /got "every"/],
    ]

  for (const [name, changes, argument, message] of withPart) {
    test(`with ${name}`, () => {
      assert.throws(() => defineActor('C', counterWith({ ...changes })), invalid(argument, message))
    })
  }

  test('with an event named like a method of every object that has no evolve of its own', () => {
    assert.throws(
      () => defineActor('C', counterWith({ events: { toString: defineEvent({}) }, evolve: {} })),
      invalid('C.evolve.toString', /a function, got undefined/),
    )
  })

  test('without a definition', () => {
    assert.throws(() => defineActor('C', undefined as never), invalid('actor C', /an object/))
  })
})

describe('the past of events is refused by an actor', () => {
  const Noted = defineEvent({ text: 'string' })
  const renamed = defineEvent({}, { formerly: ['Counted', 'CountReset'] })

  function actorWith(events: Readonly<Record<string, unknown>>): unknown {
    const evolve = Object.fromEntries(Object.keys(events).map((type) => [type, () => ({})]))
    return defineActor('Counter', counterWith({ events, evolve, commands: {} }))
  }

  test('with a version that nothing leads on from, naming every one', () => {
    const Counted = defineEvent({}, { version: 4, upcast: { 2: () => ({}) } } as never)

    assert.throws(() => actorWith({ Counted }), {
      code: 'DRAMATIS_UPCAST_GAP',
      type: 'Counted',
      schemaVersion: 4,
      missing: [1, 3],
    })
  })

  test('with a former name that is still in use', () => {
    assert.throws(
      () => actorWith({ CountChanged: renamed, CountReset: Counter.events.CountReset }),
      invalid('Counter.events.CountChanged.formerly', /got "CountReset"/),
    )
  })

  test('with a target that is not the event of that name in the same actor', () => {
    const other = defineEvent({ text: 'string' })
    for (const events of [{}, { Noted: other }]) {
      const Counted = defineEvent({}, { into: { Noted } })
      assert.throws(
        () => actorWith({ Counted, ...events }),
        invalid('Counter.events.Counted.into', /got "Noted"/),
      )
    }
  })
})
