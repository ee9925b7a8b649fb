/**
 * Standard Schema: the interface that zod, valibot, arktype and others share, by structure alone.
 *
 * No library of schemas is imported here or anywhere. A schema is whatever has `~standard` of version 1;
 * it is given a private, mutable copy, because some libraries change what they check, and what it
 * returns is looked at as the untrusted value that it is. Runs per command and per event.
 *
 * Source: https://standardschema.dev (Standard Schema 1, Standard JSON Schema 1).
 */

import { types } from 'node:util'
import { describeValue, errorToData } from '../base/errors.js'
import { InvalidSchemaError, type PayloadIssue, SchemaMismatchError } from './errors.js'

/** What a check found. Issues make it a failure, whatever else is there. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] }

export interface StandardIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** What turns a schema into JSON Schema. May throw where a schema has no such form. */
export interface StandardJsonSchema {
  readonly input: (options: StandardJsonSchemaOptions) => Record<string, unknown>
  readonly output: (options: StandardJsonSchemaOptions) => Record<string, unknown>
}

export interface StandardJsonSchemaOptions {
  readonly target: 'draft-2020-12'
  readonly libraryOptions?: Record<string, unknown> | undefined
}

/** Any Standard Schema: of zod, valibot, arktype, or made by hand. */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    /** The name of the library. */
    readonly vendor: string
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
    readonly jsonSchema?: StandardJsonSchema
  }
}

/** Field names to fastest-validator rules, or any Standard Schema. */
export type Schema<Payload = unknown> = Readonly<Record<string, unknown>> | StandardSchema<Payload>

/** Whether a value claims to be a Standard Schema; arktype's are functions. */
export function isStandardSchema(value: unknown): value is StandardSchema {
  const isHolder = typeof value === 'function' || (typeof value === 'object' && value !== null)
  return isHolder && '~standard' in value
}

/**
 * What a schema makes of a payload. The payload may be changed; what comes back is not checked.
 *
 * @throws {SchemaMismatchError} DRAMATIS_SCHEMA_MISMATCH: it does not fit, with every issue.
 * @throws {InvalidSchemaError} DRAMATIS_INVALID_SCHEMA: the schema is asynchronous, or no schema.
 */
export function validateStandard(
  subject: string,
  schema: StandardSchema,
  payload: unknown,
): unknown {
  let result: unknown
  try {
    result = schema['~standard'].validate(payload)
  } catch (error) {
    const message = `cannot be checked: ${errorToData(error).message}.`
    throw new SchemaMismatchError(subject, [{ path: '', message }])
  }
  return outputOf(subject, result)
}

function outputOf(subject: string, result: unknown): unknown {
  if (types.isPromise(result)) {
    // Whatever comes of it comes too late; a rejection must not end the process.
    result.catch(() => {})
    throw new InvalidSchemaError(subject, 'it checks asynchronously; look things up in prepare')
  }
  const found = readResult(result)
  if (found === null) {
    const why = `its validate returned ${describeValue(result)}, which has neither value nor issues`
    throw new InvalidSchemaError(subject, why)
  }
  if (found.issues !== undefined) throw new SchemaMismatchError(subject, found.issues)
  return found.value
}

/** Reads each property once. @returns `null` for what is no result. */
function readResult(
  result: unknown,
): { readonly value?: unknown; readonly issues?: readonly PayloadIssue[] } | null {
  if (result === null || typeof result !== 'object') return null
  try {
    const { issues } = result as { readonly issues?: unknown }
    if (issues !== undefined) return Array.isArray(issues) ? { issues: issues.map(toIssue) } : null
    return 'value' in result ? { value: result.value } : null
  } catch {
    return null
  }
}

function toIssue(issue: StandardIssue): PayloadIssue {
  const { message, path } = issue
  return {
    path: pathText(path ?? []),
    message: typeof message === 'string' ? message : describeValue(message),
  }
}

/** `['lines', 2, { key: 'cents' }]` -> `lines[2].cents`. */
function pathText(path: NonNullable<StandardIssue['path']>): string {
  let text = ''
  for (const segment of path) {
    const key = typeof segment === 'object' ? segment.key : segment
    if (typeof key === 'number') text += `[${key}]`
    else text += text === '' ? String(key) : `.${String(key)}`
  }
  return text
}
