/**
 * Texts in schemas that would run if they were ever read as code, wherever a schema takes a text.
 *
 * Checks are built as functions from source text. Each text here ends some kind of literal, and then calls a
 * function that every script can reach: it must never be called.
 */

import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import fc from 'fast-check'
import { compileSchema } from '../../src/events/schema.js'
import { count } from '../support/counts.js'
import { seed } from '../support/seed.js'

type Schema = Readonly<Record<string, unknown>>
type Reachable = { hostileCalls?: number; hostile?: () => number }

const reachable = globalThis as Reachable
const call = 'globalThis.hostile()'
let tried = 0

reachable.hostile = () => {
  reachable.hostileCalls = (reachable.hostileCalls ?? 0) + 1
  return 1
}
after(() => {
  delete reachable.hostile
  delete reachable.hostileCalls
  count('hostile values', tried)
})

const texts: readonly string[] = [
  call,
  `(${call},0)`,
  `"+${call}+"`,
  `'+${call}+'`,
  `\`+${call}+\``,
  `\${${call}}`,
  `\\"+${call}+\\"`,
  `\\'+${call}+\\'`,
  `"]+${call}+parent["`,
  `']+${call}+parent['`,
  `"});${call};errors.push({x:"`,
  `x\n${call}\n//`,
  `x\r${call}\r//`,
  `x\u2028${call}\u2028//`,
  `*/${call}/*`,
  `/+${call}+/`,
  `/.test("");${call};/`,
  `%%INDEX%%"+${call}+"`,
  `$&"+${call}+"`,
  `field: field,"+${call}+"`,
  `__proto__"+${call}+"`,
]

/** Schemas with a text in each place that takes one. */
const places: Readonly<Record<string, (text: string) => Schema>> = {
  'the name of a field': (text) => ({ [text]: 'number' }),
  'the name of a field of an object in a list': (text) => ({
    a: { type: 'array', items: { type: 'object', props: { [text]: 'number' } } },
  }),
  'the name of a field with a function': (text) => ({
    [text]: { type: 'any', custom: (value: unknown) => value },
  }),
  'the name of a field of a record': (text) => ({
    a: { type: 'record', value: { type: 'object', props: { [text]: 'string' } } },
  }),
  'the keys of a record': (text) => ({
    a: { type: 'record', key: { type: 'string', pattern: text }, value: 'any' },
  }),
  'a rule': (text) => ({ a: text }),
  'a short hand': (text) => ({ a: `number|min:${text}` }),
  'a short hand of a list': (text) => ({ a: `${text}[]` }),
  'a flag': (text) => ({ a: `string|${text}` }),
  'how strict it is': (text) => ({ $$strict: text, a: 'number' }),
  'the lower bound of a number': (text) => ({ a: { type: 'number', min: text } }),
  'the upper bound of a number': (text) => ({ a: { type: 'number', max: text } }),
  'what a number is': (text) => ({ a: { type: 'number', equal: text } }),
  'what a number is not': (text) => ({ a: { type: 'number', notEqual: text } }),
  'the length of a text': (text) => ({ a: { type: 'string', length: text } }),
  'the bounds of a text': (text) => ({ a: { type: 'string', min: text, max: text } }),
  'a pattern': (text) => ({ a: { type: 'string', pattern: text } }),
  'two patterns': (text) => ({
    a: { type: 'string', pattern: text },
    b: { type: 'string', pattern: text },
  }),
  'the flags of a pattern': (text) => ({ a: { type: 'string', pattern: 'x', patternFlags: text } }),
  'what a text contains': (text) => ({ a: { type: 'string', contains: text } }),
  'what a list contains': (text) => ({ a: { type: 'array', contains: text } }),
  'the bounds of a list': (text) => ({ a: { type: 'array', min: text, max: text, length: text } }),
  'the values of a list': (text) => ({ a: { type: 'array', enum: [text] } }),
  'the values of a text': (text) => ({ a: { type: 'string', enum: [text] } }),
  'the values of an enum': (text) => ({ a: { type: 'enum', values: [text, 1] } }),
  'a list of values that is a text': (text) => ({ a: { type: 'enum', values: text } }),
  'what a value equals': (text) => ({ a: { type: 'equal', value: text } }),
  'the field that a value equals': (text) => ({ a: { type: 'equal', field: text } }),
  'the bounds of an object': (text) => ({
    a: { type: 'object', props: {}, minProps: text, maxProps: text },
  }),
  'the bounds of an email': (text) => ({ a: { type: 'email', min: text, max: text, mode: text } }),
  'the version of a uuid': (text) => ({ a: { type: 'uuid', version: `4+${text}` } }),
  'the symbol of a currency': (text) => ({ a: { type: 'currency', currencySymbol: text } }),
  'the separators of a currency': (text) => ({
    a: { type: 'currency', thousandSeparator: text, decimalSeparator: text },
  }),
  'the pattern of a currency': (text) => ({ a: { type: 'currency', customRegex: text } }),
  'what a text is padded to': (text) => ({ a: { type: 'string', padStart: text, padEnd: text } }),
  'what a text is padded with': (text) => ({ a: { type: 'string', padStart: 3, padChar: text } }),
  'a default': (text) => ({ a: { type: 'string', default: text } }),
  'a label': (text) => ({ a: { type: 'number', label: text } }),
  messages: (text) => ({
    a: {
      type: 'number',
      messages: { required: text, number: text, string: text, [text]: text },
    },
  }),
  'messages of a record': (text) => ({
    a: { type: 'record', key: 'alpha', value: { type: 'number', messages: { number: text } } },
  }),
  'an option of a rule with a function': (text) => ({
    a: { type: 'custom', [text]: text, check: (value: unknown) => value },
  }),
  'a rule with a function and a name': (text) => ({ a: { type: 'any', custom: [text] } }),
  'an alternative': (text) => ({ a: [text, { type: 'string', contains: text }] }),
  'an item of a tuple': (text) => ({
    a: { type: 'tuple', items: [{ type: 'string', contains: text }] },
  }),
}

/** Whether it compiled, or was refused as it should be. Everything it checks is looked at. */
function tryOut(schema: Schema, text: string): boolean {
  tried++
  let check: ReturnType<typeof compileSchema>
  try {
    check = compileSchema('event Hostile', schema)
  } catch (error) {
    assert.equal((error as { code?: string }).code, 'DRAMATIS_INVALID_SCHEMA', String(error))
    return false
  }
  const uuid = '00000000-0000-4000-8000-000000000000'
  const values = [text, 0, 1, null, undefined, '', 'xxx', 'a@b.de', [], [text], [{}], {}, { x: 1 }]
  for (const value of [...values, { [text]: text }, [{ [text]: 1 }], uuid, '12.30']) {
    for (const payload of [
      { a: value, b: value },
      { [text]: value },
      { a: value, [text]: value },
    ]) {
      try {
        check.check(payload)
      } catch (error) {
        assert.match((error as { code: string }).code, /SCHEMA_MISMATCH$|EVENT_VALUE$/)
      }
    }
  }
  return true
}

describe('no text of a schema is run, where it is', () => {
  for (const [place, schemaOf] of Object.entries(places)) {
    test(place, () => {
      for (const text of texts) tryOut(schemaOf(text), text)

      assert.equal(reachable.hostileCalls, undefined)
    })
  }

  test(`any mixture of what ends a literal, in any place (seed ${seed})`, () => {
    const piece = fc.constantFrom(
      '"',
      "'",
      '`',
      '\\',
      '/',
      '\n',
      '*/',
      '/*',
      ')',
      '}',
      ';',
      '+',
      call,
    )
    const text = fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join(''))
    const property = fc.property(
      text,
      fc.constantFrom(...Object.values(places)),
      (any, schemaOf) => {
        tryOut(schemaOf(any), any)
        assert.equal(reachable.hostileCalls, undefined)
      },
    )
    fc.assert(property, { seed, numRuns: 1_000 })
  })
})

describe('a text that looks like code is a text', () => {
  const text = `"+${call}+"\n'\`\\`

  test('as a name: the field is there, or it is missed under its name', () => {
    const check = compileSchema('event Hostile', { [text]: 'number' })

    assert.deepEqual(check.check({ [text]: 1 }), { [text]: 1 })
    assert.throws(() => check.check({}), { code: 'DRAMATIS_SCHEMA_MISMATCH' })
  })

  test('as what a text contains, as a value, as the name of another field', () => {
    const schema = {
      part: { type: 'string', contains: text },
      one: { type: 'enum', values: [text] },
      same: { type: 'equal', field: text },
      [text]: 'number',
    }
    const check = compileSchema('event Hostile', schema)
    const fitting = { part: `<${text}>`, one: text, same: 1, [text]: 1 }

    assert.deepEqual(check.check(fitting), fitting)
    for (const other of [{ part: call }, { one: call }, { same: 2 }]) {
      assert.throws(() => check.check({ ...fitting, ...other }), {
        code: 'DRAMATIS_SCHEMA_MISMATCH',
      })
    }
  })

  test('as a message: it is the message', () => {
    const check = compileSchema('event Hostile', {
      a: { type: 'number', messages: { number: text } },
    })

    assert.throws(
      () => check.check({ a: 'x' }),
      ({ issues }: { issues: readonly { message: string }[] }) => issues[0]?.message === text,
    )
  })
})

test('a text where a schema takes a number, a list or a regular expression is refused', () => {
  const rules: readonly Schema[] = [
    { type: 'number', min: '1' },
    { type: 'string', length: '1' },
    { type: 'array', max: '1' },
    { type: 'object', props: {}, minProps: '1' },
    { type: 'uuid', version: '4' },
    { type: 'string', padEnd: '3' },
    { type: 'enum', values: 'one' },
    { type: 'currency', customRegex: 'x' },
    { type: 'equal', field: 7 },
  ]

  for (const rule of rules) {
    assert.throws(() => compileSchema('event Hostile', { a: rule }), {
      code: 'DRAMATIS_INVALID_SCHEMA',
    })
  }
})
