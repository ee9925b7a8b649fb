/**
 * Process managers: every event has a defined outcome, and belongs to one instance or to none.
 *
 * What the table of `docs/guides/process-managers.md` says, cell by cell.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type AnySaga, defineSaga, type Unmatched } from '../../src/define/saga/saga.js'
import { Decisions, namesOf } from './decisions.js'
import { heard, noting, openTalks, type TalkEvent, type Talks, talkSaga } from './talks.js'
import { Trip } from './travel.js'

type Standing = 'none' | 'running' | 'compensating' | 'halted' | 'ended'
type Outcome = 'begins' | 'asks' | 'ignores' | 'waits' | 'parks'

/** Says of every event whether it asks; its words end it, halt it, or have it taken back for ever. */
function watched(unmatched: Unmatched, asked: string[]): AnySaga {
  return talkSaga({
    missing: unmatched,
    ended: unmatched,
    steps: ({ step }) => [
      step('mark', { compensate: { call: (_state, { signal }) => hang(signal) } }),
      step('stay', { until: { TalkOpened: (_state, _event, { ignore }) => ignore() } }),
    ],
    opened: () => {
      asked.push('opened')
      return []
    },
    said: (state, event, tools) => {
      const { word } = event.data
      asked.push(word)
      if (word === 'end') return tools.complete()
      if (word === 'fail') return tools.fail('SAID_SO')
      return word === 'halt' ? heard(tools, 'nonsense') : noting(state, event, tools)
    },
  })
}

function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason))
  })
}

const lastWord: { readonly [K in Standing]: string | null } = {
  none: null,
  running: 'hello',
  compensating: 'fail',
  halted: 'halt',
  ended: 'end',
}

/** What became of one event of an instance that stands somewhere. */
async function outcomeOf(
  talks: Talks,
  asked: string[],
  send: () => Promise<void>,
): Promise<string> {
  const { recorded, runtime } = talks
  const letters = async () => (await runtime.deadLetters.list()).entries
  const [recordedBefore, askedBefore] = [await recorded('x'), asked.length]
  const queuedBefore = (await letters())[0]?.queued ?? 0
  await send()
  const news = (await recorded('x')).slice(recordedBefore.length)
  const [letter] = await letters()
  if (news[0] === 'Started' && asked.length > askedBefore) return 'begins'
  if (news.includes('Received') && asked.length > askedBefore) return 'asks'
  if (news.length > 0) return `records ${news}`
  if (letter === undefined) return 'ignores'
  assert.equal(letter.queued, queuedBefore + 1)
  return letter.error.cause?.code === 'DRAMATIS_SAGA_UNMATCHED' ? 'parks' : 'waits'
}

const cells: readonly (readonly [Standing, starting: Outcome, other: Outcome])[] = [
  ['none', 'begins', 'ignores'],
  ['running', 'asks', 'asks'],
  ['compensating', 'ignores', 'ignores'],
  ['halted', 'waits', 'waits'],
  ['ended', 'ignores', 'ignores'],
]
const parked: Readonly<Record<string, Outcome>> = {
  'none other': 'parks',
  'ended starting': 'parks',
  'ended other': 'parks',
}

describe('an event for an instance', () => {
  for (const [standing, starting, other] of cells) {
    for (const unmatched of ['ignore', 'park'] as const) {
      for (const kind of ['starting', 'other'] as const) {
        const plain = kind === 'starting' ? starting : other
        const expected = unmatched === 'park' ? (parked[`${standing} ${kind}`] ?? plain) : plain
        const name = `that is ${standing}: a ${kind} one ${expected} (unmatched: ${unmatched})`

        test(name, async (t) => {
          const asked: string[] = []
          const talks = await openTalks(t, watched(unmatched, asked))
          const { open, say } = talks
          const before = lastWord[standing]
          if (before !== null) {
            await open('x')
            await say('x', before)
          }

          const outcome = await outcomeOf(talks, asked, () =>
            kind === 'starting' ? open('x') : say('x', 'word'),
          )

          assert.equal(outcome, expected)
        })
      }
    }
  }

  test('that is about to end counts as for one that has ended', () => {
    const saga = defineSaga('Booking', {
      from: [Trip],
      startOn: 'TripAsked',
      state: () => null,
      on: {
        TripAsked: (_state, _event, { complete, send, sagaId }) => [
          send(Trip, sagaId, 'end', { how: 'soon' }),
          complete(),
        ],
      },
      messages: { more: () => [] },
      ended: 'park',
    })
    const decisions = new Decisions(saga).start()
    assert.equal(decisions.instance.status, 'running')

    assert.throws(() => decisions.receive(decisions.event('TripPaid', { cents: 1 })), {
      code: 'DRAMATIS_SAGA_UNMATCHED',
      message: /t1 of saga Booking that takes Trip-t1@2, found it about to end\.$/,
    })
  })

  test('whose reaction says that it is not for it leaves no trace', async (t) => {
    const saga = talkSaga({ opened: () => [], said: (_state, _event, { ignore }) => ignore() })
    const { open, say, recorded } = await openTalks(t, saga)
    await open('x')

    await say('x', 'one', 'two')

    assert.deepEqual(await recorded('x'), ['Started'])
  })

  test('whose reaction has no effect was taken in all the same', async (t) => {
    const saga = talkSaga({ said: () => [] })
    const { open, say, recorded } = await openTalks(t, saga)
    await open('x')

    await say('x', 'one', 'two')

    assert.deepEqual(await recorded('x'), ['Started', 'Received', 'Received'])
  })

  test('that is delivered again is not taken in again', () => {
    let asked = 0
    const saga = defineSaga('Booking', {
      from: [Trip],
      startOn: 'TripAsked',
      state: () => null,
      on: {
        TripAsked: () => [],
        TripPaid: () => {
          asked++
          return []
        },
      },
    })
    const decisions = new Decisions(saga)
    const started = decisions.event('TripAsked', { rooms: [], cents: 1 })
    const paid = decisions.event('TripPaid', { cents: 1 })
    decisions.receive(started)
    decisions.receive(paid)

    const again = [started, paid].flatMap((event) => namesOf(decisions.receive(event)))

    assert.deepEqual(again, [])
    assert.equal(asked, 1)
  })
})

describe('which instance an event is for', () => {
  test('is what one function says of all types', async (t) => {
    const saga = talkSaga({ said: noting })
    const { runtime, open, say } = await openTalks(t, saga)
    await open('x')
    await open('y')

    await say('x', 'one')
    await say('y', 'two')

    assert.deepEqual(await runtime.saga(saga, 'x').state(), { words: ['one'] })
    assert.deepEqual(await runtime.saga(saga, 'y').state(), { words: ['two'] })
  })

  test('is what the table says of its type, and otherwise its own stream', async (t) => {
    const key = { WordSaid: ({ data }: TalkEvent) => data.about }
    const saga = talkSaga({ said: noting, key })
    const { runtime, open, say } = await openTalks(t, saga)

    await open('x')
    await say('anybody', 'one')
    await say('x', 'two')

    assert.deepEqual(await runtime.saga(saga, 'anybody').state(), { words: ['one'] })
    assert.equal(await runtime.saga(saga, 'x').state(), undefined)
  })

  test('is its own stream unless something else is said', async (t) => {
    const saga = talkSaga({ said: noting, key: undefined })
    const { runtime, open, say } = await openTalks(t, saga)

    await open('x')
    await say('x', 'one')

    assert.deepEqual(await runtime.saga(saga, 'anybody').state(), { words: ['one'] })
  })

  test('may be none: nobody is asked, and nothing is parked', async (t) => {
    const asked: string[] = []
    const { runtime, open, say } = await openTalks(t, watched('park', asked))

    await open(null)
    await say(null, 'one')

    assert.deepEqual(asked, [])
    assert.equal(runtime.log.head, 2)
    assert.deepEqual((await runtime.deadLetters.list()).entries, [])
  })

  test('may have 512 bytes, with timers, commands and calls under the longest names', async (t) => {
    const id = 'é'.repeat(256)
    const longest = '\u{ffff}'.repeat(100)
    const saga = talkSaga({
      steps: ({ step }) => step('x'.repeat(100), { call: () => null, withinMs: 1_000 }),
      opened: (_state, _event, tools) => [
        heard(tools, 'hello'),
        tools.schedule(longest, { afterMs: 1_000 }, tools.message('late')),
      ],
      messages: { late: () => [] },
    })
    const { runtime, open, pass, hears } = await openTalks(t, saga)

    await open(id)

    assert.equal(await pass(runtime.saga(saga, id).ended()), 'completed')
    assert.deepEqual(await hears(id), ['hello'])
    await runtime.caughtUp(runtime.log.head, { view: saga.instances })
    const { rows } = await runtime.saga(saga).list({ status: 'completed' })
    assert.deepEqual(
      rows.map(({ sagaId }) => sagaId),
      [id],
    )
  })

  for (const [why, key] of [
    ['is empty', () => ''],
    ['has more than 512 bytes', () => 'x'.repeat(513)],
    ['is no text', () => 7],
    ['cannot be told, because the key throws', throwing],
  ] as const) {
    test(`that ${why} parks the event, and others are taken in`, async (t) => {
      const keyOf = ({ data }: TalkEvent) => (data.about === 'bad' ? key() : data.about)
      const saga = talkSaga({ said: noting, key: keyOf })
      const { runtime, open, say, settled } = await openTalks(t, saga)
      await open('bad')
      await open('good')

      await say('good', 'one')
      await settled()

      const { entries } = await runtime.deadLetters.list()
      assert.deepEqual(
        entries.map(({ error, key, queued }) => [error.code, key, queued]),
        [['DRAMATIS_INVALID_KEY', 'Talk-anybody', 1]],
      )
      assert.deepEqual(await runtime.saga(saga, 'good').state(), { words: ['one'] })
    })
  }
})

function throwing(): never {
  throw new Error('a mistake')
}
