/**
 * What does it cost to check a payload by a schema of another library, beside rules?
 *
 * The same payload, a small order, through the check that commands and events go through: copied, frozen,
 * validated. Rules that change nothing keep the first copy; rules that may, and every Standard Schema, work
 * on a second one and are copied again. The cases take turns in each round.
 */

import { type } from 'arktype'
import benny from 'benny'
import * as v from 'valibot'
import { z } from 'zod'
import { compileSchema } from '../src/events/schema.js'
import type { Schema } from '../src/events/standard-schema.js'

const rounds = 5
/** benny's own limits for one case of one round. */
const limits = { minSamples: 5, maxTime: 0.5 }

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

const cases: Readonly<Record<string, Schema>> = {
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

const names = Object.keys(cases)
const results: (readonly number[])[] = []
for (let round = 0; round < rounds; round++) results.push(await runRound(round))
for (const line of report(results)) console.log(line)

/** One turn each; who goes first changes. @returns checks per second, alongside the names. */
async function runRound(round: number): Promise<readonly number[]> {
  const first = round % names.length
  const summary = await benny.suite(
    `schemas, round ${round + 1} of ${rounds}`,
    benny.configure({ cases: limits }),
    ...[...names.slice(first), ...names.slice(0, first)].map((name) => {
      const { check } = compileSchema(name, cases[name]!)
      return benny.add(name, () => void check(order))
    }),
  )
  return names.map((name) => 1 / summary.results.find((each) => each.name === name)!.details.mean)
}

function report(results: readonly (readonly number[])[]): string[] {
  const rows = names.map((name, at) => {
    const middle = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!
    const perSecond = Math.round(middle(results.map((round) => round[at]!))).toLocaleString('en')
    const ratio = middle(results.map((round) => round[at]! / round[0]!)).toFixed(2)
    return `  ${name.padEnd(24)}${perSecond.padStart(10)}  ${ratio} of rules`
  })
  return ['', `Payloads checked per second, ${rounds} rounds (median, median ratio)`, ...rows]
}
