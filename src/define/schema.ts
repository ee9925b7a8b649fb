/**
 * Schemas as users give them: field names to fastest-validator rules, or a Standard Schema.
 *
 * Tells the two apart and refuses what is neither. Nothing is compiled here, so that a worker which
 * loads a definition pays for no validator.
 */

import { InvalidArgumentError } from '../base/errors.js'
import { isStandardSchema, type Schema, type StandardSchema } from '../events/standard-schema.js'
import { isPlainObject } from '../events/values.js'

/** @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT */
export function parseSchema(argument: string, schema: unknown): Schema {
  if (isStandardSchema(schema)) return parseStandard(argument, schema)
  if (isPlainObject(schema)) return Object.freeze({ ...schema })
  const expected = 'an object of field names to rules, or a Standard Schema'
  throw new InvalidArgumentError(argument, expected, schema)
}

/** It stays as it is: such schemas are objects of classes, or functions. */
function parseStandard(argument: string, schema: StandardSchema): StandardSchema {
  const { version, validate } = Object(schema['~standard'])
  if (version === 1 && typeof validate === 'function') return schema
  throw new InvalidArgumentError(argument, 'a Standard Schema of version 1', schema)
}
