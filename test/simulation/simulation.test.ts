/**
 * The whole runtime on one thread, a disk that loses its power and fails, a clock that is set, handlers that
 * fail: seed after seed, and every plan that once failed.
 *
 * Another number of seeds, or other ones: `DRAMATIS_TEST_SIZE=5 DRAMATIS_TEST_SEED=7 npm test -- simulation`.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { count } from '../support/counts.js'
import { seed } from '../support/seed.js'
import { sized } from '../support/size.js'
import { readCorpus } from './corpus.js'
import { drawPlan } from './draw-plan.js'
import { describeFailure, runSeeds } from './run-seeds.js'
import { shrinkPlan } from './shrink.js'
import { simulate } from './simulate.js'

const seeds = sized(1_000, 20_000)
const firstSeed = seed * 1_000_000

test(`no law is broken in ${seeds} simulated histories (seeds from ${firstSeed})`, async (t) => {
  const result = await runSeeds({
    ...{ firstSeed, seeds, repeatEvery: 20, shrinkRunsMax: 200, failuresMax: 1 },
  })

  const { counts, repeated, failures } = result
  count('simulation seeds', result.seeds, firstSeed)
  t.diagnostic(`${JSON.stringify(counts)}, ${repeated} seeds twice`)
  assert.equal(failures.map(describeFailure).join('\n\n'), '')
  assert.ok(counts.crashes > seeds / 4 && counts.failures > seeds / 10)
  assert.ok(counts.events > seeds && counts.deliveries > seeds)
})

describe('what once went wrong', () => {
  for (const { problem, plan } of readCorpus()) {
    test(`does so no more: ${problem} (seed ${plan.seed})`, async () => {
      const { problems, lines } = await simulate(plan)

      assert.deepEqual(problems, [], lines.join('\n'))
    })
  }
})

describe('a plan', () => {
  test('is the same for the same seed, and outlives being written down', async () => {
    const plan = drawPlan(seed)

    assert.deepEqual(drawPlan(seed), plan)
    assert.deepEqual(JSON.parse(JSON.stringify(plan)), plan)
    assert.notDeepEqual(drawPlan(seed + 1), plan)
  })

  test('is made smaller as long as it fails, and no further', async () => {
    const plan = drawPlan(4)
    const hasQuiet = (each: typeof plan): boolean =>
      each.lives.some(({ steps }) => steps.some((step) => step.do === 'quiet'))
    assert.ok(hasQuiet(plan))

    const smallest = await shrinkPlan(plan, async (each) => hasQuiet(each), 1_000)

    assert.equal(smallest.lives.length, 1)
    assert.deepEqual(smallest.lives[0]!.steps, [{ do: 'quiet' }])
    assert.deepEqual([smallest.lives[0]!.crash, smallest.lives[0]!.failure], [null, null])
  })
})
