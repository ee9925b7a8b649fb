/**
 * What a schema says, as source text: the one place that keeps texts from becoming code.
 *
 * fastest-validator builds functions from text and puts names, messages, bounds and expected values of a
 * schema into it as they are. Here each text that it puts there is written as a literal, and an option that it
 * would put there bare has to be of a kind that is harmless as source. Functions and classes of a schema are
 * called, and never written. Runs once per schema.
 *
 * Invariant: no text of a schema ends the literal that it is written in.
 */

import { types } from 'node:util'

/** One part of a schema, as fastest-validator compiles it. */
export interface RulePart {
  readonly schema: Record<string, unknown>
}

/** What fastest-validator has and its types leave out: the hooks that write source text. */
export interface SourceWriter {
  compileRule(part: RulePart, context: unknown, path: unknown, call: string, target: string): string
  makeError(error: ErrorSource): string
  makeCustomValidator(custom: { readonly path?: unknown }): string
}

interface ErrorSource {
  readonly type: string
  readonly field?: string
  readonly expected?: unknown
  readonly actual?: unknown
  readonly messages: Readonly<Record<string, unknown>>
}

/** What an option has to be, to stand in source text as it is. */
export type BareKind = 'a number' | 'a text' | 'a regular expression' | 'a list'

/** Options that are written as they are, by the rule that writes them. */
const bareOptions: Readonly<Record<string, Readonly<Record<string, BareKind>>>> = {
  array: { min: 'a number', max: 'a number', length: 'a number', enum: 'a list' },
  currency: { customRegex: 'a regular expression' },
  email: { min: 'a number', max: 'a number' },
  enum: { values: 'a list' },
  equal: { field: 'a text' },
  number: { min: 'a number', max: 'a number', equal: 'a number', notEqual: 'a number' },
  object: { minProps: 'a number', maxProps: 'a number' },
  string: {
    ...{ min: 'a number', max: 'a number', length: 'a number', enum: 'a list' },
    ...{ padStart: 'a number', padEnd: 'a number', contains: 'a text' },
  },
  uuid: { version: 'a number' },
}

/** Texts that are put between quotes without being escaped. */
const quotedOptions: Readonly<Record<string, string>> = { equal: 'field', string: 'contains' }

/** Stands for the number of a rule in source text, and is replaced wherever it is found. */
const placeholder = '%%INDEX%%'

/** The kind that an option of a rule has to be and is not; `null`: it is harmless. */
export function kindMissed(type: string, option: string, value: unknown): BareKind | null {
  const kind = bareOptions[type]?.[option]
  if (kind === undefined || value === undefined || value === null) return null
  return isOfKind(kind, value) ? null : kind
}

function isOfKind(kind: BareKind, value: unknown): boolean {
  if (kind === 'a number') return typeof value === 'number'
  if (kind === 'a text') return typeof value === 'string'
  return kind === 'a list' ? Array.isArray(value) : types.isRegExp(value)
}

/** Whether a field can be called so. */
export function isFieldName(name: string): boolean {
  return !name.startsWith('$$') && !name.includes(placeholder)
}

/** Has a validator write every text as a literal. */
export function writeLiterals(validator: SourceWriter): void {
  const { compileRule, makeCustomValidator } = validator
  validator.compileRule = function (part, ...more) {
    const option = quotedOptions[String(part.schema.type)]
    const text = option === undefined ? undefined : part.schema[option]
    if (typeof text === 'string') part.schema[option!] = escaped(text)
    return compileRule.call(this, part, ...more)
  }
  validator.makeCustomValidator = function (custom) {
    return makeCustomValidator.call(this, { ...custom, path: escaped(String(custom.path)) })
  }
  validator.makeError = errorSource
}

/** As the validator writes it, but for the literals. */
function errorSource({ type, field, expected, actual, messages }: ErrorSource): string {
  const entries = [
    `type: ${literal(type)}`,
    `message: ${literal(String(messages[type]))}`,
    `field: ${field === undefined ? 'field' : literal(field)}`,
  ]
  if (expected != null) entries.push(`expected: ${expectedSource(expected)}`)
  if (actual != null) entries.push(`actual: ${actual}`)
  return `errors.push({ ${entries.join(', ')}, label: label });`
}

/** What comes in quotes is a text, whatever else is in it; the rest is numbers, JSON, and code of rules. */
function expectedSource(expected: unknown): string {
  const source = String(expected)
  if (!/^["']/.test(source)) return source
  try {
    return literal(String(JSON.parse(source)))
  } catch {
    return literal(source.slice(1, -1))
  }
}

function literal(text: string): string {
  return JSON.stringify(text)
}

/** For between double quotes. */
function escaped(text: string): string {
  return literal(text).slice(1, -1)
}
