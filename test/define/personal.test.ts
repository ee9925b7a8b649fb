/** `personal` of `defineEvent`: what a description holds, and what is refused on sight. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { defineEvent } from '../../src/define/event.js'
import { invalid } from './counter.js'

const schema = { id: 'string', name: 'string', age: 'number' } as const
const subject = (): string => 'ada'

function definePersonal(personal: unknown): unknown {
  return defineEvent(schema, { personal: personal as never })
}

describe('personal fields of an event', () => {
  test('are none unless told of any', () => {
    assert.deepEqual(Object.keys(defineEvent(schema).personal), [])
  })

  test("read as '[forgotten]', unless told otherwise", () => {
    const { personal } = defineEvent(schema, {
      personal: { name: subject, age: { subject, forgotten: 0 } },
    })

    assert.deepEqual({ ...personal.name }, { subject, forgotten: '[forgotten]' })
    assert.deepEqual({ ...personal.age }, { subject, forgotten: 0 })
  })

  test('are frozen, and share nothing with the object they came from', () => {
    const forgotten = { street: 'none' }
    const { personal } = defineEvent(
      { home: { $$type: 'object', street: 'string' } },
      { personal: { home: { subject, forgotten } } },
    )

    forgotten.street = 'changed'

    assert.deepEqual(personal.home?.forgotten, { street: 'none' })
    assert.ok(Object.isFrozen(personal))
    assert.ok(Object.isFrozen(personal.home))
  })

  test('are refused where the schema has no such field', () => {
    for (const field of ['nmae', 'toString', '$$strict', '__proto__']) {
      const personal = Object.fromEntries([[field, subject]])
      assert.throws(() => definePersonal(personal), invalid('personal', /fields of the schema/))
    }
  })

  test('are refused without a function that names the subject', () => {
    for (const given of ['ada', 7, null, ['ada']]) {
      assert.throws(() => definePersonal({ name: given }), { code: 'DRAMATIS_INVALID_ARGUMENT' })
    }
    assert.throws(
      () => definePersonal({ name: { forgotten: '' } }),
      invalid('personal.name.subject', /a function/),
    )
    assert.throws(() => definePersonal('name'), invalid('personal', /an object/))
  })

  test('are refused with an option that nobody knows, or a replacement that no event may hold', () => {
    assert.throws(() => definePersonal({ name: { subject, forgoten: '' } }), {
      code: 'DRAMATIS_INVALID_ARGUMENT',
    })
    for (const forgotten of [undefined, Number.NaN, new Map(), () => {}]) {
      assert.throws(
        () => definePersonal({ age: { subject, forgotten } }),
        invalid('personal.age.forgotten', /a value that an event may hold/),
      )
    }
  })
})
