/** What became of a schema: proofs that payloads still fit, and the law that they are none by mistake. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { jsonSchemaOf } from '../../src/events/json-schema.js'
import type { JsonSchema } from '../../src/events/json-schema-form.js'
import { compareSchemas, type SchemaChange } from '../../src/events/schema-change.js'
import { type Sample, samples } from './arbitrary-rules.js'
import { fits } from './json-schema-fits.js'

type Rules = Readonly<Record<string, unknown>>

const list = (items: unknown, more: Rules = {}): unknown => ({ type: 'array', items, ...more })
const object = (props: Rules, more: Rules = {}): unknown => ({ type: 'object', props, ...more })
const one = (...values: readonly unknown[]): unknown => ({ type: 'enum', values })
const tuple = (...items: readonly unknown[]): unknown => ({ type: 'tuple', items, empty: false })

const cases: readonly [SchemaChange, string, unknown, unknown][] = [
  ['same', 'in another notation', 'string|min:1', { type: 'string', min: 1 }],
  ['same', 'with another label', 'string', { type: 'string', label: 'Name' }],
  ['wider', 'may be left out', 'string', 'string|optional'],
  ['narrower', 'must be there', 'string|optional', 'string'],
  ['wider', 'may be null', 'string', 'string|nullable'],
  ['narrower', 'must not be null', 'string|nullable', 'string'],
  ['wider', 'an enum with one more', one('a', 'b'), one('b', 'a', 'c')],
  ['narrower', 'an enum with one less', one('a', 'b'), one('a')],
  ['wider', 'an enum that became text', one('a', 'b'), 'string'],
  ['narrower', 'an enum of numbers that became text', one(1), 'string'],
  ['wider', 'an enum with null that became nullable text', one('a', null), 'string|nullable'],
  ['narrower', 'an enum with null that became text', one('a', null), 'string'],
  ['wider', 'an enum of lists that became a list', one(['a'], []), 'array'],
  ['narrower', 'an enum with a list that became an object', one(['a']), 'object|no-strict'],
  ['wider', 'an enum of fractions that became a number', one(1, 0.5), 'number'],
  ['narrower', 'an enum of fractions that became an integer', one(1, 0.5), 'number|integer'],
  ['narrower', 'text that became an enum', 'string', one('a')],
  ['wider', 'an integer that became a number', 'number|integer', 'number'],
  ['narrower', 'a number that became an integer', 'number', 'number|integer'],
  ['narrower', 'another type', 'string', 'number'],
  ['wider', 'a lower bound that fell', 'number|min:3', 'number|min:1'],
  ['wider', 'a lower bound that went', 'string|min:3', 'string'],
  ['narrower', 'a lower bound that rose', 'number|min:1', 'number|min:3'],
  ['narrower', 'a lower bound that came', 'string[]', 'string[]|min:1'],
  ['wider', 'an upper bound that rose', 'string|max:3', 'string|max:5'],
  ['narrower', 'an upper bound that fell', 'string|max:5', 'string|max:3'],
  [
    'narrower',
    'another pattern',
    { type: 'string', pattern: /a/ },
    { type: 'string', pattern: /b/ },
  ],
  ['wider', 'a pattern that went', { type: 'string', pattern: /a/ }, 'string'],
  ['wider', 'one more alternative', ['string', 'number'], ['boolean', 'string', 'number']],
  ['narrower', 'one alternative less', ['string', 'number'], ['string']],
  ['wider', 'an alternative that was none', 'string', ['number', 'string']],
  ['wider', 'anything', object({ x: 'string' }), 'any'],
  ['narrower', 'no longer anything', 'any', object({ x: 'string' })],
  ['wider', 'wider items', list('string'), list(['string', 'number'])],
  ['narrower', 'narrower items', list('any'), list('string')],
  [
    'wider',
    'an optional field',
    object({ x: 'string' }),
    object({ x: 'string', y: 'any|optional' }),
  ],
  ['narrower', 'a required field', object({ x: 'string' }), object({ x: 'string', y: 'any' })],
  ['narrower', 'a field less', object({ x: 'string', y: 'any' }), object({ x: 'string' })],
  [
    'narrower',
    'an optional field where any could be',
    object({ x: 'string' }, { strict: false }),
    object({ x: 'string', y: 'string|optional' }, { strict: false }),
  ],
  ['wider', 'no longer strict', object({ x: 'any' }), object({ x: 'any' }, { strict: false })],
  ['narrower', 'strict', object({ x: 'any' }, { strict: false }), object({ x: 'any' })],
  ['wider', 'a wider pair', tuple('string', 'number|integer'), tuple('string', 'number')],
  ['narrower', 'a pair that became three', tuple('string', 'any'), tuple('string', 'any', 'any')],
  [
    'checks',
    'another function',
    { type: 'custom', check: () => 1 },
    { type: 'custom', check: () => 2 },
  ],
  ['narrower', 'a function', 'any', { type: 'custom', check: () => 1 }],
  ['wider', 'no function any more', { type: 'custom', check: () => 1 }, 'any'],
  [
    'narrower',
    'another function and a new bound',
    object({ a: { type: 'custom', check: () => 1 }, b: 'string' }),
    object({ a: { type: 'custom', check: () => 2 }, b: 'string|min:1' }),
  ],
]

describe('a field that changed is found to be', () => {
  for (const [expected, name, before, after] of cases) {
    test(`${expected}: ${name}`, () => {
      const change = compareSchemas(jsonSchemaOf({ a: before }), jsonSchemaOf({ a: after }))

      assert.equal(change, expected)
    })
  }

  test('narrower where a word is not known', () => {
    assert.equal(compareSchemas({ type: 'object' }, { type: 'object', minContains: 2 }), 'narrower')
    assert.equal(compareSchemas({ minContains: 2 }, { minContains: 2, type: 'object' }), 'narrower')
  })

  test('the same where only words for people changed', () => {
    assert.equal(compareSchemas({ type: 'string', title: 'a' }, { type: 'string' }), 'same')
  })

  test('narrower where a type narrows a closed set', () => {
    const values = { enum: ['a', 1] }

    assert.equal(compareSchemas(values, { ...values, type: 'string' }), 'narrower')
    assert.equal(compareSchemas(values, { ...values, const: 'a' }), 'narrower')
    assert.equal(compareSchemas({ ...values, const: 'a' }, { const: 'a' }), 'same')
  })

  test('narrower where fields were allowed by a pattern', () => {
    const patterned = { patternProperties: { '^x': {} }, additionalProperties: false }

    assert.equal(compareSchemas(patterned, { additionalProperties: false }), 'narrower')
    assert.equal(compareSchemas(patterned, patterned), 'same')
  })

  test('narrower where a definition that it refers to is', () => {
    const of = (type: string): JsonSchema => ({
      properties: { a: { $ref: '#/$defs/a' } },
      $defs: { a: { type } },
    })

    assert.equal(compareSchemas(of('string'), of('number')), 'narrower')
  })

  test('opaque where one of the two says nothing', () => {
    const opaque = { 'x-dramatis': { opaque: 'x: no' } }

    assert.equal(compareSchemas(opaque, opaque), 'opaque')
    assert.equal(compareSchemas({}, opaque), 'opaque')
    assert.equal(compareSchemas(opaque, {}), 'opaque')
  })
})

/** A rule that was changed a little. */
function changed({ rule }: Sample, change: number): unknown {
  if (Array.isArray(rule)) return change % 2 === 0 ? [...rule, 'number'] : rule.slice(0, 1)
  const { min, max, ...rest } = rule as Record<string, unknown> & { min?: number; max?: number }
  const variants: readonly unknown[] = [
    { ...rest, max },
    { ...rest, min },
    { ...(rule as object), optional: true },
    { ...(rule as object), nullable: true },
    { ...(rule as object), nullable: false, optional: false },
    { ...(rule as object), max: (max ?? 2) + 1 },
    { ...(rule as object), strict: false },
    { ...(rule as object), pattern: undefined, empty: undefined },
    [rule, 'number'],
    'any',
  ]
  return variants[change % variants.length]
}

test('what fits a schema fits one that is wider', () => {
  let proofs = 0
  let accepted = 0
  const sampled = fc.tuple(samples, samples, fc.nat(9), fc.nat(2))
  fc.assert(
    fc.property(sampled, ([sample, other, change, kind]) => {
      const rule = kind === 0 ? other.rule : changed(sample, change)
      let schemas: readonly JsonSchema[]
      try {
        schemas = [jsonSchemaOf({ a: sample.rule }), jsonSchemaOf({ a: rule })]
      } catch {
        // A combination that schemas may not have.
        return
      }
      const [before, after] = schemas as [JsonSchema, JsonSchema]
      if (compareSchemas(before, after) !== 'wider') return
      proofs++
      for (const value of [{ a: sample.value }, { a: other.value }, {}]) {
        if (!fits(before, value)) continue
        accepted++
        assert.ok(fits(after, value), JSON.stringify([value, before, after]))
      }
    }),
    { numRuns: 2_000 },
  )
  assert.ok(proofs > 200, `${proofs} proofs`)
  assert.ok(accepted > 200, `${accepted} values`)
})
