/**
 * Which targets are met.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Bound, Target } from '../../../bench/report/targets.js'
import { targets } from '../../../bench/report/targets.js'
import { judge, mismatches, type Verdict } from '../../../bench/report/verdict.js'
import type { Answer, Unit } from '../../../bench/suite/answer.js'
import { sourceFiles } from '../../architecture/source-files.js'

function answerWith(values: readonly number[], unit: Unit = 'ratio'): Answer {
  return {
    id: 'commands',
    question: 'How many?',
    setting: 'fsync per group',
    figures: [{ name: 'of bare', unit, values }],
  }
}

function targetOf(bound: Partial<Bound>): Target {
  const usual: Bound = {
    answer: 'commands',
    figure: 'of bare',
    unit: 'ratio',
    is: 'at least',
    value: 0.6,
    says: 'of bare',
  }
  return { id: 'a', what: 'Commands', durability: 'all', bounds: [{ ...usual, ...bound }] }
}

function verdictOf(bound: Partial<Bound>, answers: readonly Answer[]): Verdict | undefined {
  return judge([targetOf(bound)], { answers })[0]?.verdict
}

describe('a target', () => {
  test('is met or not by the median, whatever the best and the worst round are', () => {
    const cases: readonly (readonly [Bound['is'], readonly number[], Verdict])[] = [
      ['at least', [0.1, 0.6, 0.9], 'met'],
      ['at least', [0.1, 0.59, 0.9], 'falls short'],
      ['at most', [0.1, 0.6, 0.9], 'met'],
      ['at most', [0.1, 0.61, 0.9], 'falls short'],
    ]

    for (const [is, values, verdict] of cases) {
      assert.equal(verdictOf({ is }, [answerWith(values)]), verdict)
    }
  })

  test('is not measured when its answer is missing, which is no mistake', () => {
    assert.equal(verdictOf({}, []), 'not measured')
    assert.deepEqual(mismatches([targetOf({})], { answers: [] }), [])
  })

  test('that asks for a figure which its answer lacks is a mistake, told with the figures that are there', () => {
    const findings = { answers: [answerWith([1])] }

    assert.deepEqual(mismatches([targetOf({ figure: 'of ceiling' })], findings), [
      "expected 'commands' to have the figure 'of ceiling', found 'of bare'",
    ])
  })

  test('that asks for a figure in another unit is a mistake', () => {
    const findings = { answers: [answerWith([1], 'ms')] }

    assert.deepEqual(mismatches([targetOf({})], findings), [
      "expected 'commands' to have the figure 'of bare' in 'ratio', found it in 'ms'",
    ])
  })

  test('whose figure is known to be absent is not measured, and no mistake', () => {
    const absent = new Map([['commands: of nact', 'it did not load']])
    const findings = { answers: [answerWith([1])], absent }
    const target = targetOf({ figure: 'of nact' })

    assert.deepEqual(mismatches([target], findings), [])
    assert.equal(judge([target], findings)[0]?.verdict, 'not measured')
  })
})

test('every target asks for answers of benchmarks that are there', () => {
  const names = sourceFiles('bench').map(({ path }) => path)
  const missing = targets
    .flatMap(({ bounds }) => bounds.map(({ answer }) => answer))
    .filter((answer) => answer !== 'peers' && !names.includes(`bench/${answer}.ts`))

  assert.deepEqual(missing, [])
})

test('every target has a bound, an id of its own, and says what its figures survive', () => {
  assert.equal(new Set(targets.map(({ id }) => id)).size, targets.length)
  for (const { id, durability, bounds } of targets) {
    assert.ok(bounds.length > 0, id)
    assert.notEqual(durability, '', id)
  }
})
