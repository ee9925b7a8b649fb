/**
 * Damaged bytes and texts into every decoder: the original, a typed error, or, where no checksum stands, another
 * value; never another value for what a checksum covers, and nothing that takes for ever or all of the memory.
 *
 * More of them: `npm run fuzz -- --inputs 5000000 --seed 7`.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { count } from '../support/counts.js'
import { seed } from '../support/seed.js'
import { sized } from '../support/size.js'
import { fuzz, tableOf } from './fuzz/fuzz.js'

const inputs = sized(200_000, 5_000_000)

test(`${inputs} damaged inputs mislead no decoder (seed ${seed})`, async (t) => {
  const result = await fuzz({ seed, from: 0, inputs })

  count('fuzz inputs', result.inputs, seed)
  t.diagnostic(`\n${tableOf(result)}`)
  assert.equal(result.violation, null)
  for (const [target, { refused }] of result.outcomes) {
    assert.ok(refused > 0, `nothing was refused of ${target}`)
  }
})

test('an input is the same each time it is drawn', async () => {
  const one = await fuzz({ seed, from: 1_000, inputs: 200 })
  const other = await fuzz({ seed, from: 1_000, inputs: 200 })

  assert.deepEqual(one, other)
})
