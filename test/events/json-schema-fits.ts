/** JSON Schema as others read it. */

import { Ajv2020 } from 'ajv/dist/2020.js'
import type { JsonSchema } from '../../src/events/json-schema-form.js'

const ajv = new Ajv2020({
  strict: false,
  // Each schema is used once.
  addUsedSchema: false,
  validateSchema: false,
  formats: {
    'date-time': /^[+-]?\d{4,6}-\d\d-\d\dT[\d:.]+Z$/,
    uuid: /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i,
  },
})

/** Whether the JSON form of a value fits a schema. */
export function fits(schema: JsonSchema, value: unknown): boolean {
  return ajv.validate(schema, JSON.parse(JSON.stringify(value)))
}

/** Whether it is a JSON Schema at all. */
export function isJsonSchema(schema: JsonSchema): boolean {
  return ajv.validateSchema(schema) === true
}
