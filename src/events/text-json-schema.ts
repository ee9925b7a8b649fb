/**
 * JSON Schema of the rules about text.
 *
 * Lengths count code points in JSON Schema and UTF-16 units in rules: they differ for characters beyond
 * the basic plane. Patterns are given only where they mean the same under the `u` flag, which validators
 * of JSON Schema use.
 */

import { type JsonSchema, noted, type SchemaSide } from './json-schema-form.js'
import type { ExpandedRule } from './schema-expansion.js'

/** Options that change a text before the others look at it. */
const changing =
  'trim trimLeft trimRight padStart padEnd lowercase uppercase localeLowercase localeUppercase normalize'.split(
    ' ',
  )

const patterns: Readonly<Record<string, string>> = {
  numeric: '^-?[0-9]\\d*(\\.\\d+)?$',
  alpha: '^[a-zA-Z]+$',
  alphanum: '^[a-zA-Z0-9]+$',
  alphadash: '^[a-zA-Z0-9_-]+$',
  hex: '^([0-9a-fA-F]{2})+$',
  singleLine: '^[^\\n]*$',
}

/** What has more to it than is worth a pattern is named in a note. */
const named = ['base64', 'contains']

export function stringSchema(rule: ExpandedRule, side: SchemaSide): JsonSchema {
  const changes = changing.filter((option) => rule[option] !== undefined && rule[option] !== false)
  if (side === 'input' && changes.length > 0) return noted({ type: 'string' }, pick(rule, changes))
  const schema = withPatterns({ type: 'string', ...lengths(rule) }, rule)
  return rule.empty === true ? { anyOf: [{ const: '' }, schema] } : schema
}

function lengths({ min, max, length, empty, enum: values }: ExpandedRule): JsonSchema {
  const least = length ?? min ?? (empty === false ? 1 : undefined)
  const most = length ?? max
  return {
    ...(typeof least === 'number' ? { minLength: Math.max(least, empty === false ? 1 : 0) } : {}),
    ...(typeof most === 'number' ? { maxLength: Math.max(most, 0) } : {}),
    ...(Array.isArray(values) ? { enum: values } : {}),
  }
}

function withPatterns(schema: JsonSchema, rule: ExpandedRule): JsonSchema {
  const found = Object.keys(patterns).filter((option) => rule[option] === true)
  const texts = found.map((option) => patterns[option]!)
  const own = rule.pattern === undefined ? null : patternOf(rule.pattern, rule.patternFlags)
  if (own !== null) texts.push(own)
  const isNoted = rule.pattern !== undefined && own === null
  const notes = pick(rule, isNoted ? [...named, 'pattern', 'patternFlags'] : named)
  const [first, ...more] = texts
  return noted(
    {
      ...schema,
      ...(first === undefined ? {} : { pattern: first }),
      ...(more.length === 0 ? {} : { allOf: more.map((pattern) => ({ pattern })) }),
    },
    notes,
  )
}

/** `null`: it cannot be said without flags, or is no pattern under the `u` flag. */
export function patternOf(pattern: unknown, flags: unknown): string | null {
  const source = pattern instanceof RegExp ? pattern.source : pattern
  const allFlags = pattern instanceof RegExp ? pattern.flags : (flags ?? '')
  if (typeof source !== 'string' || (allFlags !== '' && allFlags !== 'u')) return null
  try {
    new RegExp(source, 'u')
    return source
  } catch {
    return null
  }
}

function pick(rule: ExpandedRule, options: readonly string[]): Record<string, unknown> {
  const given = options.filter((option) => rule[option] !== undefined && rule[option] !== false)
  return Object.fromEntries(given.map((option) => [option, rule[option]]))
}

/** fastest-validator's own patterns; a format would be stricter, or looser, than its rule. */
export function emailSchema(rule: ExpandedRule, side: SchemaSide): JsonSchema {
  if (side === 'input' && rule.normalize === true) {
    return noted({ type: 'string' }, { rule: 'email', normalize: true })
  }
  const { min, max, empty } = rule
  const isPrecise = rule.mode === 'precise'
  const schema: JsonSchema = {
    type: 'string',
    ...lengths({ type: 'email', min, max }),
    ...(isPrecise ? {} : { pattern: '^\\S+@\\S+\\.\\S+$' }),
  }
  const full = isPrecise ? noted(schema, { rule: 'email', mode: 'precise' }) : schema
  return empty === true ? { anyOf: [{ const: '' }, full] } : full
}

export function urlSchema({ empty }: ExpandedRule): JsonSchema {
  const schema = { type: 'string', pattern: '^https?:\\/\\/\\S+' }
  return empty === true ? { anyOf: [{ const: '' }, schema] } : schema
}

export function uuidSchema({ version }: ExpandedRule): JsonSchema {
  const schema = { type: 'string', format: 'uuid' }
  return version === undefined ? schema : noted(schema, { version })
}

export function currencySchema(rule: ExpandedRule): JsonSchema {
  const { currencySymbol, symbolOptional, thousandSeparator, decimalSeparator, customRegex } = rule
  const options = {
    currencySymbol,
    symbolOptional,
    thousandSeparator,
    decimalSeparator,
    customRegex,
  }
  return noted(
    { type: 'string' },
    { rule: 'currency', ...pick({ type: '', ...options }, Object.keys(options)) },
  )
}

export function namedTextSchema({ type }: ExpandedRule): JsonSchema {
  return noted({ type: 'string' }, { rule: type })
}
