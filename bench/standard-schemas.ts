/**
 * What does it cost to check a payload by a schema of another library, beside rules?
 *
 * A small order goes through the check that commands and events go through: copied, frozen, validated.
 * Rules that change nothing keep the first copy; rules that may, and every Standard Schema, work on a
 * second one and are copied again.
 */

import { type } from 'arktype'
import * as v from 'valibot'
import { z } from 'zod'
import { compileSchema } from '../src/events/schema.js'
import type { Schema } from '../src/events/standard-schema.js'
import { comparedWithFirst } from './suite/compared.js'
import { tell } from './suite/tell.js'
import { briefRounds, takeTurns } from './suite/turns.js'

const checksPerRun = 1_000

const order = {
  orderId: 'order-4711',
  customerId: 'customer-1',
  lines: [
    { sku: 'lamp', cents: 4_900 },
    { sku: 'bulb', cents: 300 },
  ],
}

const rules = {
  orderId: 'string',
  customerId: 'string',
  lines: { type: 'array', items: { $$type: 'object', sku: 'string', cents: 'number|integer' } },
}

const schemas: Readonly<Record<string, Schema>> = {
  rules,
  'rules that may change': { ...rules, orderId: 'string|trim' },
  zod: z.strictObject({
    orderId: z.string(),
    customerId: z.string(),
    lines: z.array(z.strictObject({ sku: z.string(), cents: z.int() })),
  }),
  valibot: v.strictObject({
    orderId: v.string(),
    customerId: v.string(),
    lines: v.array(v.strictObject({ sku: v.string(), cents: v.pipe(v.number(), v.integer()) })),
  }),
  arktype: type({
    '+': 'reject',
    orderId: 'string',
    customerId: 'string',
    lines: type({ '+': 'reject', sku: 'string', cents: 'number.integer' }).array(),
  }),
}

const cases = Object.entries(schemas).map(([name, schema]) => {
  const { check } = compileSchema(name, schema)
  const run = async (): Promise<void> => {
    for (let checked = 0; checked < checksPerRun; checked++) check(order)
  }
  return { name, perRun: checksPerRun, run }
})
tell({
  id: 'standard-schemas',
  question: 'What does it cost to check a payload by a schema of another library, beside rules?',
  setting: 'an order of two lines: copied, frozen, validated; nothing is recorded',
  figures: comparedWithFirst(await takeTurns('schemas', cases, briefRounds)),
})
