/**
 * The type inferred from a schema agrees with what its check accepts.
 *
 * Each case names a schema, a value of the inferred type (so it must compile, without a cast), and is
 * checked at run time too. `Same` fails the build where the inferred type is wider or narrower.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileSchema } from '../../src/events/schema.js'
import type { InferObject } from '../../src/events/schema-types.js'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Checks a value of the inferred type against the schema that it was inferred from. */
function accepts<const S extends Readonly<Record<string, unknown>>>(
  schema: S,
  values: readonly InferObject<S>[],
): void {
  const { check } = compileSchema('event Case', schema)
  for (const value of values) assert.deepEqual(check(value), value)
}

test('every value of the inferred type fits its schema', () => {
  accepts({ text: 'string', count: 'number|integer', at: 'date', open: 'boolean' }, [
    { text: 'a', count: 1, at: new Date(0), open: true },
  ])
  accepts({ tags: 'string[]', counts: 'number[]|optional' }, [
    { tags: ['a'] },
    { tags: [], counts: [1] },
  ])
  accepts({ note: 'string|optional', name: 'string|nullable' }, [
    { name: null },
    { name: 'a', note: 'b' },
  ])
  accepts({ place: { type: 'object', props: { x: 'number', y: 'number|optional' } } }, [
    { place: { x: 1 } },
    { place: { x: 1, y: 2 } },
  ])
  accepts({ place: { $$type: 'object|optional|nullable', x: 'number' } }, [
    {},
    { place: null },
    { place: { x: 1 } },
  ])
  accepts({ method: { type: 'enum', values: ['card', 'bank', null] } }, [
    { method: 'card' },
    { method: null },
  ])
  accepts(
    { kind: { type: 'equal', value: 'a' }, pair: { type: 'tuple', items: ['string', 'number'] } },
    [{ kind: 'a', pair: ['x', 1] }],
  )
  accepts({ prices: { type: 'record', key: 'string', value: 'number|nullable' } }, [
    { prices: {} },
    { prices: { a: 1, b: null } },
  ])
  accepts(
    { either: ['string', 'number|nullable'], maybe: ['string|optional', 'number|optional'] },
    [{ either: 'a' }, { either: 1, maybe: 'b' }, { either: null, maybe: 2 }],
  )
  accepts({ bytes: { type: 'class', instanceOf: Uint8Array } }, [{ bytes: Buffer.from('a') }])
  accepts({ anything: 'any', some: 'object', list: 'array', gone: 'forbidden' }, [
    { anything: [1], some: { a: 1 }, list: [1, 'a'] },
  ])
})

test('the inferred type is exact', () => {
  const schema = {
    lines: { type: 'array', items: { type: 'object', props: { id: 'string', cents: 'number' } } },
    method: { type: 'enum', values: ['card', 'bank'], optional: true },
    note: 'string|optional|nullable',
    either: ['string', 'boolean'],
  } as const
  type Expected = {
    readonly lines: readonly { readonly id: string; readonly cents: number }[]
    readonly either: string | boolean
    readonly method?: 'card' | 'bank'
    readonly note?: string | null
  }

  const isSame: Same<InferObject<typeof schema>, Expected> = true

  assert.ok(isSame)
})

test('what does not fit a schema does not compile', () => {
  const schema = { name: 'string', count: 'number|optional' } as const
  type Data = InferObject<typeof schema>

  // @ts-expect-error a missing field
  const missing: Data = { count: 1 }
  // @ts-expect-error null is not undefined
  const absent: Data = { name: 'a', count: null }
  // @ts-expect-error a wrong type
  const wrong: Data = { name: 1 }
  // @ts-expect-error a field that the schema does not name
  const unknown: Data = { name: 'a', more: 1 }

  const { check } = compileSchema('event Case', schema)
  for (const each of [missing, absent, wrong, unknown]) {
    assert.throws(() => check(each), { code: 'DRAMATIS_SCHEMA_MISMATCH' })
  }
})
