/**
 * A comparison with other libraries as an answer.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contestants } from '../../../bench/comparison/contestants.js'
import { quickPlan, wholePlan } from '../../../bench/comparison/plan.js'
import type { Row } from '../../../bench/comparison/summary.js'
import { type Comparison, comparisonToPublish, peersFound } from '../../../bench/report/peers.js'

function row(id: string, ...perSecond: readonly number[]): Row {
  const described = { id, name: id, version: '1.0.0', durability: 'all', settings: 'usual' }
  if (perSecond.length === 0) return { ...described, figures: { reason: 'it did not load' } }
  const rounds = perSecond.map((commands) => ({ commands, inFlight: 10, durationMs: 1_000 }))
  const commandsPerSecond = { median: 0, lowest: 0, highest: 0 }
  return { ...described, figures: { commandsPerSecond, ofBaseline: 0, ofCeiling: 0, rounds } }
}

function comparison(...rows: readonly Row[]): Comparison {
  const machine = { node: 'v20.0.0', processors: '2 x one' }
  return { startedAt: '2026-01-01T00:00:00.000Z', machine, plan: wholePlan, rows }
}

test('Dramatis is divided by each of the others, round by round', () => {
  const found = peersFound(comparison(row('dramatis', 100, 60), row('nact', 50, 20)))

  assert.deepEqual(found?.answer.figures, [{ name: 'of nact', unit: 'ratio', values: [2, 3] }])
})

test('a library that failed has no figure, and its reason', () => {
  const found = peersFound(comparison(row('dramatis', 100), row('nact')))

  assert.deepEqual(found?.answer.figures, [])
  assert.equal(found?.absent.get('peers: of nact'), 'it did not load')
})

test('without figures of Dramatis there is no answer', () => {
  assert.equal(peersFound(comparison(row('dramatis'), row('nact', 50))), null)
  assert.equal(peersFound(comparison(row('nact', 50))), null)
})

test('a library that was left out of a comparison has no figure either', () => {
  const found = peersFound(comparison(row('dramatis', 100), row('better-sqlite3', 50)))

  assert.equal(found?.absent.get('peers: of nact'), 'it was left out')
  assert.equal(found?.absent.has('peers: of better-sqlite3'), false)
})

test('the newest comparison with everybody in it is published, and never a quick one', () => {
  const everybody = contestants.map(({ id }) => row(id, 100))
  const older = comparison(...everybody)
  const newer = { ...comparison(...everybody), startedAt: '2026-01-02T00:00:00.000Z' }
  const narrowed = comparison(row('dramatis', 100), row('nact', 50))
  const quick = { ...comparison(...everybody), plan: quickPlan }

  assert.equal(comparisonToPublish([older, newer, narrowed, quick]), newer)
  assert.equal(comparisonToPublish([narrowed, quick]), narrowed)
  assert.equal(comparisonToPublish([quick]), null)
})
