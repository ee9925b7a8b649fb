/** JSON Schema out: what it says of each rule, what it leaves open, and that it never says too much. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { toStandardJsonSchema } from '@valibot/to-json-schema'
import { type } from 'arktype'
import fc from 'fast-check'
import * as v from 'valibot'
import { z } from 'zod'
import { jsonSchemaOf } from '../../src/events/json-schema.js'
import type { JsonSchema } from '../../src/events/json-schema-form.js'
import { compileSchema } from '../../src/events/schema.js'
import { samples } from './arbitrary-rules.js'
import { fits, isJsonSchema } from './json-schema-fits.js'

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
    [
      'text of a pattern that is none under the u flag',
      { type: 'string', pattern: /^a{1$/ },
      { type: 'string', 'x-dramatis': { pattern: '/^a{1$/' } },
    ],
    ['an address', 'url', { type: 'string', pattern: '^https?:\\/\\/\\S+' }],
    ['a uuid', 'uuid', { type: 'string', format: 'uuid' }],
    [
      'a uuid of a version',
      'uuid|version:4',
      { type: 'string', format: 'uuid', 'x-dramatis': { version: 4 } },
    ],
    ['an id of MongoDB', 'objectID', { 'x-dramatis': { rule: 'objectID' } }],
    ['a card number', 'luhn', { type: 'string', 'x-dramatis': { rule: 'luhn' } }],
    ['a number', 'number', { type: 'number' }],
    [
      'an integer in bounds',
      'number|integer|min:1|max:9',
      { type: 'integer', minimum: 1, maximum: 9 },
    ],
    ['a positive number', 'number|positive', { type: 'number', exclusiveMinimum: 0 }],
    ['a negative number', 'number|negative', { type: 'number', exclusiveMaximum: 0 }],
    [
      'one number, or null',
      { type: 'number', equal: 3, nullable: true },
      { anyOf: [{ type: 'number', const: 3 }, { type: 'null' }] },
    ],
    ['a boolean', 'boolean', { type: 'boolean' }],
    ['a date', 'date', date],
    ['anything', 'any', {}],
    ['nullable text', 'string|nullable', { type: ['string', 'null'] }],
    ['one of a set', { type: 'enum', values: ['a', 1, null] }, { enum: ['a', 1, null] }],
    [
      'one of a set, or null',
      { type: 'enum', values: ['a'], nullable: true },
      { enum: ['a', null] },
    ],
    [
      'one of values that JSON has not',
      { type: 'enum', values: [1n, 2n] },
      { 'x-dramatis': { values: '1,2' } },
    ],
    ['one value', { type: 'equal', value: 'a' }, { const: 'a' }],
    [
      'one value that JSON has not',
      { type: 'equal', value: 1n },
      { 'x-dramatis': { equalTo: '1' } },
    ],
    [
      'the value of another field',
      { type: 'equal', field: 'b' },
      { 'x-dramatis': { equalToField: 'b' } },
    ],
    ['a list', 'string[]|min:1', { type: 'array', items: { type: 'string' }, minItems: 1 }],
    ['a list of anything', 'array', { type: 'array' }],
    ['a list that is not empty', 'array|no-empty', { type: 'array', minItems: 1 }],
    [
      'a list that is not empty whatever else it may be',
      'array|no-empty|min:0',
      { type: 'array', minItems: 1 },
    ],
    [
      'a list of values of a set',
      { type: 'array', enum: ['a', 1] },
      { type: 'array', items: { enum: ['a', 1] } },
    ],
    [
      'a list of texts of a set',
      { type: 'array', items: 'string', enum: ['a', 'b'] },
      { type: 'array', items: { allOf: [{ type: 'string' }, { enum: ['a', 'b'] }] } },
    ],
    [
      'a list with a value in it',
      { type: 'array', contains: 'a' },
      { type: 'array', contains: { const: 'a' } },
    ],
    [
      'a list with a value in it that JSON has not',
      { type: 'array', contains: 1n },
      { type: 'array' },
    ],
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
    ['a list under the name of a tuple', 'tuple', { type: 'array' }],
    ['such a list that is not empty', 'tuple|no-empty', { type: 'array', minItems: 1 }],
    [
      'a record of any keys',
      { type: 'record', value: 'number' },
      { type: 'object', additionalProperties: { type: 'number' } },
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
    ['any object', 'object', { type: 'object' }],
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

      assert.ok(isJsonSchema(jsonSchemaOf({ a: rule })))
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

  test('asks for no form of an email that is changed before it is looked at', () => {
    const rule = 'email|normalize|min:9'

    assert.deepEqual(fieldOf(rule, 'input'), {
      type: 'string',
      'x-dramatis': { rule: 'email', normalize: true },
    })
    assert.deepEqual(fieldOf(rule), {
      type: 'string',
      minLength: 9,
      pattern: '^\\S+@\\S+\\.\\S+$',
    })
  })

  test('notes a default that is made anew each time, and leaves out one that JSON has not', () => {
    const made = fieldOf({ type: 'string', default: () => 'x' })

    assert.match(
      JSON.stringify(made),
      /^\{"type":"string","x-dramatis":\{"default":"function [0-9a-f]{12}"\}\}$/,
    )
    assert.deepEqual(fieldOf({ type: 'any', default: 1n }), {})
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
        assert.ok(
          fits(jsonSchema, value),
          `${side} ${JSON.stringify(value)} ${JSON.stringify(jsonSchema)}`,
        )
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
