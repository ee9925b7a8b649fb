/** What the validator writes as source: texts are literals in it, whatever is in them. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import FastestValidator from 'fastest-validator'
import { type SourceWriter, writeLiterals } from '../../src/events/schema-source.js'

const Validator = FastestValidator as unknown as new () => SourceWriter
const texts = ['plain', '"', "'", '\\', '"}); throw 1; //', '`', '\u2028', '%%INDEX%%']

test('an error says type, message and field as they were given', () => {
  const writer = new Validator()
  writeLiterals(writer)
  for (const text of texts) {
    const source = writer.makeError({ type: text, field: text, messages: { [text]: text } })
    const errors: unknown[] = []

    new Function('errors', 'label', source)(errors, 'Label')

    assert.deepEqual(errors, [{ type: text, message: text, field: text, label: 'Label' }])
  }
})

test('an error without a field is one of the field that is looked at', () => {
  const writer = new Validator()
  writeLiterals(writer)
  const errors: unknown[] = []

  const source = writer.makeError({ type: 'required', messages: { required: 'It is missing.' } })
  new Function('errors', 'field', 'label', source)(errors, 'a.b', 'Label')

  assert.deepEqual(errors, [
    { type: 'required', message: 'It is missing.', field: 'a.b', label: 'Label' },
  ])
})
