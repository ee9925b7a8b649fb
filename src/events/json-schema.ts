/**
 * JSON Schema (draft 2020-12) of a payload: of fastest-validator rules and of Standard Schemas.
 *
 * For people, for other programs, and for comparing the schemas of two days. It describes payloads as
 * JSON: a date is its ISO text. What JSON Schema cannot say makes it wider, never narrower, and stands
 * under `x-dramatis`. Runs on demand, never per event.
 */

import type { JsonSchema, SchemaSide } from './json-schema-form.js'
import { ruleJsonSchema } from './rule-json-schema.js'
import { expandSchema } from './schema-expansion.js'
import { standardJsonSchema } from './standard-json-schema.js'
import { isStandardSchema, type Schema } from './standard-schema.js'

/**
 * The JSON Schema of an event's or a command's schema.
 *
 * @param schema - `definition.schema` of what `defineEvent` returned, or of a command.
 * @param side - `output`: what is recorded, and what the domain sees. `input`: what the schema takes. They
 *   differ where a schema has defaults, conversions or transforms. @default 'output'
 * @returns plain JSON. A Standard Schema without a JSON form becomes one that accepts anything, with the
 *   reason under `x-dramatis`.
 * @throws {InvalidSchemaError} DRAMATIS_INVALID_SCHEMA
 */
export function jsonSchemaOf(schema: Schema, side: SchemaSide = 'output'): JsonSchema {
  const $schema = 'https://json-schema.org/draft/2020-12/schema'
  return { $schema, ...describeSchema('jsonSchemaOf', schema, side) }
}

/** The same without its `$schema`. @param subject - What to call it in errors. */
export function describeSchema(subject: string, schema: Schema, side: SchemaSide): JsonSchema {
  if (isStandardSchema(schema)) return standardJsonSchema(schema, side)
  return ruleJsonSchema(expandSchema(subject, schema).rule, side)
}
