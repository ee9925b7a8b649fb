/** What reactions may not return: it is said why, nothing of it is recorded, and the event comes again. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Decisions } from './decisions.js'
import { decide, late, paying, type React } from './reactions.js'

const unusable: readonly (readonly [why: string, message: RegExp, react: React])[] = [
  ['nothing', /it returned what is no effect/, () => undefined as never],
  ['a state', /it returned what is no effect/, () => ({ cents: 7 }) as never],
  [
    'null among others',
    /it returned what is no effect/,
    ({ become }) => [become({ cents: 7 }), null as never],
  ],
  ['a promise', /it returned what is no effect/, () => Promise.resolve([]) as never],
  [
    'a message that it did not schedule',
    /it returned what is no effect/,
    (tools) => late(tools) as never,
  ],
  [
    'an unknown message in a timer',
    /it scheduled an unknown message 'never'/,
    (tools) => tools.schedule('one', { afterMs: 1 }, tools.message('never')),
  ],
  ['a state that cannot be recorded', /state/, ({ become }) => become({ cents: () => 7 } as never)],
  [
    'a command that cannot be recorded',
    /data of charge/,
    ({ send }) => send('Account', 't1', 'charge', { cents: Symbol('7') }),
  ],
  [
    'data of a message that cannot be recorded',
    /one/,
    (tools) =>
      tools.schedule(
        'one',
        { afterMs: 1 },
        late(tools, () => 7),
      ),
  ],
  [
    'a timer in the past of its own',
    /afterMs of timer one/,
    (tools) => tools.schedule('one', { afterMs: -1 }, late(tools)),
  ],
  [
    'a timer of half a millisecond',
    /afterMs of timer one/,
    (tools) => tools.schedule('one', { afterMs: 0.5 }, late(tools)),
  ],
  [
    'a timer of more than 100 years',
    /afterMs of timer one/,
    (tools) => tools.schedule('one', { afterMs: 3_153_600_000_001 }, late(tools)),
  ],
  [
    'a timer at no time',
    /either 'at' or 'afterMs'/,
    (tools) => tools.schedule('one', {} as never, late(tools)),
  ],
  [
    'a timer at two times',
    /either 'at' or 'afterMs'/,
    (tools) => tools.schedule('one', { at: new Date(1), afterMs: 1 } as never, late(tools)),
  ],
  [
    'a timer at an invalid date',
    /at of timer one/,
    (tools) => tools.schedule('one', { at: new Date(Number.NaN) }, late(tools)),
  ],
  [
    'a timer without a name',
    /name of a timer/,
    (tools) => tools.schedule('', { afterMs: 1 }, late(tools)),
  ],
  [
    'a timer with too long a name',
    /name of a timer/,
    (tools) => tools.schedule('x'.repeat(101), { afterMs: 1 }, late(tools)),
  ],
  [
    'a timer that brings an effect',
    /made by send or message/,
    (tools) => tools.schedule('one', { afterMs: 1 }, tools.complete() as never),
  ],
  ['a timer to cancel without a name', /name of a timer/, ({ cancelTimer }) => cancelTimer('')],
  ['a command to nobody', /given an actor/, ({ send }) => send(null as never, 't1', 'charge', {})],
  ['a command to no id', /given an id/, ({ send }) => send('Account', 7 as never, 'charge', {})],
  [
    'a thousand and one timers',
    /it set more than 1000 timers/,
    (tools) =>
      Array.from({ length: 1_001 }, (_, at) =>
        tools.schedule(`${at}`, { afterMs: 1 }, late(tools)),
      ),
  ],
  [
    'what it threw',
    /Error: a mistake/,
    () => {
      throw new Error('a mistake')
    },
  ],
]

describe('a reaction cannot return', () => {
  for (const [why, message, react] of unusable) {
    test(`${why}: nothing of it is recorded`, () => {
      const decisions = new Decisions(paying(react)).start()
      const before = decisions.instance
      const event = decisions.event('TripPaid', { cents: 1 })

      const expected = { code: 'DRAMATIS_SAGA_CODE', saga: 'Booking', step: null, message }
      assert.throws(() => decisions.receive(event), expected)

      assert.equal(decisions.instance, before)
    })
  }
})

describe('the timers of an instance', () => {
  const names = (count: number) => Array.from({ length: count }, (_, at) => `${at}`)

  test('may be a thousand, of which each may be replaced', () => {
    const { decisions } = decide((tools) =>
      [...names(1_000), ...names(1_000)].map((name) =>
        tools.schedule(name, { afterMs: 1 }, late(tools)),
      ),
    )

    assert.equal(Object.keys(decisions.instance.timers).length, 1_000)
    assert.equal(decisions.instance.timers['0'], '1001')
  })

  test('are counted when all effects have happened: one may make room for another', () => {
    const set: React = (tools) =>
      names(1_000).map((name) => tools.schedule(name, { afterMs: 1 }, late(tools)))
    const exchange: React = (tools) => [
      tools.schedule('more', { afterMs: 1 }, late(tools)),
      tools.cancelTimer('7'),
    ]
    const decisions: Decisions = new Decisions(
      paying(
        (tools, state): ReturnType<React> =>
          Object.keys(decisions.instance.timers).length === 0
            ? set(tools, state)
            : exchange(tools, state),
      ),
    ).start()
    for (const cents of [1, 2]) decisions.receive(decisions.event('TripPaid', { cents }))

    assert.equal(Object.keys(decisions.instance.timers).length, 1_000)
    assert.ok(decisions.instance.timers.more)
  })
})
