/**
 * What became of a schema: whether payloads of yesterday fit the schema of today.
 *
 * Two JSON Schemas are compared, keyword by keyword. The answer errs on one side only: `wider` is a proof,
 * `narrower` may be one that could not be found. What is not known to be harmless has to be the same.
 *
 * Invariant: when the change is `same` or `wider`, whatever fits `before` fits `after`, as far as either
 * says what it accepts.
 */

import { isDeepStrictEqual } from 'node:util'
import { type Json, type JsonSchema, noteKey } from './json-schema-form.js'

/**
 * `checks`: only the text of functions is another. `opaque`: there is nothing to compare. `narrower`: it
 * may refuse what it accepted.
 */
export type SchemaChange = 'same' | 'wider' | 'checks' | 'opaque' | 'narrower'

export function compareSchemas(before: JsonSchema, after: JsonSchema): SchemaChange {
  if (isOpaque(before) || isOpaque(after)) return 'opaque'
  if (isDeepStrictEqual(before, after)) return 'same'
  if (widens(before, after)) return widens(after, before) ? 'same' : 'wider'
  return widens(withoutFunctions(before), withoutFunctions(after)) ? 'checks' : 'narrower'
}

function isOpaque(schema: JsonSchema): boolean {
  return (schema[noteKey] as { readonly opaque?: unknown } | undefined)?.opaque !== undefined
}

function withoutFunctions(schema: JsonSchema): JsonSchema {
  const text = JSON.stringify(schema).replace(/"function [0-9a-f]{12}"/g, '"function"')
  return JSON.parse(text) as JsonSchema
}

/** A schema, or one of its two short forms. */
type Part = JsonSchema | boolean

/** Words that say nothing about what is accepted. */
const annotations = new Set('$schema $comment title description default examples'.split(' '))
/** A lower bound may fall or go, an upper one may rise or go. */
const lowerBounds = new Set('minimum exclusiveMinimum minLength minItems minProperties'.split(' '))
const upperBounds = new Set('maximum exclusiveMaximum maxLength maxItems maxProperties'.split(' '))
/** Words that are looked at together. */
const structural = new Set(
  'type enum const properties additionalProperties required items prefixItems'.split(' '),
)
/** Words that say something by themselves, whatever stands beside them: harmless where they are the same. */
const independent = new Set(
  `$defs $ref allOf anyOf oneOf not pattern format multipleOf uniqueItems contains propertyNames ${noteKey}`.split(
    ' ',
  ),
)

/** Whether everything that fits `before` fits `after`. May say no without need. */
function widens(before: Part, after: Part): boolean {
  if (after === true || before === false || isDeepStrictEqual(before, after)) return true
  if (after === false) return false
  const from = before === true ? {} : before
  if (isList(from.anyOf) && Object.keys(from).length === 1) {
    return from.anyOf.every((each) => widens(each as Part, after))
  }
  if (isList(after.anyOf) && Object.keys(after).length === 1) {
    return after.anyOf.some((each) => widens(from, each as Part))
  }
  return (
    plainWordsWiden(from, after) &&
    valuesWiden(from, after) &&
    fieldsWiden(from, after) &&
    itemsWiden(from, after)
  )
}

function plainWordsWiden(before: JsonSchema, after: JsonSchema): boolean {
  // Of other words nobody knows how they change what stands beside them.
  if (![...Object.keys(before), ...Object.keys(after)].every(isKnown)) return false
  return Object.entries(after).every(([word, value]) => {
    const was = before[word]
    if (lowerBounds.has(word)) return typeof was === 'number' && was >= (value as number)
    if (upperBounds.has(word)) return typeof was === 'number' && was <= (value as number)
    return !independent.has(word) || same(before, after, word)
  })
}

function isKnown(word: string): boolean {
  return [annotations, lowerBounds, upperBounds, structural, independent].some((words) =>
    words.has(word),
  )
}

function same(before: JsonSchema, after: JsonSchema, word: string): boolean {
  return isDeepStrictEqual(before[word], after[word])
}

/** Types and sets of values. */
function valuesWiden(before: JsonSchema, after: JsonSchema): boolean {
  const values = valuesOf(before)
  const allowed = valuesOf(after)
  if (allowed !== null) {
    const isAllowed = (value: Json): boolean =>
      allowed.some((each) => isDeepStrictEqual(each, value))
    if (values?.every(isAllowed) !== true) return false
  }
  const types = typesOf(after)
  if (types === null) return true
  const had = values === null ? typesOf(before) : values.map(typeOf)
  return (
    had?.every(
      (each) => types.includes(each) || (each === 'integer' && types.includes('number')),
    ) === true
  )
}

/** The values of a closed set; `null`: it is none. */
function valuesOf({ enum: values, const: value }: JsonSchema): readonly Json[] | null {
  if (value === undefined) return isList(values) ? values : null
  return isList(values) ? values.filter((each) => isDeepStrictEqual(each, value)) : [value]
}

function typesOf({ type }: JsonSchema): readonly Json[] | null {
  if (type === undefined) return null
  return isList(type) ? type : [type]
}

function typeOf(value: Json): string {
  if (value === null) return 'null'
  if (isList(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value
}

function fieldsWiden(before: JsonSchema, after: JsonSchema): boolean {
  const was = fieldsOf(before)
  const is = fieldsOf(after)
  const more = (before.additionalProperties ?? true) as Part
  const moreNow = (after.additionalProperties ?? true) as Part
  const names = new Set([...was.keys(), ...is.keys()])
  const required = (isList(before.required) ? before.required : []) as readonly string[]
  return (
    widens(more, moreNow) &&
    [...names].every((name) => widens(was.get(name) ?? more, is.get(name) ?? moreNow)) &&
    (!isList(after.required) || after.required.every((name) => required.includes(name as string)))
  )
}

function fieldsOf({ properties = {} }: JsonSchema): ReadonlyMap<string, Part> {
  return new Map(Object.entries(properties as Readonly<Record<string, Part>>))
}

function itemsWiden(before: JsonSchema, after: JsonSchema): boolean {
  if (!same(before, after, 'prefixItems')) {
    const [was, is] = [before.prefixItems, after.prefixItems]
    if (!isList(was) || !isList(is) || was.length !== is.length) return false
    if (!is.every((each, at) => widens(was[at] as Part, each as Part))) return false
  }
  return widens((before.items ?? true) as Part, (after.items ?? true) as Part)
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}
