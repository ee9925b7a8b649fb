/**
 * What the table says, and what it does not say.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Answer } from '../../../bench/comparison/answer.js'
import {
  type Answers,
  type Figures,
  type Row,
  summarize,
  tableOf,
} from '../../../bench/comparison/summary.js'

const described = (name: string) => ({
  name,
  version: '1.2.3',
  durability: `${name} survives`,
  settings: `${name} settings`,
})

/** Answers of so many commands per second, one per round. */
function answered(id: string, ...perSecond: readonly number[]): Answers {
  const answers = perSecond.map((commands): Answer => {
    return { peer: described(id), measured: { commands, inFlight: 1_000, durationMs: 1_000 } }
  })
  return { id, answers }
}

function figuresOf(row: Row | undefined): Figures {
  assert.ok(row !== undefined && 'commandsPerSecond' in row.figures)
  return row.figures
}

describe('a row', () => {
  test('has the median of its rounds, and the slowest and the fastest', () => {
    const [row] = summarize([answered('base', 300, 100, 200)], 'base', 'top')

    assert.deepEqual(figuresOf(row).commandsPerSecond, { median: 200, lowest: 100, highest: 300 })
  })

  test('has the median of the ratios of each round, not the ratio of the medians', () => {
    // A machine that is slower by half in every other round: one is always twice as fast as the other.
    const rows = summarize(
      [
        answered('base', 100, 50, 100),
        answered('top', 1_000, 100, 400),
        answered('x', 200, 100, 50),
      ],
      'base',
      'top',
    )

    const { ofBaseline, ofCeiling } = figuresOf(rows[2])
    assert.equal(ofBaseline, 2)
    assert.equal(ofCeiling, 0.2)
  })

  test('of a program that failed once says why, and has no figure of its other rounds', () => {
    const { answers } = answered('x', 100, 100)
    const failed: Answer = { peer: described('x'), reason: 'refused: 2 were settled, 1 recorded' }

    const rows = summarize(
      [answered('base', 1, 1, 1), { id: 'x', answers: [...answers, failed] }],
      'base',
      'top',
    )

    assert.deepEqual(rows[1]?.figures, { reason: 'refused: 2 were settled, 1 recorded' })
    assert.equal(rows[1]?.name, 'x')
  })

  test('of a program that never told what it is goes by its id', () => {
    const answers: Answer[] = [{ peer: null, reason: 'it ended without an answer: SIGSEGV' }]

    const [row] = summarize([{ id: 'better', answers }], 'base', 'top')

    assert.equal(row?.name, 'better')
    assert.deepEqual(tableOf([row!]).slice(1), [
      'better  ?        no figure: it ended without an answer: SIGSEGV',
    ])
  })

  test('has no ratio to a baseline that failed', () => {
    const failed: Answers = { id: 'base', answers: [{ peer: null, reason: 'no' }] }

    const rows = summarize([failed, answered('x', 100)], 'base', 'base')

    assert.equal(figuresOf(rows[1]).ofBaseline, null)
    assert.match(tableOf(rows).join('\n'), /x +1\.2\.3 +100 +100 to 100 +- +- /)
  })
})

test('the table tells under every figure what it survives and how it was set', () => {
  const rows = summarize([answered('base', 12_345), answered('x', 1_234)], 'base', 'base')

  assert.deepEqual(tableOf(rows), [
    '      version  commands/s             range  of Dramatis  of bare  at once    sent',
    'base  1.2.3        12,345  12,345 to 12,345          1.0      1.0    1,000  12,345',
    '    survives  base survives',
    '    settings  base settings',
    'x     1.2.3         1,234    1,234 to 1,234         0.10     0.10    1,000   1,234',
    '    survives  x survives',
    '    settings  x settings',
  ])
})
