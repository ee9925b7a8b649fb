/** The effects of reactions: what each records, alone and with others, and in which order. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { namesOf, succeeded } from './decisions.js'
import { charge, decide, late, type React } from './reactions.js'

function startOf(step: string, cents: number) {
  const command = { actor: 'Account', aggregateId: 't1', command: 'charge', data: { cents } }
  return { step, attempt: 1, kind: 'send', command, deadlineAtMs: null }
}

describe('an effect', () => {
  test('become records the state', () => {
    const { decisions, decided } = decide(({ become }) => become({ cents: 7 }))

    assert.deepEqual(decided, [{ name: 'StateChanged', data: { state: { cents: 7 } } }])
    assert.deepEqual(decisions.instance.data, { cents: 7 })
  })

  test('become records a copy: what the reaction does to its object later changes nothing', () => {
    const given = { cents: 7 }
    const { decisions } = decide(({ become }) => become(given))

    given.cents = 8

    assert.deepEqual(decisions.instance.data, { cents: 7 })
  })

  test('send records the command, under the next number of the instance', () => {
    const { decisions, decided } = decide((tools) => [charge(tools, 1), charge(tools, 2)])
    assert.deepEqual(decided, [
      { name: 'StepsStarted', data: { steps: [startOf('#1', 1), startOf('#2', 2)] } },
    ])

    const more = decisions.receive(decisions.event('TripPaid', { cents: 1 }))

    const starts = more.flatMap(({ name, data }) => (name === 'StepsStarted' ? data.steps : []))
    assert.deepEqual(
      starts.map(({ step }) => step),
      ['#3', '#4'],
    )
  })

  test('schedule records when, and what it brings', () => {
    const { decided } = decide((tools) => [
      tools.schedule('one', { afterMs: 10 }, late(tools, { n: 1 })),
      tools.schedule('two', { at: new Date(77) }, charge(tools, 2)),
    ])

    const plain = { command: null, message: null, data: null }
    const { command } = startOf('', 2)
    assert.deepEqual(
      decided.map(({ name, data }) => [name, data]),
      [
        [
          'TimerSet',
          { ...plain, timer: 'one', id: '1', dueAtMs: 5_010, message: 'late', data: { n: 1 } },
        ],
        ['TimerSet', { ...plain, timer: 'two', id: '2', dueAtMs: 77, command }],
      ],
    )
  })

  test('cancelTimer takes a timer away that is set, and is no error for one that is not', () => {
    const { decisions, decided } = decide((tools) => [
      tools.cancelTimer('never set'),
      tools.schedule('one', { afterMs: 10 }, late(tools)),
      tools.cancelTimer('one'),
    ])

    assert.deepEqual(namesOf(decided), ['TimerSet', 'TimerCancelled'])
    assert.deepEqual(decisions.instance.timers, {})
  })

  test('complete ends the instance, with its timers', () => {
    const { decisions, decided } = decide((tools) => [
      tools.schedule('one', { afterMs: 10 }, late(tools)),
      tools.complete(),
    ])

    assert.deepEqual(namesOf(decided), ['TimerSet', 'Completing', 'Completed'])
    assert.deepEqual(decided.at(-1)!.data, { hasTimers: true })
    assert.equal(decisions.instance.status, 'completed')
  })

  test('complete waits for the answers to what was sent', () => {
    const { decisions, decided } = decide((tools) => [tools.complete(), charge(tools)])
    assert.deepEqual(namesOf(decided), ['Completing', 'StepsStarted'])
    assert.equal(decisions.instance.status, 'running')

    decisions.settle(succeeded('#1'))

    assert.equal(decisions.instance.status, 'completed')
  })

  test('fail ends the instance as failed, with the reason', () => {
    const { decisions } = decide(({ fail }) => fail('TOO_LATE', 'nobody came'))

    const { status, cause, notUndone } = decisions.instance
    assert.equal(status, 'failed')
    assert.deepEqual(cause, {
      step: null,
      error: {
        name: 'SagaStepFailedError',
        message: 'nobody came',
        code: 'DRAMATIS_SAGA_STEP_FAILED',
        reason: 'TOO_LATE',
      },
    })
    assert.deepEqual(notUndone, [])
  })

  test('fail comes after everything that was said with it, wherever it stands', () => {
    const { decisions, decided } = decide((tools, { cents }) => [
      tools.fail('TOO_LATE'),
      tools.become({ cents: cents + 1 }),
      charge(tools),
      tools.cancelTimer('none'),
    ])
    assert.deepEqual(namesOf(decided), [
      ...['StateChanged', 'StepsStarted', 'CompensationStarted', 'StepsAbandoned'],
    ])

    decisions.settle(succeeded('#1'))

    assert.equal(decisions.instance.status, 'failed')
    assert.deepEqual(decisions.instance.data, { cents: 101 })
  })

  test('of a failure and a completion the failure holds', () => {
    const { decisions } = decide(({ complete, fail }) => [complete(), fail('TOO_LATE')])

    assert.equal(decisions.instance.status, 'failed')
  })

  test('ignore among others changes nothing', () => {
    const { decided } = decide(({ become, ignore }) => [ignore(), become({ cents: 7 }), ignore()])

    assert.deepEqual(namesOf(decided), ['StateChanged'])
  })

  test('of several states the last one holds', () => {
    const { decisions } = decide(({ become }) => [become({ cents: 7 }), become({ cents: 8 })])

    assert.deepEqual(decisions.instance.data, { cents: 8 })
  })

  test('all together are recorded in the order in which they were said, commands at the end', () => {
    const { decided } = decide((tools) => [
      charge(tools, 1),
      tools.schedule('one', { afterMs: 10 }, late(tools)),
      tools.become({ cents: 7 }),
      charge(tools, 2),
      tools.schedule('one', { afterMs: 20 }, late(tools)),
      tools.cancelTimer('one'),
      tools.complete(),
    ])

    assert.deepEqual(namesOf(decided), [
      ...['TimerSet', 'StateChanged', 'TimerSet', 'TimerCancelled', 'Completing', 'StepsStarted'],
    ])
  })
})

describe('a reaction is pure', () => {
  test('so that the same state and event lead to the same effects, down to the last figure', () => {
    const react: React = (tools, { cents }) => [
      tools.become({ cents: cents + 1 }),
      charge(tools, cents),
      tools.schedule(`at ${tools.now.getTime()}`, { afterMs: cents }, late(tools)),
    ]

    assert.deepEqual(decide(react).decided, decide(react).decided)
  })

  test('and what an instance is follows from its events alone', () => {
    const { decisions } = decide((tools) => [
      tools.become({ cents: 7 }),
      charge(tools),
      tools.schedule('one', { afterMs: 10 }, late(tools)),
    ])
    decisions.settle(succeeded('#1'))

    assert.deepEqual(decisions.fold, decisions.instance)
  })
})
