/**
 * `defineApp`: names are unique, parts are what they claim, host and worker can compare notes.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type AnyActor, defineActor } from '../../src/define/actor.js'
import {
  type AppDefinition,
  defineApp,
  fingerprintOf,
  isAppDefinition,
} from '../../src/define/app.js'
import { defineEvent } from '../../src/define/event.js'
import { defineHandler, type HandlerDefinition } from '../../src/define/handler.js'
import { type AnyProjector, defineProjector, rowType } from '../../src/define/projector.js'
import { Counter, counterWith, invalid } from './counter.js'

function projector(name: string, version = 1): AnyProjector {
  return defineProjector(name, {
    version,
    from: [Counter],
    row: rowType<{ count: number }>(),
    on: { CountChanged: () => {} },
  })
}

function handler(name: string, partitions = 4): HandlerDefinition {
  return defineHandler(name, { from: [Counter], on: { CountReset: () => {} }, partitions })
}

function actor(name: string, event: string): AnyActor {
  return defineActor(
    name,
    counterWith({
      events: { [event]: defineEvent({}) },
      evolve: { [event]: () => ({ count: 0 }) },
      commands: {},
    }),
  )
}

const app = defineApp({
  actors: [Counter],
  projectors: [projector('Counts')],
  handlers: [handler('counted')],
})

function duplicate(kind: string, duplicateName: string): object {
  return { code: 'DRAMATIS_DUPLICATE_NAME', kind, duplicateName }
}

describe('an app', () => {
  test('holds its actors, projectors and handlers, frozen', () => {
    assert.deepEqual(app.actors, [Counter])
    assert.deepEqual(
      [...app.projectors, ...app.handlers].map((each) => each.name),
      ['Counts', 'counted'],
    )
    for (const part of [app, app.actors, app.projectors, app.handlers]) {
      assert.ok(Object.isFrozen(part))
    }
  })

  test('needs neither projectors nor handlers', () => {
    const bare = defineApp({ actors: [Counter] })

    assert.deepEqual([bare.projectors, bare.handlers], [[], []])
  })

  test('may give a projector, a handler and an actor the same name', () => {
    defineApp({
      actors: [Counter],
      projectors: [projector('Counter')],
      handlers: [handler('Counter')],
    })
  })
})

describe('an app is refused', () => {
  test('with two actors of one name', () => {
    assert.throws(
      () => defineApp({ actors: [Counter, actor('Counter', 'Other')] }),
      duplicate('actor', 'Counter'),
    )
  })

  test('with the same event in two actors', () => {
    assert.throws(
      () => defineApp({ actors: [Counter, actor('Other', 'CountReset')] }),
      duplicate('event', 'CountReset'),
    )
  })

  test('with a former name that is the name of another event, or its former name too', () => {
    const renamed = (name: string, event: string, formerly: string[]): AnyActor =>
      defineActor(
        name,
        counterWith({
          events: { [event]: defineEvent({}, { formerly }) },
          evolve: { [event]: () => ({ count: 0 }) },
          commands: {},
        }),
      )

    assert.throws(
      () => defineApp({ actors: [Counter, renamed('Other', 'OtherReset', ['CountReset'])] }),
      duplicate('event', 'CountReset'),
    )
    assert.throws(
      () =>
        defineApp({
          actors: [renamed('A', 'ANow', ['Before']), renamed('B', 'BNow', ['Before'])],
        }),
      duplicate('event', 'Before'),
    )
  })

  test('with two projectors of one name, also when only the case differs', () => {
    assert.throws(
      () =>
        defineApp({ actors: [Counter], projectors: [projector('Counts'), projector('counts')] }),
      duplicate('projector', 'counts'),
    )
  })

  test('with two handlers of one name', () => {
    assert.throws(
      () => defineApp({ actors: [Counter], handlers: [handler('counted'), handler('counted')] }),
      duplicate('handler', 'counted'),
    )
  })

  test('with a projector or a handler of an actor that it does not have', () => {
    const other = actor('Other', 'OtherChanged')

    assert.throws(
      () => defineApp({ actors: [other], projectors: [projector('Counts')] }),
      invalid('Counts.from', /actors of the same app, got "Counter"/),
    )
    assert.throws(
      () => defineApp({ actors: [other], handlers: [handler('counted')] }),
      invalid('counted.from', /actors of the same app, got "Counter"/),
    )
  })

  test('with parts in the wrong place', () => {
    const parts = {
      actors: [Counter],
      projectors: [projector('Counts')],
      handlers: [handler('counted')],
    }

    assert.throws(
      () => defineApp({ ...parts, projectors: parts.handlers as never }),
      invalid('app.projectors', /made by defineProjector/),
    )
    assert.throws(
      () => defineApp({ ...parts, handlers: parts.projectors as never }),
      invalid('app.handlers', /made by defineHandler/),
    )
    assert.throws(
      () => defineApp({ ...parts, actors: [undefined] as never }),
      invalid('app.actors', /made by defineActor, got undefined/),
    )
  })

  test('with parts that are no arrays, and with parts that nobody reads', () => {
    assert.throws(() => defineApp({} as never), invalid('app.actors', /an array, got undefined/))
    assert.throws(() => defineApp(undefined as never), invalid('app', /an object/))
    assert.throws(
      () => defineApp({ actors: [Counter], projecters: [] } as never),
      invalid('app', /got "projecters"/),
    )
  })
})

describe('what a module exports', () => {
  test('is an app only when defineApp made it', () => {
    const { actors, projectors, handlers } = app

    assert.ok(isAppDefinition(app))
    for (const other of [undefined, null, 'app', Counter, {}, { actors, projectors, handlers }]) {
      assert.equal(isAppDefinition(other), false)
    }
  })
})

describe('the fingerprint of an app', () => {
  function appWith(changes: Partial<AppDefinition>): AppDefinition {
    return defineApp({ ...{ actors: app.actors, projectors: app.projectors }, ...changes })
  }

  test('does not depend on the order of its parts', () => {
    const one = appWith({ handlers: [handler('a'), handler('b')] })
    const other = appWith({ handlers: [handler('b'), handler('a')] })

    assert.equal(fingerprintOf(one), fingerprintOf(other))
  })

  test('changes with any name, event, version or number of partitions', () => {
    const other = actor('Other', 'OtherChanged')
    const apps = [
      app,
      appWith({}),
      appWith({ actors: [...app.actors, other] }),
      appWith({ actors: [...app.actors, actor('Other', 'OtherNamed')] }),
      appWith({ projectors: [projector('Totals')] }),
      appWith({ projectors: [projector('Counts', 2)] }),
      appWith({ handlers: [handler('counted', 8)] }),
      appWith({ handlers: [handler('other')] }),
    ]

    assert.equal(new Set(apps.map(fingerprintOf)).size, apps.length)
  })

  test('changes with the former names and the targets of an event', () => {
    const Noted = defineEvent({})
    const options: Parameters<typeof defineEvent>[1][] = [
      {},
      { formerly: ['Old'] },
      { formerly: ['Older', 'Old'] },
      { into: { Noted } },
    ]

    const apps = options.map((each) =>
      defineApp({
        actors: [
          defineActor(
            'Other',
            counterWith({
              events: { Changed: defineEvent({}, each), Noted },
              evolve: { Changed: () => ({ count: 0 }), Noted: () => ({ count: 0 }) },
              commands: {},
            }),
          ),
        ],
      }),
    )

    assert.equal(new Set(apps.map(fingerprintOf)).size, apps.length)
  })

  test('changes with the schema version of an event', () => {
    const newer = defineActor(
      'Counter',
      counterWith({
        events: {
          ...Counter.events,
          CountReset: defineEvent({}, { version: 3, upcast: { 1: () => ({}), 2: () => ({}) } }),
        },
      }),
    )

    assert.notEqual(
      fingerprintOf(defineApp({ actors: [newer] })),
      fingerprintOf(defineApp({ actors: [Counter] })),
    )
  })
})
