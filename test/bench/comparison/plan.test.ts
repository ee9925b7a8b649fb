/**
 * How much a compared program does, and when it is its turn.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commandsFor, orderOf, type Plan, wholePlan } from '../../../bench/comparison/plan.js'

const plan: Plan = { ...wholePlan, measuredMs: 2_000, commandsMax: 50_000 }

test('a program sends as much as fills its time, in whole turns of all accounts', () => {
  const cases: readonly (readonly [commandsPerSecond: number, commands: number])[] = [
    [10_000, 20_000],
    [1_499, 2_000],
    [25_000, 50_000],
  ]

  for (const [commandsPerSecond, commands] of cases) {
    assert.equal(commandsFor(plan, commandsPerSecond), commands)
  }
})

test('a slow program makes one turn at least, and a quick one no more than all others may', () => {
  assert.equal(commandsFor(plan, 3), 1_000)
  assert.equal(commandsFor(plan, 900_000), 50_000)
})

test('every program has one turn in a round, and the first of a round is the second of the one before', () => {
  const rounds = [0, 1, 2, 3].map((round) => orderOf(round, ['a', 'b', 'c']).join(''))

  assert.deepEqual(rounds, ['abc', 'bca', 'cab', 'abc'])
})
