/**
 * JSON Schema of fastest-validator rules, as `schema-expansion.ts` spells them out.
 *
 * Invariants:
 *   - the JSON form of a payload that a schema accepts fits the schema's `input`, and what the check makes
 *     of it fits its `output`; a default is taken to fit its own rule;
 *   - the same schema gives the same JSON Schema, with its keys in the same order.
 */

import {
  type Json,
  type JsonSchema,
  jsonOf,
  noted,
  noteKey,
  type SchemaSide,
} from './json-schema-form.js'
import type { ExpandedRule } from './schema-expansion.js'
import {
  currencySchema,
  emailSchema,
  namedTextSchema,
  stringSchema,
  urlSchema,
  uuidSchema,
} from './text-json-schema.js'

type Convert = (rule: ExpandedRule, side: SchemaSide) => JsonSchema

const converters: Readonly<Record<string, Convert>> = {
  any: () => ({}),
  array: arraySchema,
  boolean: () => ({ type: 'boolean' }),
  class: ({ instanceOf }) => noted({}, { instanceOf }),
  currency: currencySchema,
  custom: ({ check }) => noted({}, { check }),
  date: () => ({ type: 'string', format: 'date-time' }),
  email: emailSchema,
  enum: enumSchema,
  equal: equalSchema,
  forbidden: ({ remove }, side) => (remove === true && side === 'input' ? {} : { type: 'null' }),
  luhn: namedTextSchema,
  mac: namedTextSchema,
  multi: ({ rules }, side) => ({
    anyOf: (rules as readonly ExpandedRule[]).map((each) => ruleJsonSchema(each, side)),
  }),
  number: numberSchema,
  object: objectSchema,
  objectID: () => noted({}, { rule: 'objectID' }),
  record: recordSchema,
  string: stringSchema,
  tuple: tupleSchema,
  url: urlSchema,
  uuid: uuidSchema,
}

/** The JSON Schema of one rule. */
export function ruleJsonSchema(rule: ExpandedRule, side: SchemaSide): JsonSchema {
  const { custom, default: standard } = rule
  const schema = withoutNull(rule, side)
  const isReplaced = side === 'input' && hasDefault(rule)
  const nullable = rule.nullable === true || isReplaced ? orNull(schema) : schema
  return noted(
    {
      ...nullable,
      ...(typeof standard === 'function' || !hasDefault(rule) ? {} : defaultOf(standard)),
    },
    {
      ...(typeof custom === 'function' ? { custom } : {}),
      ...(typeof standard === 'function' ? { default: standard } : {}),
    },
  )
}

function withoutNull(rule: ExpandedRule, side: SchemaSide): JsonSchema {
  // What a custom function returns may be anything.
  if (side === 'output' && typeof rule.custom === 'function') return {}
  if (side === 'input' && rule.convert !== undefined && rule.convert !== false) {
    return noted({}, { convert: rule.type })
  }
  return converters[rule.type]!(rule, side)
}

/** fastest-validator knows no default of null. */
function hasDefault({ default: standard }: ExpandedRule): boolean {
  return standard !== undefined && standard !== null
}

function defaultOf(standard: unknown): JsonSchema {
  const json = jsonOf(standard)
  return json === undefined ? {} : { default: json }
}

function orNull(schema: JsonSchema): JsonSchema {
  const { type, enum: values, const: value } = schema
  if (Object.keys(schema).every((key) => key === noteKey)) return schema
  if (type === 'null' || (Array.isArray(values) && values.includes(null))) return schema
  const isOpen = values === undefined && value === undefined
  if (typeof type === 'string' && isOpen) return { ...schema, type: [type, 'null'] }
  return { anyOf: [schema, { type: 'null' }] }
}

function numberSchema(rule: ExpandedRule): JsonSchema {
  const { min, max, integer, positive, negative, equal, notEqual } = rule
  return {
    type: integer === true ? 'integer' : 'number',
    ...(typeof min === 'number' ? { minimum: min } : {}),
    ...(typeof max === 'number' ? { maximum: max } : {}),
    ...(positive === true ? { exclusiveMinimum: 0 } : {}),
    ...(negative === true ? { exclusiveMaximum: 0 } : {}),
    ...(typeof equal === 'number' ? { const: equal } : {}),
    ...(typeof notEqual === 'number' ? { not: { const: notEqual } } : {}),
  }
}

function enumSchema({ values = [], nullable }: ExpandedRule): JsonSchema {
  const found = jsonOf(values) as readonly Json[] | undefined
  if (found === undefined) return noted({}, { values })
  return { enum: nullable === true && !found.includes(null) ? [...found, null] : found }
}

function equalSchema({ field, value, strict }: ExpandedRule): JsonSchema {
  if (field !== undefined) return noted({}, { equalToField: field })
  const json = jsonOf(value)
  return strict === true && json !== undefined ? { const: json } : noted({}, { equalTo: value })
}

function sizes(rule: ExpandedRule, least: string, most: string): JsonSchema {
  const { min, max, length, empty } = rule
  const from = length ?? min ?? (empty === false ? 1 : undefined)
  const to = length ?? max
  return {
    ...(typeof from === 'number' ? { [least]: Math.max(from, empty === false ? 1 : 0) } : {}),
    ...(typeof to === 'number' ? { [most]: Math.max(to, 0) } : {}),
  }
}

const scalars: ReadonlySet<string> = new Set([
  'string',
  'number',
  'boolean',
  'email',
  'uuid',
  'url',
])

function arraySchema(rule: ExpandedRule, side: SchemaSide): JsonSchema {
  const { contains, unique, enum: values } = rule
  const items = rule.items as ExpandedRule | undefined
  // Items that are objects are told apart by identity, which JSON does not have.
  const isUnique = unique === true && items !== undefined && scalars.has(items.type)
  const itemSchema = items && ruleJsonSchema(items, side)
  const [only, held] = [jsonOf(values), jsonOf(contains)]
  const schema = {
    type: 'array',
    ...(only === undefined
      ? itemSchema && { items: itemSchema }
      : { items: itemSchema ? { allOf: [itemSchema, { enum: only }] } : { enum: only } }),
    ...sizes(rule, 'minItems', 'maxItems'),
    ...(isUnique ? { uniqueItems: true } : {}),
    ...(held === undefined ? {} : { contains: { const: held } }),
  }
  return unique === true && !isUnique ? noted(schema, { unique }) : schema
}

function tupleSchema({ items, empty }: ExpandedRule, side: SchemaSide): JsonSchema {
  if (!Array.isArray(items)) return { type: 'array', ...(empty === false ? { minItems: 1 } : {}) }
  const prefixItems = items.map((item: ExpandedRule) => ruleJsonSchema(item, side))
  const { length } = prefixItems
  const full = { type: 'array', prefixItems, items: false, minItems: length, maxItems: length }
  return empty === false ? full : { anyOf: [full, { type: 'array', maxItems: 0 }] }
}

function recordSchema({ key, value }: ExpandedRule, side: SchemaSide): JsonSchema {
  return {
    type: 'object',
    ...(key === undefined ? {} : { propertyNames: ruleJsonSchema(key as ExpandedRule, side) }),
    additionalProperties: ruleJsonSchema(value as ExpandedRule, side),
  }
}

function objectSchema(rule: ExpandedRule, side: SchemaSide): JsonSchema {
  const props = rule.props as Readonly<Record<string, ExpandedRule>> | undefined
  const { minProps, maxProps, strict } = rule
  const isRemoving = strict === 'remove' && side === 'input'
  return {
    type: 'object',
    ...(props === undefined ? {} : fieldsSchema(props, strict !== false && !isRemoving, side)),
    ...(typeof minProps === 'number' ? { minProperties: Math.max(minProps, 0) } : {}),
    ...(typeof maxProps === 'number' && !isRemoving ? { maxProperties: maxProps } : {}),
  }
}

function fieldsSchema(
  props: Readonly<Record<string, ExpandedRule>>,
  isClosed: boolean,
  side: SchemaSide,
): JsonSchema {
  const fields = Object.entries(props)
  return {
    properties: Object.fromEntries(
      fields.map(([name, rule]) => [name, ruleJsonSchema(rule, side)] as const),
    ),
    required: fields.filter(([, rule]) => isRequired(rule, side)).map(([name]) => name),
    ...(isClosed ? { additionalProperties: false } : {}),
  }
}

function isRequired(rule: ExpandedRule, side: SchemaSide): boolean {
  if (rule.type === 'forbidden') return false
  if (hasDefault(rule)) return side === 'output'
  // A custom function may make nothing of it.
  return rule.optional !== true && !(side === 'output' && typeof rule.custom === 'function')
}
