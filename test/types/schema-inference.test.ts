/**
 * From schema literals to types: each form of a rule, and what it stands for.
 */

import { describe, test } from 'node:test'
import type { Infer, InferObject } from '../../src/events/schema-types.js'
import { compiles, type Equal, type Expect } from './equal.js'

/** Infers from a literal, as `defineEvent` and `defineActor` do. */
declare function inferred<const R>(rule: R): Infer<R>
declare function object<const P>(schema: P): InferObject<P>

describe('a rule in short hand stands for', () => {
  test('text, in each of its kinds', () => {
    type Text = Infer<'string' | 'email' | 'uuid' | 'url' | 'mac' | 'luhn' | 'currency|min:3'>

    compiles((): Expect<Equal<Text, string>> => true)
  })

  test('a number, a boolean, a date or anything', () => {
    compiles((): Expect<Equal<Infer<'number|integer|min:1'>, number>> => true)
    compiles((): Expect<Equal<Infer<'boolean'>, boolean>> => true)
    compiles((): Expect<Equal<Infer<'date'>, Date>> => true)
    compiles((): Expect<Equal<Infer<'any'>, unknown>> => true)
  })

  test('a list of scalars', () => {
    compiles((): Expect<Equal<Infer<'string[]'>, readonly string[]>> => true)
    compiles((): Expect<Equal<Infer<'number[]|optional|min:1'>, readonly number[]>> => true)
  })

  test('null too when it is nullable, wherever that stands', () => {
    compiles((): Expect<Equal<Infer<'string|nullable'>, string | null>> => true)
    compiles((): Expect<Equal<Infer<'number|nullable|min:1'>, number | null>> => true)
    compiles((): Expect<Equal<Infer<'number[]|nullable'>, readonly number[] | null>> => true)
  })

  test('nothing when there is no such rule', () => {
    compiles((): Expect<Equal<Infer<'strng'>, never>> => true)
  })
})

describe('a rule spelt out stands for', () => {
  test('a list of whatever its items are', () => {
    const objects = () =>
      inferred({ type: 'array', items: { type: 'object', props: { a: 'string' } } })
    const lists = () => inferred({ type: 'array', items: { type: 'array', items: 'number' } })
    const bare = () => inferred({ type: 'array', min: 1 })
    type Objects = readonly { readonly a: string }[]

    compiles((): Expect<Equal<ReturnType<typeof objects>, Objects>> => true)
    compiles((): Expect<Equal<ReturnType<typeof lists>, readonly (readonly number[])[]>> => true)
    compiles((): Expect<Equal<ReturnType<typeof bare>, readonly unknown[]>> => true)
  })

  test('a tuple', () => {
    const pair = () => inferred({ type: 'tuple', items: ['string', 'number|nullable'] })

    compiles((): Expect<Equal<ReturnType<typeof pair>, readonly [string, number | null]>> => true)
  })

  test('one of a closed set', () => {
    const method = () => inferred({ type: 'enum', values: ['card', 'bank'] })
    const mixed = () => inferred({ type: 'enum', values: [1, 'two', null] })
    const equal = () => inferred({ type: 'equal', value: 'yes' })

    compiles((): Expect<Equal<ReturnType<typeof method>, 'card' | 'bank'>> => true)
    compiles((): Expect<Equal<ReturnType<typeof mixed>, 1 | 'two' | null>> => true)
    compiles((): Expect<Equal<ReturnType<typeof equal>, 'yes'>> => true)
  })

  test('a record', () => {
    const cents = () => inferred({ type: 'record', key: 'string', value: 'number' })
    const bare = () => inferred({ type: 'record' })

    compiles((): Expect<Equal<ReturnType<typeof cents>, Readonly<Record<string, number>>>> => true)
    compiles((): Expect<Equal<ReturnType<typeof bare>, Readonly<Record<string, unknown>>>> => true)
  })

  test('any of several alternatives', () => {
    const listed = () => inferred(['string', 'number'])
    const named = () => inferred({ type: 'multi', rules: ['boolean', { type: 'date' }] })

    compiles((): Expect<Equal<ReturnType<typeof listed>, string | number>> => true)
    compiles((): Expect<Equal<ReturnType<typeof named>, boolean | Date>> => true)
  })

  test('null too when it is nullable', () => {
    const list = () => inferred({ type: 'array', items: 'string', nullable: true })
    const choice = () => inferred({ type: 'enum', values: ['a'], nullable: true })
    const nested = () => inferred({ $$type: 'object|nullable', a: 'string' })

    compiles((): Expect<Equal<ReturnType<typeof list>, readonly string[] | null>> => true)
    compiles((): Expect<Equal<ReturnType<typeof choice>, 'a' | null>> => true)
    compiles((): Expect<Equal<ReturnType<typeof nested>, { readonly a: string } | null>> => true)
  })
})

describe('a schema stands for an object', () => {
  test('with its required and its optional fields', () => {
    const made = () =>
      object({
        id: 'string',
        note: 'string|optional',
        count: { type: 'number', optional: true },
        both: 'number|optional|nullable',
        either: ['string|optional', { type: 'number', optional: true }],
        one: ['string|optional', 'number'],
      })
    interface Expected {
      readonly id: string
      readonly note?: string
      readonly count?: number
      readonly both?: number | null
      readonly either?: string | number
      readonly one: string | number
    }

    compiles(
      (): Expect<Equal<ReturnType<typeof made>, { [K in keyof Expected]: Expected[K] }>> => true,
    )
  })

  test('with nested objects in each of their notations', () => {
    const made = () =>
      object({
        one: { type: 'object', props: { a: 'string' } },
        two: { type: 'object', properties: { b: 'number|optional' } },
        three: { $$type: 'object', c: { $$type: 'object|optional', d: 'date' } },
        four: { $$type: 'object|optional', e: 'boolean' },
        five: { type: 'object' },
      })
    interface Expected {
      readonly one: { readonly a: string }
      readonly two: { readonly b?: number }
      readonly three: { readonly c?: { readonly d: Date } }
      readonly four?: { readonly e: boolean }
      readonly five: Readonly<Record<string, unknown>>
    }

    compiles(
      (): Expect<Equal<ReturnType<typeof made>, { [K in keyof Expected]: Expected[K] }>> => true,
    )
  })

  test('whose options are no fields', () => {
    const made = () => object({ $$strict: 'remove', $$async: false, a: 'string' })

    compiles((): Expect<Equal<ReturnType<typeof made>, { readonly a: string }>> => true)
  })

  test('without fields when it has none', () => {
    const made = () => object({})

    compiles((): Expect<Equal<keyof ReturnType<typeof made>, never>> => true)
  })
})
