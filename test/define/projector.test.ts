/**
 * `defineProjector`: what a description of a view holds, and what is refused on sight.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { defineProjector, rowType } from '../../src/define/projector.js'
import { badTypeNames, Counter, invalid } from './counter.js'

const row = rowType<{ count: number }>()

function projectorWith(changes: Readonly<Record<string, unknown>>, name: unknown): unknown {
  return defineProjector(
    name as string,
    { version: 1, from: [Counter], row, on: {}, ...changes } as never,
  )
}

describe('a projector definition', () => {
  test('holds what it was given, frozen', () => {
    const react = (): void => {}
    const Counts = defineProjector('Counts', {
      version: 2,
      from: [Counter],
      row,
      indexes: { byCount: (counted) => [counted.count] },
      on: { CountChanged: react },
    })

    assert.equal(Counts.name, 'Counts')
    assert.equal(Counts.version, 2)
    assert.deepEqual(Counts.from, [Counter])
    assert.equal(Counts.on.CountChanged, react)
    assert.deepEqual(Counts.indexes.byCount?.({ count: 3 }), [3])
    for (const part of [Counts, Counts.from, Counts.on, Counts.indexes]) {
      assert.ok(Object.isFrozen(part))
    }
  })

  test('has no indexes unless told to', () => {
    const Counts = defineProjector('Counts', { version: 1, from: [Counter], row, on: {} })

    assert.deepEqual(Object.keys(Counts.indexes), [])
  })

  test('fails at unknown events unless told to skip them', () => {
    const options = { version: 1, from: [Counter], row, on: {} }

    assert.equal(defineProjector('Counts', options).unknownEvents, 'fail')
    assert.equal(
      defineProjector('Counts', { ...options, unknownEvents: 'skip' }).unknownEvents,
      'skip',
    )
    assert.throws(
      () => defineProjector('Counts', { ...options, unknownEvents: 'ignore' as never }),
      invalid('Counts.unknownEvents', /one of 'fail', 'skip'/),
    )
  })

  test('finds no reaction under the names that every object has', () => {
    const Counts = defineProjector('Counts', { version: 1, from: [Counter], row, on: {} })

    assert.equal(Counts.on.toString, undefined)
    assert.equal((Counts.indexes as Record<string, unknown>).constructor, undefined)
  })
})

describe('a projector is refused', () => {
  test('under a name that cannot be one', () => {
    for (const name of badTypeNames) {
      assert.throws(() => projectorWith({}, name), invalid('name of a projector', /a type name/))
    }
  })

  const withPart: readonly (readonly [name: string, changes: object, argument: string, RegExp])[] =
    [
      ['a misspelt part', { index: {} }, 'projector Counts', /got "index"/],
      ['no version', { version: undefined }, 'Counts.version', /an integer from 1/],
      ['version 0', { version: 0 }, 'Counts.version', /an integer from 1/],
      ['no actors', { from: undefined }, 'projector Counts.from', /an array, got undefined/],
      ['one actor, not in an array', { from: Counter }, 'projector Counts.from', /an array/],
      ['something else than an actor', { from: [undefined] }, 'projector Counts.from', /an object/],
      ['no reactions', { on: undefined }, 'projector Counts.on', /an object/],
      [
        'a reaction to an event of no such name',
        { on: { CountChangd: () => {} } },
        'projector Counts.on',
        /events of Counter, got "CountChangd"/,
      ],
      [
        'a reaction to an event named like a method of every object',
        { on: { toString: () => {} } },
        'projector Counts.on',
        /events of Counter, got "toString"/,
      ],
      [
        'a reaction when it reads no actor',
        { from: [], on: { CountChanged: () => {} } },
        'projector Counts.on',
        /events of no actor/,
      ],
      [
        'a reaction that is no function',
        { on: { CountChanged: 'put' } },
        'projector Counts.on.CountChanged',
        /a function/,
      ],
      ['indexes in an array', { indexes: [] }, 'Counts.indexes', /an object/],
      [
        'an index that is no function',
        { indexes: { by: 'count' } },
        'Counts.indexes.by',
        /function/,
      ],
      ['a bad name of an index', { indexes: { 'a-b': () => [] } }, 'name of Counts.indexes', /./],
    ]

  for (const [name, changes, argument, message] of withPart) {
    test(`with ${name}`, () => {
      assert.throws(() => projectorWith({ ...changes }, 'Counts'), invalid(argument, message))
    })
  }
})
