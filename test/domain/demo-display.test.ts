/** What the demo shows: numbers, the live line and the summary, as text. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonicalText, differences } from '../../actors/demo/evidence.js'
import { countByName, type DemoFigures } from '../../actors/demo/figures.js'
import { withLiveProgress } from '../../actors/demo/live-progress.js'
import { bar, formatCents, formatCount, formatSeconds } from '../../actors/demo/numbers.js'
import { formatProgress, type Progress } from '../../actors/demo/progress-line.js'
import { formatSummary } from '../../actors/demo/summary.js'
import { Terminal } from '../../actors/demo/terminal.js'

test('counts, amounts and times are written for people', () => {
  assert.deepEqual([0, 999, 1_000, 19_507, 1_234_567].map(formatCount), [
    '0',
    '999',
    '1,000',
    '19,507',
    '1,234,567',
  ])
  assert.deepEqual([0, 5, 100, 78_217_549].map(formatCents), ['0.00', '0.05', '1.00', '782,175.49'])
  assert.deepEqual([0.42, 8.31, 75.4].map(formatSeconds), ['0.42 s', '8.3 s', '75 s'])
})

test('a bar is as wide as asked and filled to its share', () => {
  assert.equal(bar(0, 4), '░░░░')
  assert.equal(bar(0.5, 4), '██░░')
  assert.equal(bar(0.56, 4), '██▎░')
  assert.equal(bar(1, 4), '████')
  assert.equal(bar(2, 4), '████')
})

const halfway: Progress = {
  done: 500,
  total: 1_000,
  elapsedMs: 250,
  events: 480,
  viewLag: 12,
  retries: 3,
  parkedKeys: 1,
}

test('the live line has share, pace, events, lag, retries, parked keys and ETA', () => {
  const line = formatProgress(halfway, 200)

  assert.equal(
    line,
    '██████████░░░░░░░░░░  50% · 2,000 commands/s · 480 events · view lag 12 · retries 3 · ' +
      'parked 1 · ETA 0.25 s',
  )
})

test('the live line has no nonsense before the first answer and after the last', () => {
  assert.match(
    formatProgress({ ...halfway, done: 0, elapsedMs: 0 }, 200),
    / 0 commands\/s.*unknown$/,
  )
  assert.match(formatProgress({ ...halfway, done: 1_000 }, 200), /100% .* all answered$/)
  assert.match(formatProgress({ ...halfway, done: 0, total: 0 }, 200), /100% .* all answered$/)
})

test('a narrow terminal gets shorter words, and still the bar and the ETA', () => {
  assert.equal(
    formatProgress(halfway, 79),
    '█████████░░░░░░░░░ 2,000/s  480 events  lag 12  retries 3  parked 1  ETA 0.25 s',
  )
})

test('the live line is never wider than the terminal', () => {
  assert.equal(formatProgress(halfway, 40).length, 40)
})

test('a terminal redraws the live line in place, a file gets lines', () => {
  const drawn = (isTTY: boolean): string => {
    let text = ''
    const terminal = new Terminal({ isTTY, write: (part: string) => (text += part) })
    terminal.live('a')
    terminal.live('b')
    terminal.say('c')
    terminal.say('d')
    return text
  }

  assert.equal(drawn(true), '\r\u001B[2Ka\r\u001B[2Kb\r\u001B[2Kc\nd\n')
  assert.equal(drawn(false), '  a\n  b\nc\nd\n')
})

test('progress is drawn once more when the work is done', async () => {
  const lines: string[] = []
  const terminal = new Terminal({ write: (text: string) => lines.push(text) })

  const result = await withLiveProgress(
    terminal,
    () => halfway,
    async () => 'done',
  )

  assert.equal(result, 'done')
  assert.equal(lines.length, 1)
})

test('a failure of the work is thrown, and nothing more is drawn', async () => {
  const lines: string[] = []
  const terminal = new Terminal({ write: (text: string) => lines.push(text) })
  const fail = async (): Promise<never> => {
    throw new Error('no')
  }

  await assert.rejects(
    withLiveProgress(terminal, () => halfway, fail),
    { message: 'no' },
  )
  assert.deepEqual(lines, [])
})

const figures: DemoFigures = {
  commands: 19_819,
  events: 19_507,
  rejected: { AMOUNT_MISMATCH: 24 },
  eventsByType: { OrderCreated: 4_966, OrderPaid: 4_942 },
  ordersByStatus: { delivered: 4_762, paid: 105 },
  revenueCentsByMonth: { '2017-01': 1_234_567 },
  handlers: {
    analytics: { handled: 19_507, retried: 512, parked: 0, redriven: 5, discarded: 0 },
  },
  recovered: true,
  rebuiltEqual: true,
  seconds: 2.5,
  commandsPerSecond: 7_927.6,
}

test('the summary shows every figure in a frame of one width', () => {
  const lines = formatSummary(figures, 'Dramatis demo').slice(1)

  assert.deepEqual(new Set(lines.map((line) => line.length)), new Set([78]))
  const text = lines.join('\n')
  for (const part of ['19,819', '19,507', '7,928', '12,345.67', 'AMOUNT_MISMATCH', 'analytics']) {
    assert.ok(text.includes(part), part)
  }
  assert.equal(text.includes('NOT TRUE'), false)
})

test('the summary says loudly what did not hold, and does with nothing to show', () => {
  const empty = { ...figures, rejected: {}, recovered: false, rebuiltEqual: false }

  const text = formatSummary(empty, 'Dramatis demo').join('\n')

  assert.equal(text.match(/NOT TRUE/g)?.length, 2)
  assert.ok(text.includes('│ none'))
})

test('names are counted in the order of the alphabet', () => {
  assert.equal(JSON.stringify(countByName(['b', 'a', 'b'])), '{"a":1,"b":2}')
})

test('evidence is the same for equal values, and differences are named', () => {
  const first = { b: 1, a: { d: new Date(0), c: [2] } }
  const second = { a: { c: [2], d: new Date(0) }, b: 1 }

  assert.equal(canonicalText(first), canonicalText(second))
  assert.notEqual(canonicalText(first), canonicalText({ ...second, b: 2 }))
  assert.deepEqual(
    differences({ states: 'x', deadLetters: 'y' }, { states: 'x', deadLetters: 'z' }),
    ['deadLetters'],
  )
})
