/**
 * Schema expansion: a schema as people write it, copied into the explicit form that is compiled.
 *
 * Short hands are spelt out, and what fastest-validator leaves open is decided here: objects are
 * strict, `equal` compares strictly, null passes only where a rule says so. The copy shares no rule
 * object with the original or within itself, because fastest-validator changes what it compiles and
 * takes a rule that it meets twice for a cycle. Runs once per schema.
 *
 * Invariants:
 *   - the given schema is only read;
 *   - what comes back names known rules and known options only, and nothing asynchronous.
 */

import { types } from 'node:util'
import { describeValue } from '../base/errors.js'
import { InvalidSchemaError } from './errors.js'
import { changingOptions, ruleNames, ruleOptions } from './schema-rules.js'
import { isFieldName, kindMissed } from './schema-source.js'

/** One rule, spelt out. */
export type ExpandedRule = Record<string, unknown> & { type: string }

export interface ExpandedSchema {
  readonly rule: ExpandedRule
  /** Whether a check may change the payload: defaults, conversions, custom functions. */
  readonly changes: boolean
}

/** Deepest nesting of a schema. */
const schemaDepthMax = 50

interface Expansion {
  readonly subject: string
  changes: boolean
}

/** @throws {InvalidSchemaError} DRAMATIS_INVALID_SCHEMA */
export function expandSchema(subject: string, schema: unknown): ExpandedSchema {
  const expansion = { subject, changes: false }
  if (!isPlainObject(schema)) refuse(expansion, '', 'an object of field names to rules', schema)
  const { $$strict: strict, ...fields } = schema
  const rule = expandRule(expansion, { type: 'object', strict, props: fields }, '', 0)
  return { rule, changes: expansion.changes }
}

function expandRule(into: Expansion, given: unknown, path: string, depth: number): ExpandedRule {
  if (depth > schemaDepthMax) {
    throw new InvalidSchemaError(
      into.subject,
      `${path.slice(0, 80)} is more than ${schemaDepthMax} levels deep, or a cycle`,
    )
  }
  const rule = spellOut(into, given, path)
  if (!ruleNames.has(rule.type)) refuse(into, path, 'the name of a rule', rule.type)
  assertOptions(into, rule, path)
  if (rule.type === 'object' || rule.type === 'equal') rule.strict ??= true
  if (rule.strict === 'remove') into.changes = true
  expandParts(into, rule, path, depth)
  rule.nullable = acceptsNull(rule)
  return rule
}

/** Undoes one level of short hand. Returns a copy. */
function spellOut(into: Expansion, given: unknown, path: string): ExpandedRule {
  if (typeof given === 'string') return parseShortHand(given)
  if (Array.isArray(given)) return { type: 'multi', rules: given }
  if (!isPlainObject(given)) return refuse(into, path, 'a rule', given)
  if (given.$$type === undefined) return copyOptions(given)
  const { $$type: shortHand, $$strict: strict, ...props } = given
  if (typeof shortHand !== 'string') return refuse(into, `${path}.$$type`, "'object'", shortHand)
  const rule = parseShortHand(shortHand)
  if (rule.type !== 'object') return refuse(into, `${path}.$$type`, "'object'", rule.type)
  return { ...rule, ...(strict === undefined ? {} : { strict }), props }
}

/** `'number|integer|min:1'`, read as fastest-validator reads it. */
function parseShortHand(text: string): ExpandedRule {
  const [name = '', ...flags] = text.split('|').map((part) => part.trim())
  const rule: ExpandedRule = name.endsWith('[]')
    ? { type: 'array', items: name.slice(0, -2) }
    : { type: name }
  for (const flag of flags) {
    const at = flag.indexOf(':')
    if (at !== -1) rule[flag.slice(0, at).trim()] = parseFlagValue(flag.slice(at + 1).trim())
    else if (flag.startsWith('no-')) rule[flag.slice(3)] = false
    else rule[flag] = true
  }
  return rule
}

function parseFlagValue(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true'
  return Number.isNaN(Number(text)) ? text : Number(text)
}

function copyOptions(given: Record<string, unknown>): ExpandedRule {
  const rule: ExpandedRule = { type: '' }
  for (const [option, value] of Object.entries(given)) {
    if (value === undefined) continue
    if (Array.isArray(value)) rule[option] = [...value]
    else rule[option] = isPlainObject(value) ? { ...value } : value
  }
  return rule
}

function assertOptions(into: Expansion, rule: ExpandedRule, path: string): void {
  const isCustom = typeof rule.custom === 'function' || typeof rule.check === 'function'
  for (const [option, value] of Object.entries(rule)) {
    if (types.isAsyncFunction(value)) {
      refuse(into, `${path}.${option}`, 'a synchronous function', value)
    }
    const kind = kindMissed(rule.type, option, value)
    if (kind !== null) refuse(into, `${path}.${option}`, kind, value)
    if (changingOptions.has(option)) into.changes = true
    else if (!ruleOptions.has(option) && !isCustom) {
      refuse(into, path, `a rule of known options`, option)
    }
  }
}

function expandParts(into: Expansion, rule: ExpandedRule, path: string, depth: number): void {
  const expand = (part: unknown, at: string): ExpandedRule => expandRule(into, part, at, depth + 1)
  switch (rule.type) {
    case 'object':
      expandFields(into, rule, path, depth)
      return
    case 'array':
      if (rule.items !== undefined) rule.items = expand(rule.items, `${path}[]`)
      return
    case 'tuple':
      if (!Array.isArray(rule.items)) return
      rule.items = rule.items.map((item, at) => expand(item, `${path}[${at}]`))
      return
    case 'record':
      if (rule.key !== undefined) rule.key = expand(rule.key, `${path}.key`)
      rule.value = expand(rule.value ?? 'any', `${path}.value`)
      return
    case 'multi':
      expandAlternatives(into, rule, path, depth)
  }
}

function expandFields(into: Expansion, rule: ExpandedRule, path: string, depth: number): void {
  const given = rule.properties ?? rule.props
  if (given === undefined) return
  if (!isPlainObject(given)) refuse(into, path, 'an object of field names to rules', given)
  const props: Record<string, ExpandedRule> = {}
  for (const [name, field] of Object.entries(given)) {
    const at = path === '' ? name : `${path}.${name}`
    // Compiled checks read plain properties, so that an absent one of these would be found anyway.
    if (name in Object.prototype) refuse(into, at, 'named otherwise: every object has one', name)
    if (!isFieldName(name)) refuse(into, at, 'the name of a field', name)
    props[name] = expandRule(into, field, at, depth + 1)
  }
  delete rule.properties
  rule.props = props
}

function expandAlternatives(
  into: Expansion,
  rule: ExpandedRule,
  path: string,
  depth: number,
): void {
  const given = rule.rules
  if (!Array.isArray(given) || given.length === 0) {
    refuse(into, path, 'a list of at least one rule', given)
  }
  const alternatives: Expansion = { subject: into.subject, changes: false }
  const rules = given.map((each, at) => expandRule(alternatives, each, `${path}<${at}>`, depth + 1))
  // An alternative that fails half-way would leave its changes behind for the next one.
  if (alternatives.changes && rules.some((each) => structuredRules.has(each.type))) {
    refuse(into, path, 'alternatives that change nothing', 'defaults or conversions in an object')
  }
  into.changes ||= alternatives.changes
  rule.rules = rules
  if (rules.every((each) => each.optional === true)) rule.optional = true
}

const structuredRules: ReadonlySet<string> = new Set(['object', 'array', 'tuple', 'record'])

function acceptsNull(rule: ExpandedRule): boolean {
  if (rule.nullable === true) return true
  if (rule.type === 'enum') return Array.isArray(rule.values) && rule.values.includes(null)
  if (rule.type !== 'multi') return false
  return (rule.rules as ExpandedRule[]).some((each) => each.nullable === true)
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (value === null || typeof value !== 'object') return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function refuse(expansion: Expansion, path: string, expected: string, found: unknown): never {
  throw new InvalidSchemaError(
    expansion.subject,
    `${path === '' ? 'the schema' : path} is not ${expected}, but ${describeValue(found)}`,
  )
}
