/** What may be given as a schema, of an event and of a command. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type } from 'arktype'
import * as v from 'valibot'
import { z } from 'zod'
import { defineActor, defineEvent } from '../../src/index.js'
import { counterWith, invalid } from './counter.js'

class Rules {
  name = 'string'
}

const bad: readonly (readonly [string, unknown])[] = [
  ['text', 'string'],
  ['nothing', undefined],
  ['null', null],
  ['a list', ['string']],
  ['a function', () => ({})],
  ['an object of a class', new Rules()],
  ['a Map', new Map()],
]
const badStandard: readonly (readonly [string, unknown])[] = [
  ['of another version', { '~standard': { version: 2, vendor: 'x', validate: () => ({}) } }],
  ['that cannot check', { '~standard': { version: 1, vendor: 'x' } }],
  ['of nothing', { '~standard': null }],
]

function defineCommand(schema: unknown): unknown {
  return defineActor('C', counterWith({ commands: { go: { schema, decide: () => [] } } }))
}

describe('a schema is refused that is', () => {
  for (const [name, schema] of bad) {
    test(name, () => {
      const message = /an object of field names to rules, or a Standard Schema/

      assert.throws(() => defineEvent(schema as never), invalid('schema', message))
      assert.throws(() => defineCommand(schema), invalid('C.commands.go.schema', message))
    })
  }
  for (const [name, schema] of badStandard) {
    test(`a Standard Schema ${name}`, () => {
      const message = /a Standard Schema of version 1/

      assert.throws(() => defineEvent(schema as never), invalid('schema', message))
      assert.throws(() => defineCommand(schema), invalid('C.commands.go.schema', message))
    })
  }
})

test('a Standard Schema stays what it is, be it an object or a function', () => {
  for (const schema of [z.object({}), v.object({}), type({})]) {
    assert.equal(defineEvent(schema as never).schema, schema)
    defineCommand(schema)
  }
})

test('rules are copied, so that nobody changes them later', () => {
  const rules: Record<string, string> = { name: 'string' }
  const { schema } = defineEvent(rules)

  rules.name = 'number'

  assert.deepEqual(schema, { name: 'string' })
  assert.ok(Object.isFrozen(schema))
})
