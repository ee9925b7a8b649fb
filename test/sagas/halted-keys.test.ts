/** Halted instances among the dead letters: what waits behind them, and what lets it go. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SimulatedDisk } from '../../src/testing/simulated-disk.js'
import { Repairs } from './standings.js'
import { heard, noting, openTalks, type Talks, talkApp, talkSaga, talksOf } from './talks.js'

/** Calls that break until they are mended, at steps that park; and notes what is said. */
function breaking(repairs: Repairs, ...names: string[]) {
  const parks = { call: repairs.breaks, retry: { attemptsMax: 1 }, whenExhausted: 'park' } as const
  return talkSaga({
    partitions: 1,
    steps: ({ all, step }) => [
      all(
        'together',
        names.map((name) => step(name, parks)),
      ),
      step('stay', { until: { TalkOpened: (state) => state } }),
    ],
    said: noting,
    messages: { tell: (_state, word: string, tools) => heard(tools, word) },
  })
}

async function wordsOf(talks: Talks, about: string): Promise<readonly string[]> {
  const state = (await talks.saga(about).state()) as { readonly words: readonly string[] }
  return state.words
}

async function lettersOf({ runtime }: Talks): Promise<string[]> {
  const { entries } = await runtime.deadLetters.list({ handler: 'Talking' })
  return entries.map(({ key, queued, cause, error }) => {
    return `${key}: ${queued}, ${cause}, ${error.cause?.code}`
  })
}

describe('a halted instance', () => {
  test('is a dead letter, with what comes for it behind it, and others go on', async (t) => {
    const repairs = new Repairs()
    const talks = await openTalks(t, breaking(repairs, 'one'))
    await talks.open('x')
    await talks.say('x', 'a', 'b')
    repairs.isMended = true
    await talks.open('y')
    await talks.say('y', 'c')

    assert.deepEqual(await lettersOf(talks), ['x: 3, TERMINAL, DRAMATIS_SAGA_HALTED'])
    assert.deepEqual(await wordsOf(talks, 'x'), [])
    assert.deepEqual(await wordsOf(talks, 'y'), ['c'])
  })

  for (const verb of ['retry', 'skip', 'redrive'] as const) {
    test(`takes in what waited behind it, in order, after a ${verb}`, async (t) => {
      const repairs = new Repairs()
      const talks = await openTalks(t, breaking(repairs, 'one'))
      await talks.open('x')
      await talks.say('x', 'a', 'b', 'c')
      repairs.isMended = true

      if (verb === 'redrive') await talks.runtime.deadLetters.redrive({ handler: 'Talking' })
      else await talks.saga('x')[verb]()
      await talks.rest()

      assert.deepEqual(await wordsOf(talks, 'x'), ['a', 'b', 'c'])
      assert.deepEqual(await lettersOf(talks), [])
      const { openSteps, halted, parked } = await talks.saga('x').status()
      assert.deepEqual(
        openSteps.map(({ step }) => step),
        ['stay'],
      )
      assert.deepEqual([halted, parked], [[], null])
    })
  }

  test('that is redriven while it is still broken halts again, with what comes from then on', async (t) => {
    const talks = await openTalks(t, breaking(new Repairs(), 'one'))
    await talks.open('x')
    await talks.say('x', 'a')

    await talks.runtime.deadLetters.redrive({ handler: 'Talking', key: 'x' })
    await talks.rest()
    await talks.say('x', 'b')

    // It went on between the two halts.
    assert.deepEqual(await wordsOf(talks, 'x'), ['a'])
    assert.deepEqual(await lettersOf(talks), ['x: 2, TERMINAL, DRAMATIS_SAGA_HALTED'])
    const timeline = await talks.saga('x').timeline()
    assert.deepEqual(
      timeline.map(({ attempt, outcome, reason }) => `${attempt} ${outcome} ${reason}`),
      ['1 halted null', '1 retry redriven', '2 halted null'],
    )
  })

  test('stays halted when its event is discarded, and parks the next one', async (t) => {
    const repairs = new Repairs()
    const talks = await openTalks(t, breaking(repairs, 'one'))
    await talks.open('x')
    await talks.say('x', 'a', 'b')

    // First the halt itself is given up, then the first word.
    for (const queued of [2, 1]) {
      await talks.runtime.deadLetters.discard({ handler: 'Talking' }, { reason: 'not needed' })
      await talks.rest()
      assert.deepEqual(await lettersOf(talks), [`x: ${queued}, TERMINAL, DRAMATIS_SAGA_HALTED`])
    }
    repairs.isMended = true
    await talks.saga('x').retry()
    await talks.rest()

    assert.deepEqual(await wordsOf(talks, 'x'), ['b'])
    assert.deepEqual(await lettersOf(talks), [])
  })

  test('of two, only the one that is redriven goes on', async (t) => {
    const repairs = new Repairs()
    const talks = await openTalks(t, breaking(repairs, 'one'))
    for (const about of ['x', 'y']) {
      await talks.open(about)
      await talks.say(about, 'a')
    }
    repairs.isMended = true

    const redriven = await talks.runtime.deadLetters.redrive({ handler: 'Talking', key: 'y' })
    await talks.rest()

    assert.deepEqual(redriven, { keys: 1, events: 2 })
    assert.deepEqual([await wordsOf(talks, 'x'), await wordsOf(talks, 'y')], [[], ['a']])
    assert.deepEqual(await lettersOf(talks), ['x: 2, TERMINAL, DRAMATIS_SAGA_HALTED'])
  })

  test('among all keys is retried by a redrive of all', async (t) => {
    const repairs = new Repairs()
    const talks = await openTalks(t, breaking(repairs, 'one'))
    for (const about of ['x', 'y', 'z']) await talks.open(about)
    repairs.isMended = true

    await talks.runtime.deadLetters.redrive({ handler: 'Talking' })
    await talks.rest()

    assert.deepEqual(await lettersOf(talks), [])
    for (const about of ['x', 'y', 'z']) {
      assert.deepEqual((await talks.saga(about).status()).halted, [])
    }
  })
})

describe('an instance that is halted at several steps', () => {
  test('names them all, and goes on only when none is left', async (t) => {
    const repairs = new Repairs()
    const talks = await openTalks(t, breaking(repairs, 'first', 'second', 'third'))
    await talks.open('x')
    await talks.say('x', 'a')
    const standsAt = async () => (await talks.saga('x').status()).halted.map(({ step }) => step)
    assert.deepEqual(await standsAt(), ['first', 'second', 'third'])
    repairs.isMended = true

    await talks.saga('x').retry({ step: 'second' })
    await talks.rest()
    assert.deepEqual(await standsAt(), ['first', 'third'])
    assert.deepEqual(await wordsOf(talks, 'x'), [])
    assert.equal((await lettersOf(talks)).length, 1)

    await talks.saga('x').skip({ step: 'third' })
    // The first that is left, as nothing else is said.
    await talks.saga('x').retry()
    await talks.rest()
    assert.deepEqual(await standsAt(), [])
    assert.deepEqual(await wordsOf(talks, 'x'), ['a'])
    assert.deepEqual(await lettersOf(talks), [])
  })

  test('has all of them retried by one redrive', async (t) => {
    const repairs = new Repairs()
    const talks = await openTalks(t, breaking(repairs, 'first', 'second', 'third'))
    await talks.open('x')
    await talks.say('x', 'a')
    repairs.isMended = true

    await talks.runtime.deadLetters.redrive({ handler: 'Talking' })
    await talks.rest()

    assert.deepEqual(await lettersOf(talks), [])
    assert.deepEqual(await wordsOf(talks, 'x'), ['a'])
    const outcomes = (await talks.saga('x').timeline()).map(
      ({ step, outcome }) => `${step} ${outcome}`,
    )
    assert.deepEqual(outcomes.slice(0, 3), ['first halted', 'second halted', 'third halted'])
    assert.deepEqual(outcomes.slice(3, -1).sort(), [
      ...['first completed', 'first retry', 'second completed', 'second retry'],
      ...['third completed', 'third retry'],
    ])
  })
})

describe('an operator whose verb a crash follows at any write', () => {
  for (const verb of ['retry', 'skip', 'redrive'] as const) {
    test(`${verb}: the instance goes on, and what waited is taken in once`, async () => {
      for (let write = 1, end = 'crashed'; end === 'crashed'; write++) {
        const [repairs, disk] = [new Repairs(), new SimulatedDisk()]
        const saga = breaking(repairs, 'one')
        const app = talkApp(saga)
        await disk.live({ app }, async (runtime) => {
          const talks = talksOf(runtime, saga, disk.clock)
          await talks.open('x')
          await talks.say('x', 'a', 'b')
        })
        repairs.isMended = true

        disk.crashAfter(write)
        end = await disk.live({ app }, async (runtime) => {
          if (verb === 'redrive') await runtime.deadLetters.redrive({ handler: 'Talking' })
          else await runtime.saga(saga, 'x')[verb]()
          await talksOf(runtime, saga, disk.clock).rest()
        })
        disk.cancelCrash()

        await disk.live({ app }, async (runtime) => {
          const talks = talksOf(runtime, saga, disk.clock)
          await talks.rest()
          // Where the verb was not recorded it is up to the operator to say it again.
          const { halted } = await talks.saga('x').status()
          if (halted.length > 0) {
            if (verb === 'redrive') await runtime.deadLetters.redrive({ handler: 'Talking' })
            else await talks.saga('x')[verb]()
          }
          await talks.rest()
          assert.deepEqual(await wordsOf(talks, 'x'), ['a', 'b'], `write ${write}`)
          assert.deepEqual(await lettersOf(talks), [], `write ${write}`)
        })
      }
    })
  }
})
