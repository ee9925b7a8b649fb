/**
 * A runtime against a model of it in plain lists and maps, on both stores, whatever is done to them.
 *
 * Ten times as many runs: `DRAMATIS_TEST_SIZE=10 npm test -- model/`.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { count } from '../support/counts.js'
import { seed } from '../support/seed.js'
import { sized } from '../support/size.js'
import { allCommands } from './commands.js'
import { Model } from './model.js'
import { lmdbGround, memoryGround, System } from './system.js'

/** On each store. */
const runs = sized(300, 5_000)
const grounds = { 'in memory': memoryGround, 'in LMDB': lmdbGround }

describe(`a runtime does what the model does (seed ${seed})`, () => {
  for (const [where, openGround] of Object.entries(grounds)) {
    test(`${where}, through restarts, crashes, failures and moves of the clock`, async (t) => {
      const given = new Map<string, number>()
      const commands = fc.commands([...allCommands], { maxCommands: 25, size: '+1' })
      await fc.assert(
        fc.asyncProperty(commands, async (sequence) => {
          const system = await System.open(openGround())
          try {
            await fc.asyncModelRun(() => ({ model: new Model(), real: system }), sequence)
            for (const each of sequence) {
              const [kind = ''] = `${each}`.split(' ')
              given.set(kind, (given.get(kind) ?? 0) + 1)
            }
          } finally {
            await system.close()
          }
        }),
        { seed, numRuns: runs },
      )

      count('model runs', runs)
      t.diagnostic(`${runs} runs: ${JSON.stringify(Object.fromEntries(given))}`)
      assert.ok(given.size >= 15 || runs < 100)
    })
  }
})
