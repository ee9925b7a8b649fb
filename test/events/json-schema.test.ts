/** JSON Schema out: what it says of each rule, what it leaves open, and that it never says too much. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { toStandardJsonSchema } from '@valibot/to-json-schema'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { type } from 'arktype'
import fc from 'fast-check'
import * as v from 'valibot'
import { z } from 'zod'
import { jsonSchemaOf } from '../../src/events/json-schema.js'
import type { JsonSchema } from '../../src/events/json-schema-form.js'
import { compileSchema } from '../../src/events/schema.js'

const ajv = new Ajv2020({
  strict: false,
  // Each schema is used once.
  addUsedSchema: false,
  validateSchema: false,
  formats: {
    'date-time': /^[+-]?\d{4,6}-\d\d-\d\dT[\d:.]+Z$/,
    uuid: /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i,
  },
})

function propertiesOf(schema: JsonSchema): Readonly<Record<string, unknown>> {
  return schema.properties as Readonly<Record<string, unknown>>
}

function fieldOf(rule: unknown, side?: 'input' | 'output'): unknown {
  return propertiesOf(jsonSchemaOf({ a: rule }, side)).a
}

describe('the JSON Schema of a rule', () => {
  const date = { type: 'string', format: 'date-time' }
  const cases: readonly [string, unknown, unknown][] = [
    ['text', 'string', { type: 'string' }],
    ['text of a length', 'string|min:2|max:5', { type: 'string', minLength: 2, maxLength: 5 }],
    ['text that is not empty', 'string|no-empty', { type: 'string', minLength: 1 }],
    [
      'text that may be empty whatever else it must be',
      'string|empty|min:3',
      { anyOf: [{ const: '' }, { type: 'string', minLength: 3 }] },
    ],
    ['text of a pattern', { type: 'string', pattern: /^a+$/ }, { type: 'string', pattern: '^a+$' }],
    [
      'text of a pattern with flags',
      { type: 'string', pattern: /^a+$/i },
      { type: 'string', 'x-dramatis': { pattern: '/^a+$/i' } },
    ],
    [
      'text of several kinds',
      'string|alphanum|singleLine',
      { type: 'string', pattern: '^[a-zA-Z0-9]+$', allOf: [{ pattern: '^[^\\n]*$' }] },
    ],
    ['text of a set', { type: 'string', enum: ['a', 'b'] }, { type: 'string', enum: ['a', 'b'] }],
    ['an email', 'email', { type: 'string', pattern: '^\\S+@\\S+\\.\\S+$' }],
    ['a uuid', 'uuid', { type: 'string', format: 'uuid' }],
    ['a card number', 'luhn', { type: 'string', 'x-dramatis': { rule: 'luhn' } }],
    ['a number', 'number', { type: 'number' }],
    [
      'an integer in bounds',
      'number|integer|min:1|max:9',
      { type: 'integer', minimum: 1, maximum: 9 },
    ],
    ['a positive number', 'number|positive', { type: 'number', exclusiveMinimum: 0 }],
    ['a boolean', 'boolean', { type: 'boolean' }],
    ['a date', 'date', date],
    ['anything', 'any', {}],
    ['nullable text', 'string|nullable', { type: ['string', 'null'] }],
    ['one of a set', { type: 'enum', values: ['a', 1, null] }, { enum: ['a', 1, null] }],
    ['one value', { type: 'equal', value: 'a' }, { const: 'a' }],
    ['a list', 'string[]|min:1', { type: 'array', items: { type: 'string' }, minItems: 1 }],
    [
      'a list of different texts',
      { type: 'array', items: 'string', unique: true },
      { type: 'array', items: { type: 'string' }, uniqueItems: true },
    ],
    [
      'a list of different objects, which JSON cannot tell apart by identity',
      { type: 'array', items: { type: 'object', props: {} }, unique: true },
      {
        type: 'array',
        items: { type: 'object', properties: {}, required: [], additionalProperties: false },
        'x-dramatis': { unique: true },
      },
    ],
    [
      'a pair',
      { type: 'tuple', items: ['string', 'number'], empty: false },
      {
        type: 'array',
        prefixItems: [{ type: 'string' }, { type: 'number' }],
        items: false,
        minItems: 2,
        maxItems: 2,
      },
    ],
    [
      'a record',
      { type: 'record', key: 'string|alpha', value: 'number' },
      {
        type: 'object',
        propertyNames: { type: 'string', pattern: '^[a-zA-Z]+$' },
        additionalProperties: { type: 'number' },
      },
    ],
    [
      'an object',
      { $$type: 'object', x: 'number', y: 'number|optional' },
      {
        type: 'object',
        properties: { x: { type: 'number' }, y: { type: 'number' } },
        required: ['x'],
        additionalProperties: false,
      },
    ],
    [
      'an object that is not strict',
      { $$type: 'object', $$strict: false, x: 'any' },
      { type: 'object', properties: { x: {} }, required: ['x'] },
    ],
    ['alternatives', ['string', 'number'], { anyOf: [{ type: 'string' }, { type: 'number' }] }],
    [
      'an instance',
      { type: 'class', instanceOf: Uint8Array },
      { 'x-dramatis': { instanceOf: 'class Uint8Array' } },
    ],
  ]

  for (const [name, rule, expected] of cases) {
    test(`for ${name}`, () => {
      assert.deepEqual(fieldOf(rule), expected)

      assert.ok(ajv.validateSchema(jsonSchemaOf({ a: rule })))
    })
  }

  test('is the same for a short hand and what it stands for', () => {
    assert.deepEqual(
      jsonSchemaOf({ a: 'string[]|min:1|optional' }),
      jsonSchemaOf({ a: { type: 'array', items: { type: 'string' }, min: 1, optional: true } }),
    )
  })

  test('says what goes in where that is not what comes out', () => {
    assert.deepEqual(fieldOf('number|convert', 'input'), { 'x-dramatis': { convert: 'number' } })
    assert.deepEqual(fieldOf('number|convert'), { type: 'number' })
    assert.deepEqual(fieldOf('string|trim|min:2', 'input'), {
      type: 'string',
      'x-dramatis': { trim: true },
    })
    assert.deepEqual(fieldOf('string|trim|min:2'), { type: 'string', minLength: 2 })
  })

  test('asks for a field with a default in what comes out only', () => {
    const schema = { a: 'number|default:3' }

    assert.deepEqual((jsonSchemaOf(schema, 'input') as { required: unknown }).required, [])
    assert.deepEqual((jsonSchemaOf(schema) as { required: unknown }).required, ['a'])
  })

  test('names a function by its text, so that another one is told from it', () => {
    const of = (check: unknown) => fieldOf({ type: 'custom', check })

    const one = of((value: unknown) => value)

    assert.match(JSON.stringify(one), /^\{"x-dramatis":\{"check":"function [0-9a-f]{12}"\}\}$/)
    assert.deepEqual(
      of((value: unknown) => value),
      one,
    )
    assert.notDeepEqual(
      of((value: number) => value + 1),
      one,
    )
  })

  test('is refused for what is no schema', () => {
    assert.throws(() => jsonSchemaOf({ a: 'strng' }), { code: 'DRAMATIS_INVALID_SCHEMA' })
  })
})

interface Sample {
  readonly rule: unknown
  readonly value: unknown
}

const flag = fc.boolean()
const bound = fc.constantFrom(undefined, undefined, 0, 1, 2, 4)
/** JSON Schema counts characters beyond the basic plane otherwise. */
const text = fc.string({ unit: 'grapheme-ascii', maxLength: 6 })
const scalar = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null), fc.double())
const misfit = fc.record({ isOne: fc.nat(14).map((of) => of === 0), value: scalar })

/** Rules with values, most of which fit; now and then another value. */
function sampled(
  rules: fc.Arbitrary<Record<string, unknown>>,
  values: fc.Arbitrary<unknown>,
): fc.Arbitrary<Sample> {
  return mixed(fc.tuple(rules, values).map(([rule, value]) => ({ rule, value })))
}

function mixed(
  samples: fc.Arbitrary<{ readonly rule: Record<string, unknown>; readonly value: unknown }>,
): fc.Arbitrary<Sample> {
  return fc.tuple(samples, misfit, flag, flag).map(([sample, other, nullable, optional]) => ({
    rule: { ...sample.rule, nullable, optional },
    value: other.isOne ? other.value : sample.value,
  }))
}

function only(rule: Record<string, unknown>, ...values: readonly unknown[]): fc.Arbitrary<Sample> {
  return sampled(fc.constant(rule), fc.constantFrom(...values))
}

const kinds = ['alpha', 'alphanum', 'numeric', 'hex', 'singleLine', 'trim', 'uppercase', 'padEnd']
const texts = sampled(
  fc
    .record({
      min: bound,
      max: bound,
      empty: fc.constantFrom(undefined, true, false),
      kind: fc.constantFrom('none', 'none', ...kinds),
      pattern: fc.constantFrom(undefined, undefined, /^[a-m]/, /b/i, 'x$'),
    })
    .map(({ kind, ...options }) => ({
      type: 'string',
      ...options,
      [kind]: kind === 'padEnd' ? 3 : true,
    }))
    .map(({ none: _none, ...rule }: Record<string, unknown>) => rule),
  fc.oneof(text, fc.constantFrom('ab', 'b1', '12', '', 'abab', 'xx')),
)
const numbers = sampled(
  fc
    .record({ min: bound, max: bound, integer: flag, positive: flag, convert: flag })
    .map((options) => ({ type: 'number', ...options })),
  fc.oneof(fc.integer({ min: -1, max: 6 }), fc.constantFrom('3', 0.5, 2, 3)),
)
const others = fc.oneof(
  only({ type: 'boolean', convert: true }, true, false, 'on', 1),
  only({ type: 'date' }, new Date(0), new Date(4e12)),
  only({ type: 'email' }, 'a@b.de', 'ä@x.y', ''),
  only({ type: 'email', mode: 'precise', empty: true }, 'a@b.de', 'ä@x.y', ''),
  only({ type: 'uuid' }, '00000000-0000-0000-0000-000000000000'),
  only({ type: 'url', empty: true }, 'http://a b', 'https://x', 'ftp://x', ''),
  only({ type: 'mac' }, '01:C8:95:4B:65:FE', 'x'),
  only({ type: 'luhn' }, '4242424242424242', '1'),
  only({ type: 'currency', currencySymbol: '$' }, '$12.20', '12'),
  only({ type: 'enum', values: ['a', 2, null] }, 'a', 2, null),
  only({ type: 'equal', value: 'a' }, 'a'),
  only({ type: 'equal', value: 1, strict: false }, 1, '1', true),
  only({ type: 'string', default: 'none' }, 'x', null),
  only({ type: 'custom', check: (value: unknown) => value }, 1, 'x', null),
  only({ type: 'string', custom: () => 7 }, 'x'),
  only({ type: 'forbidden' }, null),
  only({ type: 'forbidden', remove: true }, 1, null),
  only({ type: 'any' }, 1, 'x', [{}]),
)

/** Structures over samples of one level less. */
function nested(samples: fc.Arbitrary<Sample>): fc.Arbitrary<Sample> {
  const several = fc.array(samples, { minLength: 1, maxLength: 3 })
  const fields = fc.dictionary(fc.constantFrom('a', 'b', 'c'), samples)
  const lists = fc.tuple(several, bound, bound, flag).map(([items, min, max, unique]) => ({
    rule: { type: 'array', items: items[0]!.rule, min, max, unique },
    value: max === 0 ? [] : items.slice(0, 1).map(({ value }) => value),
  }))
  const tuples = fc.tuple(several, flag, flag).map(([items, empty, none]) => ({
    rule: { type: 'tuple', items: items.map(({ rule }) => rule), empty },
    value: none ? [] : items.map(({ value }) => value),
  }))
  const objects = fc
    .tuple(fields, fc.constantFrom(true, false, 'remove'), flag, bound, bound)
    .map(([all, strict, more, minProps, maxProps]) => ({
      rule: { type: 'object', props: each(all, ({ rule }) => rule), strict, minProps, maxProps },
      value: { ...each(all, ({ value }) => value), ...(more ? { more: 1 } : {}) },
    }))
  const records = fc
    .tuple(samples, fc.constantFrom('a', 'b', 'c1'))
    .map(([{ rule, value }, key]) => ({
      rule: { type: 'record', key: 'string|alpha', value: rule },
      value: { [key]: value },
    }))
  const alternatives = several.map((all) => ({
    rule: all.map(({ rule }) => rule),
    value: all.at(-1)!.value,
  }))
  return fc.oneof(mixed(lists), mixed(tuples), mixed(objects), mixed(records), alternatives)
}

function each<T, U>(all: Record<string, T>, of: (one: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(all).map(([name, one]) => [name, of(one)]))
}

const leaves = fc.oneof(texts, numbers, others)
const branches = nested(leaves)
const samples = fc.oneof(leaves, branches, nested(fc.oneof(leaves, branches)))

function json(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}

/** A field that may be left out is, now and then, and so is one that must not be. */
const payloads = fc.record({ sample: samples, isThere: fc.nat(9).map((of) => of > 0) })

test('what a schema accepts fits its JSON Schema, before and after', () => {
  let accepted = 0
  let runs = 0
  fc.assert(
    fc.property(payloads, ({ sample, isThere }) => {
      const schema = { a: sample.rule }
      const payload = isThere ? { a: sample.value } : {}
      let checked: unknown
      try {
        checked = compileSchema('event Any', schema).check(payload)
      } catch {
        // Refused, or a combination that schemas may not have.
        return
      } finally {
        runs++
      }
      accepted++
      for (const [side, value] of [
        ['input', payload],
        ['output', checked],
      ] as const) {
        const jsonSchema = jsonSchemaOf(schema, side)
        const fits = ajv.validate(jsonSchema, json(value))
        assert.ok(fits, `${side} ${JSON.stringify(value)} ${JSON.stringify(jsonSchema)}`)
      }
    }),
    { numRuns: 1_000 },
  )
  assert.ok(accepted > runs / 4, `${accepted} of ${runs} samples say anything`)
})

describe('the JSON Schema of a Standard Schema', () => {
  const date = { type: 'string', format: 'date-time' }
  const at = { at: date, name: { type: 'string', minLength: 1 } }
  const schemas = {
    zod: z.object({ at: z.date(), name: z.string().min(1), big: z.bigint() }),
    arktype: type({ at: 'Date', name: 'string > 0', big: 'bigint' }),
    valibot: toStandardJsonSchema(
      v.object({ at: v.date(), name: v.pipe(v.string(), v.minLength(1)), big: v.bigint() }),
    ),
  }

  for (const [vendor, schema] of Object.entries(schemas)) {
    test(`of ${vendor} is its library's, with dates as text and a note for what JSON has not`, () => {
      const { $schema, properties, required } = jsonSchemaOf(schema) as Record<string, unknown>

      assert.equal($schema, 'https://json-schema.org/draft/2020-12/schema')
      const { big, ...others } = properties as Record<string, JsonSchema>
      assert.deepEqual(others, at)
      assert.match(JSON.stringify(big), new RegExp(`"x-dramatis":{"opaque":"${vendor} [a-z]+"}`))
      assert.deepEqual([...(required as string[])].sort(), ['at', 'big', 'name'])
    })
  }

  test('is that of its output, unless it is asked for its input', () => {
    const schema = z.object({ a: z.string().transform(Number).pipe(z.number()) })

    assert.deepEqual(propertiesOf(jsonSchemaOf(schema)), { a: { type: 'number' } })
    assert.deepEqual(propertiesOf(jsonSchemaOf(schema, 'input')), {
      a: { type: 'string' },
    })
  })

  test('says nothing false of a transform of valibot', () => {
    const schema = toStandardJsonSchema(v.object({ a: v.pipe(v.string(), v.transform(Number)) }))

    assert.deepEqual(propertiesOf(jsonSchemaOf(schema)).a, {
      'x-dramatis': { opaque: 'valibot transform' },
    })
  })

  const opaque: readonly [string, unknown, RegExp][] = [
    ['offers none', undefined, /^test: it offers no JSON Schema$/],
    ['throws', { output: () => assert.fail('no dates') }, /^test: no dates$/],
    ['returns rubbish', { output: () => 'object' }, /^test: what it offers is no JSON Schema$/],
    ['returns what is no JSON', { output: () => ({ a: 1n }) }, /^test: what it offers is no JSON/],
  ]
  for (const [name, jsonSchema, reason] of opaque) {
    test(`that ${name} accepts anything, and says why`, () => {
      const validate = (value: unknown) => ({ value })
      const schema = { '~standard': { version: 1, vendor: 'test', validate, jsonSchema } } as never

      const { $schema: _draft, ...found } = jsonSchemaOf(schema)

      assert.deepEqual(Object.keys(found), ['x-dramatis'])
      assert.match((found['x-dramatis'] as { opaque: string }).opaque, reason)
    })
  }
})
