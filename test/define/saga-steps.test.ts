/**
 * The steps of a saga: what the builder makes of them, and what is refused before anything runs.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { defaultRetryPolicy } from '../../src/define/retry.js'
import { defineSaga } from '../../src/define/saga/saga.js'
import type { SagaProblem } from '../../src/define/saga/saga-errors.js'
import type { FlowNode } from '../../src/define/saga/steps.js'
import { Counter, invalid } from './counter.js'

// biome-ignore lint/suspicious/noExplicitAny: what is given here is wrong on purpose.
type Anything = any

/** The flow of a saga whose steps the types would not allow. */
function flowOf(steps: (flow: Record<string, (...given: Anything[]) => Anything>) => Anything) {
  const options = { from: [Counter], startOn: 'CountChanged', state: () => null, steps }
  return defineSaga('Counting', options as never).flow as FlowNode
}

const send = () => null
const call = () => null

describe('the steps of a saga', () => {
  test('have complete options', () => {
    const flow = flowOf(({ step }) => step!('count', { call }))

    assert.deepEqual(flow, {
      node: 'step',
      name: 'count',
      action: { kind: 'call', call, timeoutMs: 30_000 },
      onAnswer: null,
      until: null,
      withinMs: null,
      retry: defaultRetryPolicy,
      whenExhausted: 'compensate',
      compensate: null,
    })
  })

  test('send a command once, and try to take it back as often as anything', () => {
    const flow = flowOf(({ step }) => step!('count', { send, compensate: { send } }))

    assert.ok(flow.node === 'step')
    assert.equal(flow.retry.attemptsMax, 1)
    assert.deepEqual(flow.compensate, {
      action: { kind: 'send', send },
      retry: defaultRetryPolicy,
      when: 'completed',
      nothingToUndo: [],
    })
  })

  test('keep the options they were given', () => {
    const options = {
      call,
      timeoutMs: 3_600_000,
      onAnswer: () => null,
      withinMs: 1,
      retry: { attemptsMax: 2 },
      whenExhausted: 'park',
      compensate: { call, timeoutMs: 1, retry: { attemptsMax: 3 }, when: 'attempted' },
    }

    const flow = flowOf(({ step }) => step!('count', options))

    assert.ok(flow.node === 'step')
    assert.deepEqual(flow.action, { kind: 'call', call, timeoutMs: 3_600_000 })
    assert.equal(flow.onAnswer, options.onAnswer)
    assert.equal(flow.withinMs, 1)
    assert.equal(flow.retry.attemptsMax, 2)
    assert.equal(flow.whenExhausted, 'park')
    assert.deepEqual(flow.compensate?.action, { kind: 'call', call, timeoutMs: 1 })
    assert.equal(flow.compensate?.retry.attemptsMax, 3)
    assert.equal(flow.compensate?.when, 'attempted')
  })

  test('are frozen, all the way down', () => {
    const flow = flowOf(({ step, all, first, each, when, fail }) => [
      all!('both', [step!('a', { call, compensate: { call } }), [step!('b', { send })]]),
      first!('one', [step!('c')]),
      each!(
        'many',
        () => [],
        (item: Anything) => item.step('d'),
      ),
      when!('maybe', () => true, fail!('e', 'NO')),
    ])

    const assertFrozen = (value: unknown): void => {
      if (value === null || typeof value !== 'object') return
      assert.ok(Object.isFrozen(value), JSON.stringify(value))
      for (const part of Object.values(value)) assertFrozen(part)
    }
    assertFrozen(flow)
  })

  test('do one item at a time unless they are told otherwise', () => {
    const one = flowOf(({ each }) =>
      each!(
        'many',
        () => [],
        (item: Anything) => item.step('a'),
      ),
    )
    const ten = flowOf(({ each }) =>
      each!(
        'many',
        () => [],
        (item: Anything) => item.step('a'),
        { parallelMax: 10 },
      ),
    )

    assert.equal(one.node === 'each' && one.parallelMax, 1)
    assert.equal(ten.node === 'each' && ten.parallelMax, 10)
  })

  test('may be lists in lists, and lists that are used twice', () => {
    const nothing: never[] = []

    const flow = flowOf(({ step }) => [nothing, [step!('a'), [step!('b')]], nothing])

    assert.equal(flow.node === 'sequence' && flow.nodes.length, 3)
  })
})

const problems: readonly (readonly [
  why: string,
  problem: SagaProblem,
  step: string | null,
  steps: Parameters<typeof flowOf>[0],
])[] = [
  ['no step at all', 'NO_STEPS', null, () => []],
  ['only empty lists', 'NO_STEPS', null, () => [[], [[]]]],
  ['a step without a name', 'STEP_WITHOUT_NAME', null, ({ step }) => step!()],
  ['options in the place of a name', 'STEP_WITHOUT_NAME', null, ({ step }) => step!({ call })],
  ['an empty name', 'STEP_WITHOUT_NAME', null, ({ step }) => step!('')],
  ['a name with a bracket', 'STEP_WITHOUT_NAME', null, ({ step }) => step!('a[0]')],
  ['a name with a slash', 'STEP_WITHOUT_NAME', null, ({ step }) => step!('a/undo')],
  ['a name like that of a reaction', 'STEP_WITHOUT_NAME', null, ({ step }) => step!('#1')],
  ['a name that is too long', 'STEP_WITHOUT_NAME', null, ({ step }) => step!('x'.repeat(101))],
  ['branches without a name', 'STEP_WITHOUT_NAME', null, ({ all, step }) => all!([step!('a')])],
  ['a race without a name', 'STEP_WITHOUT_NAME', null, ({ first, step }) => first!([step!('a')])],
  [
    'a choice without a name',
    'STEP_WITHOUT_NAME',
    null,
    ({ when, step }) => when!(() => true, step!('a')),
  ],
  ['items without a name', 'STEP_WITHOUT_NAME', null, ({ each }) => each!(() => [])],
  ['a failure without a name', 'STEP_WITHOUT_NAME', null, ({ fail }) => fail!('', 'REASON')],
  ['two steps of one name', 'DUPLICATE_STEP', 'a', ({ step }) => [step!('a'), step!('a')]],
  [
    'one step in two places',
    'DUPLICATE_STEP',
    'a',
    ({ step, all }) => {
      const a = step!('a')
      return all!('both', [a, a])
    },
  ],
  [
    'a step with the name of what is around it',
    'DUPLICATE_STEP',
    'a',
    ({ each }) =>
      each!(
        'a',
        () => [],
        (item: Anything) => item.step('a'),
      ),
  ],
  [
    'a list that contains itself',
    'CYCLE',
    null,
    ({ step }) => {
      const list: unknown[] = [step!('a')]
      list.push([list])
      return list
    },
  ],
  [
    'branches that contain themselves',
    'CYCLE',
    null,
    ({ all, step }) => {
      const branches: unknown[] = [step!('a')]
      branches.push(branches)
      return all!('both', branches)
    },
  ],
  [
    'a step that waits for no event at all',
    'STEP_CANNOT_COMPLETE',
    'a',
    ({ step }) => step!('a', { until: {}, compensate: { send } }),
  ],
  [
    'a compensation of a step that never completes',
    'COMPENSATION_NEVER_RUNS',
    'a',
    ({ fail }) => fail!('a', 'REASON', { compensate: { send } }),
  ],
  [
    'a step behind one that fails',
    'STEP_NEVER_REACHED',
    'b',
    ({ step, fail }) => [fail!('a', 'REASON'), step!('b')],
  ],
  [
    'a list behind a step that fails',
    'STEP_NEVER_REACHED',
    null,
    ({ step, fail }) => [fail!('a', 'REASON'), [step!('b')]],
  ],
  [
    'a step behind a list that fails',
    'STEP_NEVER_REACHED',
    'c',
    ({ step, fail }) => [[step!('b'), fail!('a', 'REASON')], step!('c')],
  ],
  [
    'a step behind branches of which one fails',
    'STEP_NEVER_REACHED',
    'c',
    ({ step, all, fail }) => [all!('both', [step!('b'), fail!('a', 'REASON')]), step!('c')],
  ],
  [
    'a step behind a choice that fails either way',
    'STEP_NEVER_REACHED',
    'c',
    ({ step, when, fail }) => [
      when!('which', () => true, fail!('a', 'ONE'), fail!('b', 'OTHER')),
      step!('c'),
    ],
  ],
]

describe('a saga cannot have', () => {
  for (const [why, problem, step, steps] of problems) {
    test(why, () => {
      const expected = { code: 'DRAMATIS_SAGA_DEFINITION', saga: 'Counting', problem, step }

      assert.throws(() => flowOf(steps), expected)
    })
  }

  test('a step behind one that fails, but it may have one beside it', () => {
    const flow = flowOf(({ step, when, first, fail }) => [
      when!('maybe', () => true, fail!('a', 'REASON')),
      first!('one', [fail!('b', 'REASON'), step!('c')]),
      step!('d'),
    ])

    assert.equal(flow.node === 'sequence' && flow.nodes.length, 3)
  })
})

const refusals: readonly (readonly [
  why: string,
  argument: string,
  steps: Parameters<typeof flowOf>[0],
])[] = [
  ['nothing', 'steps of Counting', () => undefined],
  ['a promise of steps', 'steps of Counting', async ({ step }) => step!('a')],
  ['what the builder has not made', 'steps of Counting', () => ({ node: 'step', name: 'a' })],
  ['an unknown option', 'Counting.a', ({ step }) => step!('a', { sends: send })],
  ['a command and a call', 'Counting.a', ({ step }) => step!('a', { send, call })],
  ['a command that is no function', 'Counting.a.send', ({ step }) => step!('a', { send: 7 })],
  ['a call that is no function', 'Counting.a.call', ({ step }) => step!('a', { call: 7 })],
  [
    'a timeout of a command',
    'Counting.a.timeoutMs',
    ({ step }) => step!('a', { send, timeoutMs: 1 }),
  ],
  ['a call without time', 'Counting.a.timeoutMs', ({ step }) => step!('a', { call, timeoutMs: 0 })],
  [
    'a call of more than an hour',
    'Counting.a.timeoutMs',
    ({ step }) => step!('a', { call, timeoutMs: 3_600_001 }),
  ],
  [
    'an answer to nothing',
    'Counting.a.onAnswer',
    ({ step }) => step!('a', { onAnswer: () => null }),
  ],
  [
    'an answer that is no function',
    'Counting.a.onAnswer',
    ({ step }) => step!('a', { call, onAnswer: 7 }),
  ],
  ['events that are no object', 'Counting.a.until', ({ step }) => step!('a', { until: [] })],
  [
    'an event that is no function',
    'Counting.a.until.CountReset',
    ({ step }) => step!('a', { until: { CountReset: 7 } }),
  ],
  [
    'an event that no actor has',
    'saga Counting.on',
    ({ step }) => step!('a', { until: { CountRest: () => null } }),
  ],
  ['a negative time', 'Counting.a.withinMs', ({ step }) => step!('a', { call, withinMs: -1 })],
  [
    'a time of half a millisecond',
    'Counting.a.withinMs',
    ({ step }) => step!('a', { call, withinMs: 0.5 }),
  ],
  [
    'a time of more than 100 years',
    'Counting.a.withinMs',
    ({ step }) => step!('a', { call, withinMs: 3_153_600_000_001 }),
  ],
  ['a time for what takes none', 'Counting.a.withinMs', ({ step }) => step!('a', { withinMs: 1 })],
  [
    'a negative delay',
    'Counting.a.retry.delayMs',
    ({ step }) => step!('a', { call, retry: { delayMs: -1 } }),
  ],
  [
    'another way out',
    'Counting.a.whenExhausted',
    ({ step }) => step!('a', { call, whenExhausted: 'retry' }),
  ],
  [
    'a compensation that does nothing',
    'Counting.a.compensate',
    ({ step }) => step!('a', { call, compensate: {} }),
  ],
  [
    'a compensation by a command and a call',
    'Counting.a.compensate',
    ({ step }) => step!('a', { call, compensate: { send, call } }),
  ],
  [
    'a compensation of unknown options',
    'Counting.a.compensate',
    ({ step }) => step!('a', { call, compensate: { send, until: {} } }),
  ],
  [
    'a compensation at another time',
    'Counting.a.compensate.when',
    ({ step }) => step!('a', { call, compensate: { send, when: 'always' } }),
  ],
  ['branches that are no list', 'branches of Counting.a', ({ all, step }) => all!('a', step!('b'))],
  ['no branches', 'branches of Counting.a', ({ first }) => first!('a', [])],
  [
    'a test that is no function',
    'Counting.a.test',
    ({ when, step }) => when!('a', true, step!('b')),
  ],
  ['items that are no function', 'Counting.a.items', ({ each }) => each!('a', [], () => [])],
  [
    'steps of items that are no function',
    'Counting.a.steps',
    ({ each, step }) => each!('a', () => [], step!('b')),
  ],
  [
    'no items at a time',
    'Counting.a.parallelMax',
    ({ each }) =>
      each!(
        'a',
        () => [],
        (item: Anything) => item.step('b'),
        { parallelMax: 0 },
      ),
  ],
  [
    'unknown options of items',
    'Counting.a',
    ({ each }) =>
      each!(
        'a',
        () => [],
        (item: Anything) => item.step('b'),
        { parallel: 2 },
      ),
  ],
  ['a failure without a reason', 'reason of Counting.a', ({ fail }) => fail!('a')],
]

describe('the steps of a saga refuse', () => {
  for (const [why, argument, steps] of refusals) {
    test(why, () => {
      assert.throws(() => flowOf(steps), invalid(argument, /Expected/))
    })
  }
})
