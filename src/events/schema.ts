/**
 * Schemas compiled to checks, of either kind. The only file that imports `fastest-validator`.
 *
 * A check takes a payload as it came, copies and freezes it (`values.ts`), and validates the copy:
 * nothing hostile reaches the validator, and the caller's object is never changed. Schemas that change
 * payloads (defaults, conversions, custom functions) validate a second, mutable copy, which is then
 * copied and frozen again, and so does every Standard Schema, which cannot be known to change nothing;
 * all others pay for one copy. Compiling one builds functions from text; `schema-source.ts` keeps the texts of a
 * schema from becoming code. Runs per command and per event.
 *
 * Custom functions take `(value, errors, schema, path, parent, context)` and return the value.
 *
 * Invariants:
 *   - what a check returns is frozen, shares nothing with what it was given, holds event values only,
 *     and fits the schema, or is what the schema made of what fits it;
 *   - every issue is reported, with its path.
 */

import FastestValidator from 'fastest-validator'
import { errorToData } from '../base/errors.js'
import { InvalidSchemaError, type PayloadIssue, SchemaMismatchError } from './errors.js'
import type { EventValue } from './event.js'
import { type ExpandedRule, expandSchema } from './schema-expansion.js'
import { type SourceWriter, writeLiterals } from './schema-source.js'
import {
  isStandardSchema,
  type Schema,
  type StandardSchema,
  validateStandard,
} from './standard-schema.js'
import { thaw } from './thaw.js'
import { copyPayload } from './values.js'

/** A payload that was copied, frozen and checked. */
export type Payload = Readonly<Record<string, EventValue>>

/** A compiled schema. */
export interface PayloadCheck {
  /**
   * Returns a frozen copy of a payload as it is: not checked yet, not changed by the schema.
   *
   * @throws {EventValueError} DRAMATIS_EVENT_VALUE: it holds what no event may hold.
   */
  copy(payload: unknown): Payload
  /**
   * Returns a checked, frozen copy of a payload.
   *
   * @throws {EventValueError} DRAMATIS_EVENT_VALUE: it holds what no event may hold.
   * @throws {SchemaMismatchError} DRAMATIS_SCHEMA_MISMATCH: it does not fit, with every issue.
   */
  check(payload: unknown): Payload
  /** The same for what was copied before: copied once more only if this schema may change it. */
  recheck(payload: Payload): Payload
}

type Validate = (payload: unknown) => true | readonly ValidatorIssue[]

interface ValidatorIssue {
  readonly field?: string | null
  readonly message?: string
  readonly type?: string
  readonly expected?: unknown
  readonly actual?: unknown
}

/** What was compiled before, by schema and by what it is called: a runtime may be opened many times. */
const compiled = new WeakMap<Schema, Map<string, PayloadCheck>>()

/**
 * Compiles a schema, once. The schema itself is only read. A Standard Schema turns out to be asynchronous, or
 * none, when it is first used: its check then throws the same error.
 *
 * @param subject - What to call it in errors: `command Order.pay`, `event OrderPaid`.
 * @throws {InvalidSchemaError} DRAMATIS_INVALID_SCHEMA
 */
export function compileSchema(subject: string, schema: Schema): PayloadCheck {
  const known = compiled.get(schema)?.get(subject)
  if (known !== undefined) return known
  const check = createCheck(subject, schema)
  compiled.set(schema, (compiled.get(schema) ?? new Map()).set(subject, check))
  return check
}

function createCheck(subject: string, schema: Schema): PayloadCheck {
  const recheck = isStandardSchema(schema)
    ? (payload: Payload): Payload => checkStandard(subject, schema, payload)
    : compileRules(subject, schema)
  const copy = (payload: unknown): Payload => copyPayload(payload, subject)
  return { copy, check: (payload) => recheck(copy(payload)), recheck }
}

function checkStandard(subject: string, schema: StandardSchema, payload: Payload): Payload {
  const output = validateStandard(subject, schema, thaw(payload))
  return copyPayload(output, `output of ${subject}`)
}

function compileRules(
  subject: string,
  schema: Readonly<Record<string, unknown>>,
): PayloadCheck['recheck'] {
  const { rule, changes } = expandSchema(subject, schema)
  const validate = compileRule(subject, rule, changes)
  return (payload) => {
    const checked = changes ? thaw(payload) : payload
    assertFits(subject, validate, checked)
    return changes ? copyPayload(checked, subject) : payload
  }
}

function assertFits(subject: string, validate: Validate, payload: unknown): void {
  const issues = validated(subject, validate, payload)
  if (issues !== true) throw new SchemaMismatchError(subject, issues.map(toIssue))
}

/** Some rules throw on values they did not expect, and a custom function may throw anything. */
function validated(subject: string, validate: Validate, payload: unknown): ReturnType<Validate> {
  try {
    return validate(payload)
  } catch (error) {
    const message = `cannot be checked: ${errorToData(error).message}.`
    throw new SchemaMismatchError(subject, [{ path: '', message }])
  }
}

function toIssue(issue: ValidatorIssue): PayloadIssue {
  return {
    path: issue.field ?? '',
    message: issue.message ?? `does not fit the rule '${issue.type}'.`,
    ...(issue.expected === undefined ? {} : { expected: issue.expected }),
    ...(issue.actual === undefined ? {} : { actual: issue.actual }),
  }
}

/** What fastest-validator has and its types leave out. */
interface RuleCompiler extends SourceWriter {
  compile(rule: object): Validate
}

function compileRule(subject: string, rule: ExpandedRule, changes: boolean): Validate {
  const validator = new (FastestValidator as unknown as new (options: object) => RuleCompiler)({
    useNewCustomCheckerFunction: true,
    considerNullAsAValue: true,
    messages: { objectStrict: "The object '{field}' has fields unknown to its schema: {actual}." },
  })
  writeLiterals(validator)
  const compilePart = validator.compileRule
  validator.compileRule = function (part, context, path, call, target) {
    const source = compilePart.call(this, part, context, path, pureCall(call, target), target)
    return withItemPath(source, target)

    function pureCall(text: string, assigned: string): string {
      // A check that changes nothing need not write each value back, which is slow on frozen objects.
      const assignment = `${assigned} = `
      if (changes || !text.trimStart().startsWith(assignment)) return text
      return text.replace(assignment, '')
    }
  }
  try {
    return validator.compile({ $$root: true, ...rule })
  } catch (error) {
    throw new InvalidSchemaError(subject, errorToData(error).message, { cause: error })
  }
}

/** Left alone, a missing item of an array, tuple or record is reported with its parent's path. */
function withItemPath(source: string, target: string): string {
  const item = /^arr\[(\w+)\]$/.exec(target)
  if (item !== null)
    return `field = (parentField ? parentField : "") + "[" + ${item[1]} + "]";${source}`
  if (target !== 'sanitizedValue') return source
  return source.replaceAll('field: field,', 'field: field ? field + "." + key : key,')
}
