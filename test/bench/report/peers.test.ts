/**
 * A comparison with other libraries as an answer.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Row } from '../../../bench/comparison/summary.js'
import { type Comparison, peersFound } from '../../../bench/report/peers.js'

function row(id: string, ...perSecond: readonly number[]): Row {
  const described = { id, name: id, version: '1.0.0', durability: 'all', settings: 'usual' }
  if (perSecond.length === 0) return { ...described, figures: { reason: 'it did not load' } }
  const rounds = perSecond.map((commands) => ({ commands, inFlight: 10, durationMs: 1_000 }))
  const commandsPerSecond = { median: 0, lowest: 0, highest: 0 }
  return { ...described, figures: { commandsPerSecond, ofBaseline: 0, ofCeiling: 0, rounds } }
}

function comparison(...rows: readonly Row[]): Comparison {
  const machine = { node: 'v20.0.0', processors: '2 x one' }
  return { startedAt: '2026-01-01T00:00:00.000Z', machine, rows }
}

test('Dramatis is divided by each of the others, round by round', () => {
  const found = peersFound(comparison(row('dramatis', 100, 60), row('nact', 50, 20)))

  assert.deepEqual(found?.answer.figures, [{ name: 'of nact', unit: 'ratio', values: [2, 3] }])
})

test('a library that failed has no figure, and its reason', () => {
  const found = peersFound(comparison(row('dramatis', 100), row('nact')))

  assert.deepEqual(found?.answer.figures, [])
  assert.deepEqual([...found!.absent], [['peers: of nact', 'it did not load']])
})

test('without figures of Dramatis there is no answer', () => {
  assert.equal(peersFound(comparison(row('dramatis'), row('nact', 50))), null)
  assert.equal(peersFound(comparison(row('nact', 50))), null)
})
