import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { SchemaMismatchError } from '../../src/events/errors.js'
import { compileSchema } from '../../src/events/schema.js'

type Schema = Readonly<Record<string, unknown>>

function isAccepted(schema: Schema, payload: unknown): boolean {
  try {
    compileSchema('event Case', schema).check(payload)
    return true
  } catch (error) {
    assert.equal((error as { code?: string }).code, 'DRAMATIS_SCHEMA_MISMATCH')
    return false
  }
}

const line = { type: 'object', props: { id: 'string', cents: 'number|integer' } }

const cases: readonly [string, Schema, readonly unknown[], readonly unknown[]][] = [
  [
    'a string',
    { a: 'string' },
    [{ a: '' }],
    [{}, { a: null }, { a: 1 }, { a: undefined === null }],
  ],
  [
    'an integer',
    { a: 'number|integer' },
    [{ a: 0 }, { a: -3 }],
    [{ a: 0.5 }, { a: '1' }, { a: 1n }],
  ],
  ['a bound', { a: 'number|min:1|max:3' }, [{ a: 1 }, { a: 3 }], [{ a: 0 }, { a: 4 }]],
  ['a boolean', { a: 'boolean' }, [{ a: false }], [{ a: 0 }, { a: 'true' }]],
  ['a date', { a: 'date' }, [{ a: new Date(0) }], [{ a: 0 }, { a: '2026-01-01' }]],
  ['an email', { a: 'email' }, [{ a: 'a@b.de' }], [{ a: 'a' }, { a: '' }]],
  ['a currency', { a: 'currency' }, [{ a: '12.30' }], [{ a: 'x' }, { a: 12 }]],
  ['an optional field', { a: 'string|optional' }, [{}, { a: 'x' }], [{ a: null }]],
  ['a nullable field', { a: 'string|nullable' }, [{ a: null }, { a: 'x' }], [{}]],
  ['an enum', { a: { type: 'enum', values: [1, 'x'] } }, [{ a: 1 }, { a: 'x' }], [{ a: '1' }]],
  ['an enum with null', { a: { type: 'enum', values: ['x', null] } }, [{ a: null }], [{}]],
  ['an equal', { a: { type: 'equal', value: 1 } }, [{ a: 1 }], [{ a: '1' }, { a: true }]],
  ['a list', { a: 'string[]' }, [{ a: [] }, { a: ['x'] }], [{ a: [1] }, { a: [null] }, { a: 'x' }]],
  [
    'a list of objects',
    { a: { type: 'array', items: line } },
    [{ a: [{ id: 'x', cents: 1 }] }],
    [{ a: [{ id: 'x' }] }, { a: [{ id: 'x', cents: 1, more: 1 }] }],
  ],
  [
    'a tuple',
    { a: { type: 'tuple', items: ['string', 'number'] } },
    [{ a: ['x', 1] }],
    [{ a: ['x'] }, { a: [1, 'x'] }],
  ],
  [
    'a record',
    { a: { type: 'record', value: 'number' } },
    [{ a: {} }, { a: { x: 1 } }],
    [{ a: { x: 'y' } }, { a: { x: null } }],
  ],
  ['a tuple of anything', { a: 'tuple' }, [{ a: [] }, { a: ['x', 1] }], [{ a: 'x' }, {}]],
  ['a record of anything', { a: 'record' }, [{ a: {} }, { a: { x: [1] } }], [{ a: [] }, { a: 1 }]],
  ['a text after a flag', { a: 'string|contains:b' }, [{ a: 'abc' }], [{ a: 'ac' }]],
  [
    'a record of objects',
    { a: { type: 'record', value: line } },
    [{ a: { x: { id: 'x', cents: 1 } } }],
    [{ a: { x: { id: 'x', cents: 1, more: 1 } } }],
  ],
  [
    'alternatives',
    { a: ['string', 'number'] },
    [{ a: 'x' }, { a: 1 }],
    [{ a: true }, { a: null }, {}],
  ],
  ['alternatives with null', { a: ['string', 'number|nullable'] }, [{ a: null }], [{}]],
  [
    'strict alternatives',
    { a: [line, { type: 'object', props: { ref: 'string' } }] },
    [{ a: { ref: 'x' } }],
    [{ a: { ref: 'x', more: 1 } }],
  ],
  [
    'a nested object',
    { a: line },
    [{ a: { id: 'x', cents: 1 } }],
    [{ a: { id: 'x', cents: 1, more: 1 } }, { a: null }],
  ],
  [
    'a nested short hand',
    { a: { $$type: 'object', b: 'string' } },
    [{ a: { b: 'x' } }],
    [{ a: { b: 'x', c: 1 } }, {}],
  ],
  [
    'an optional short hand',
    { a: { $$type: 'object|optional', b: 'string' } },
    [{}, { a: { b: 'x' } }],
    [{ a: {} }],
  ],
  ['a loose root', { $$strict: false, a: 'string' }, [{ a: 'x', more: 1 }], [{ more: 1 }]],
  [
    'a loose object',
    { a: { type: 'object', strict: false, props: { b: 'string' } } },
    [{ a: { b: 'x', c: 1 } }],
    [{ a: { b: 'x' }, more: 1 }],
  ],
  [
    'a loose short hand',
    { a: { $$type: 'object', $$strict: false, b: 'string' } },
    [{ a: { b: 'x', c: 1 } }],
    [{ a: { c: 1 } }],
  ],
  ['a field with a dash', { 'my-field': 'string' }, [{ 'my-field': 'x' }], [{ 'my-field': 1 }, {}]],
  ['no fields', {}, [{}], [{ a: 1 }]],
  [
    'bytes',
    { a: { type: 'class', instanceOf: Uint8Array } },
    [{ a: new Uint8Array(2) }],
    [{ a: [1] }],
  ],
  ['a forbidden field', { a: 'forbidden' }, [{}], [{ a: 1 }]],
]

for (const [what, schema, accepted, refused] of cases) {
  test(`${what}: what fits is accepted, what does not is refused`, () => {
    const before = structuredClone(Object.fromEntries(Object.keys(schema).map((key) => [key, key])))

    for (const payload of accepted) assert.equal(isAccepted(schema, payload), true)
    for (const payload of refused) assert.equal(isAccepted(schema, payload), false)

    assert.deepEqual(Object.keys(schema), Object.keys(before))
  })
}

test('every issue is reported, with its path', () => {
  const { check } = compileSchema('event OrderCreated', {
    customerId: 'string',
    lines: { type: 'array', items: line },
    prices: { type: 'record', value: 'number' },
    pair: { type: 'tuple', items: ['string', 'number'] },
  })
  const payload = {
    lines: [null, { id: 1, cents: 1.5 }, { id: 'x', cents: 1, more: 1 }],
    prices: { a: null, b: 'x' },
    pair: [null, 'x'],
    more: true,
  }

  assert.throws(
    () => check(payload),
    (error: SchemaMismatchError) => {
      assert.equal(error.subject, 'event OrderCreated')
      assert.deepEqual(
        error.issues.map((issue) => issue.path),
        [
          'customerId',
          'lines[0]',
          'lines[1].id',
          'lines[1].cents',
          'lines[2]',
          'prices.a',
          'prices.b',
          'pair[0]',
          'pair[1]',
          '',
        ],
      )
      return true
    },
  )
})

test('a payload that breaks its own description is still refused with a typed error', () => {
  const { check } = compileSchema('event Case', { a: 'string' })

  assert.throws(() => check({ a: [{ toString: 1 }] }), { code: 'DRAMATIS_SCHEMA_MISMATCH' })
})

test('what comes back is a frozen copy, and the payload is as it was', () => {
  const { check } = compileSchema('event Case', { a: { type: 'array', items: line } })
  const payload = { a: [{ id: 'x', cents: 1 }] }

  const checked = check(payload)

  assert.deepEqual(checked, payload)
  assert.notEqual(checked.a, payload.a)
  assert.ok(Object.isFrozen(checked) && Object.isFrozen(checked.a))
  assert.ok(!Object.isFrozen(payload) && !Object.isFrozen(payload.a[0]))
})

test('defaults, conversions and custom functions change the copy only', () => {
  const { check } = compileSchema('event Case', {
    text: 'string|trim|lowercase',
    count: 'number|convert',
    unit: { type: 'string', default: 'kg' },
    code: { type: 'string', custom: (value: string) => `${value}!` },
    lines: {
      type: 'array',
      items: { type: 'object', props: { n: { type: 'number', default: 1 } } },
    },
  })
  const payload = Object.freeze({ text: ' A ', count: '3', code: 'x', lines: [{}] })

  const checked = check(payload)

  assert.deepEqual(checked, { text: 'a', count: 3, unit: 'kg', code: 'x!', lines: [{ n: 1 }] })
  assert.deepEqual(payload, { text: ' A ', count: '3', code: 'x', lines: [{}] })
  assert.ok(Object.isFrozen(checked.lines))
})

test('what a custom function makes is checked like any other value', () => {
  const custom = (): unknown => Promise.resolve('x')
  const { check } = compileSchema('event Case', { a: { type: 'string', custom } })

  assert.throws(() => check({ a: 'x' }), { code: 'DRAMATIS_EVENT_VALUE' })
})

test('a custom function reports its own issues', () => {
  const custom = (value: number, errors: object[]): number => {
    if (value % 2 === 1) errors.push({ type: 'even', message: 'is odd', actual: value })
    return value
  }
  const { check } = compileSchema('event Case', { a: { type: 'number', custom } })

  assert.deepEqual(check({ a: 2 }), { a: 2 })
  assert.throws(() => check({ a: 3 }), { issues: [{ path: 'a', message: 'is odd', actual: 3 }] })
})

test('an issue of a custom function without a message names the rule that it broke', () => {
  const custom = (value: number, errors: object[]): number => {
    errors.push({ type: 'even' })
    return value
  }
  const { check } = compileSchema('event Case', { a: { type: 'number', custom } })

  assert.throws(() => check({ a: 3 }), {
    issues: [{ path: 'a', message: "does not fit the rule 'even'." }],
  })
})

function nested(depth: number): object {
  return depth === 0 ? { type: 'string' } : { type: 'object', props: { a: nested(depth - 1) } }
}

const cycle: Record<string, unknown> = { type: 'object' }
cycle.props = { self: cycle }

const badSchemas: readonly [string, unknown][] = [
  ['no object', 'string'],
  ['a list', []],
  ['an unknown rule', { a: 'strng' }],
  ['an unknown rule in a list', { a: { type: 'array', items: 'strng' } }],
  ['a rule of functions', { a: 'function' }],
  ['a misspelt option', { a: 'number|integr' }],
  ['a misspelt option of an object', { a: { type: 'number', maximum: 3 } }],
  ['a rule without a type', { a: { b: 'string' } }],
  ['a rule that is nothing', { a: undefined }],
  ['a nested short hand whose type is no text', { a: { $$type: 1, b: 'string' } }],
  ['a nested short hand of what has no fields', { a: { $$type: 'string', b: 'string' } }],
  ['fields that are no object', { a: { type: 'object', props: 'string' } }],
  ['no alternatives', { a: [] }],
  ['an asynchronous schema', { $$async: true, a: 'string' }],
  ['an asynchronous custom function', { a: { type: 'string', custom: async () => 'x' } }],
  ['another root', { $$root: true, type: 'string' }],
  ['an enum without values', { a: 'enum' }],
  ['an enum of what is no JSON', { a: { type: 'enum', values: [1n] } }],
  ['a field that every object has', { constructor: 'any' }],
  ['alternatives that change an object', { a: [{ $$type: 'object', b: 'string|trim' }, 'string'] }],
  ['a cycle', { a: cycle }],
  ['too many levels', { a: nested(60) }],
]

for (const [what, schema] of badSchemas) {
  test(`a schema with ${what} is refused when it is compiled`, () => {
    assert.throws(() => compileSchema('event Case', schema as Schema), {
      code: 'DRAMATIS_INVALID_SCHEMA',
      subject: 'event Case',
    })
  })
}

test('a schema is only read: it may be frozen, shared and compiled twice', () => {
  const shared = Object.freeze({ $$type: 'object', b: 'string' })
  const schema = Object.freeze({ x: shared, y: shared, list: Object.freeze(['string', 'number']) })
  const before = structuredClone(schema)

  const payload = { x: { b: '1' }, y: { b: '2' }, list: 1 }
  compileSchema('event Case', schema).check(payload)
  compileSchema('event Case', schema).check(payload)

  assert.deepEqual(schema, before)
})

test('whatever a payload is, a check returns or throws a coded error', () => {
  const { check } = compileSchema('event Case', {
    a: 'string|optional',
    b: { type: 'array', items: 'number', optional: true },
    c: { type: 'record', value: 'any', optional: true },
    d: ['email', 'url', 'uuid', 'mac', 'luhn', 'currency'],
  })
  const value = fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true })
  const payload = fc.record({ a: value, b: value, c: value, d: value }, { requiredKeys: [] })

  fc.assert(
    fc.property(fc.oneof(value, payload), (tried) => {
      try {
        assert.ok(Object.isFrozen(check(tried)))
      } catch (error) {
        assert.match((error as { code: string }).code, /^DRAMATIS_(EVENT_VALUE|SCHEMA_MISMATCH)$/)
      }
    }),
    { numRuns: 2_000 },
  )
})
