/** Payloads checked by schemas of other libraries, and by schemas that misbehave. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type } from 'arktype'
import fc from 'fast-check'
import * as v from 'valibot'
import { z } from 'zod'
import type { InvalidSchemaError, SchemaMismatchError } from '../../src/events/errors.js'
import { compileSchema } from '../../src/events/schema.js'
import type { StandardSchema } from '../../src/events/standard-schema.js'

const schemas: Readonly<Record<string, StandardSchema>> = {
  zod: z.object({
    id: z.string().min(2),
    cents: z.string().transform(Number).pipe(z.int()),
    at: z.date(),
    lines: z.array(z.object({ sku: z.string() })).default([]),
  }),
  valibot: v.object({
    id: v.pipe(v.string(), v.minLength(2)),
    cents: v.pipe(v.string(), v.transform(Number), v.integer()),
    at: v.date(),
    lines: v.optional(v.array(v.object({ sku: v.string() })), []),
  }),
  arktype: type({
    id: 'string >= 2',
    cents: 'string.integer.parse',
    at: 'Date',
    lines: type({ sku: 'string' })
      .array()
      .default(() => []),
  }),
}

/** A schema made by hand, whose validate does what it is told. */
function schemaOf(validate: (value: unknown) => unknown): StandardSchema {
  return { '~standard': { version: 1, vendor: 'test', validate: validate as never } }
}

for (const [vendor, schema] of Object.entries(schemas)) {
  describe(`a schema of ${vendor}`, () => {
    const { check } = compileSchema('event Paid', schema)

    test('makes the payload that is recorded: defaults, transforms, known fields', () => {
      const payload = check({ id: 'p1', cents: '12', at: new Date(7) })

      assert.deepEqual(payload, { id: 'p1', cents: 12, at: new Date(7), lines: [] })
      assert.ok(Object.isFrozen(payload))
      assert.ok(Object.isFrozen(payload.lines))
    })

    test('reports every issue with its path', () => {
      const payload = { id: 'p', cents: '12', at: 'now', lines: [{ sku: 'a' }, { sku: 1 }] }

      assert.throws(
        () => check(payload),
        (error: SchemaMismatchError) => {
          assert.equal(error.code, 'DRAMATIS_SCHEMA_MISMATCH')
          assert.deepEqual(error.issues.map(({ path }) => path).sort(), [
            'at',
            'id',
            'lines[1].sku',
          ])
          for (const { message } of error.issues) assert.ok(message.length > 0)
          return true
        },
      )
    })

    test('leaves what it was given as it is', () => {
      const payload = { id: 'p1', cents: '12', at: new Date(7), lines: [{ sku: 'a', more: 1 }] }
      const before = structuredClone(payload)

      check(payload)

      assert.deepEqual(payload, before)
    })
  })
}

test('what the libraries make of a payload is the same', () => {
  const [first, ...others] = Object.values(schemas).map((each) => compileSchema('event Paid', each))
  const payloads = fc.record({
    id: fc.string({ minLength: 2 }),
    cents: fc.integer({ min: 0, max: 1_000_000 }).map(String),
    at: fc.date({ noInvalidDate: true }),
    lines: fc.array(fc.record({ sku: fc.string() })),
  })

  fc.assert(
    fc.property(payloads, (payload) => {
      const expected = first!.check(payload)
      for (const other of others) assert.deepEqual(other.check(payload), expected)
    }),
  )
})

describe('a Standard Schema', () => {
  test('that checks asynchronously is refused, and its rejection harms nobody', () => {
    const { check } = compileSchema(
      'command Order.pay',
      schemaOf(() => Promise.reject(new Error('late'))),
    )

    assert.throws(
      () => check({}),
      (error: InvalidSchemaError) => {
        assert.equal(error.code, 'DRAMATIS_INVALID_SCHEMA')
        assert.equal(error.subject, 'command Order.pay')
        assert.match(error.message, /asynchronously/)
        return true
      },
    )
  })

  test('of zod that turns out to be asynchronous is refused', () => {
    const { check } = compileSchema(
      'event Paid',
      z.object({ a: z.string().refine(async () => true) }),
    )

    assert.throws(() => check({ a: 'x' }), { code: 'DRAMATIS_INVALID_SCHEMA' })
  })

  test('that throws has found a payload that does not fit', () => {
    const { check } = compileSchema(
      'event Paid',
      schemaOf(() => {
        throw new Error('boom')
      }),
    )

    assert.throws(() => check({}), {
      code: 'DRAMATIS_SCHEMA_MISMATCH',
      issues: [{ path: '', message: 'cannot be checked: boom.' }],
    })
  })

  test('that returns no result is refused', () => {
    const hostile = {
      get value() {
        throw new Error('boom')
      },
    }
    for (const result of [
      undefined,
      null,
      true,
      'yes',
      {},
      { issues: 'many' },
      { issues: [null] },
    ]) {
      const { check } = compileSchema(
        'event Paid',
        schemaOf(() => result),
      )

      assert.throws(() => check({}), { code: 'DRAMATIS_INVALID_SCHEMA' }, JSON.stringify(result))
    }
    const { check } = compileSchema(
      'event Paid',
      schemaOf(() => hostile),
    )
    assert.throws(() => check({}), { code: 'DRAMATIS_INVALID_SCHEMA' })
  })

  test('that makes what no event may hold is refused with the path', () => {
    const values: readonly [unknown, string][] = [
      [{ a: { b: undefined } }, 'output of event Paid.a.b'],
      [{ a: new Map() }, 'output of event Paid.a'],
      [{ a: [1, Number.NaN] }, 'output of event Paid.a[1]'],
      [{ a: Symbol('x') }, 'output of event Paid.a'],
      ['text', 'output of event Paid'],
    ]
    for (const [value, path] of values) {
      const { check } = compileSchema(
        'event Paid',
        schemaOf(() => ({ value })),
      )

      assert.throws(() => check({}), { code: 'DRAMATIS_EVENT_VALUE', path })
    }
  })

  test('is never given what no event may hold', () => {
    let calls = 0
    const schema = schemaOf((value) => {
      calls++
      return { value }
    })

    assert.throws(() => compileSchema('event Paid', schema).check({ a: () => 1 }), {
      code: 'DRAMATIS_EVENT_VALUE',
    })
    assert.equal(calls, 0)
  })

  test('cannot change later what it returned', () => {
    const kept: { list: number[] }[] = []
    const schema = schemaOf(() => {
      const value = { list: [1] }
      kept.push(value)
      return { value }
    })

    const payload = compileSchema('event Paid', schema).check({})
    kept[0]!.list.push(2)

    assert.deepEqual(payload, { list: [1] })
  })

  test('names every path in one form', () => {
    const path = ['lines', 2, { key: 'cents' }, Symbol.for('s'), { key: 0 }]
    const schema = schemaOf(() => ({ issues: [{ message: 'no', path }, { message: 7 }] }))

    assert.throws(() => compileSchema('event Paid', schema).check({}), {
      issues: [
        { path: 'lines[2].cents.Symbol(s)[0]', message: 'no' },
        { path: '', message: '7' },
      ],
    })
  })
})
