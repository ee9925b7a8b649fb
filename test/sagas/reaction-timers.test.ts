/** Timers of process managers: set, replaced, cancelled, removed at the end, and kept while halted. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Decisions } from './decisions.js'
import { charge, late, paying } from './reactions.js'
import { heard, openTalks, type TalkReactions, talkSaga } from './talks.js'

/** Its words set, cancel and end; what its timers bring is heard. */
const reactions: TalkReactions = {
  opened: () => [],
  said: (_state, { data: { word } }, tools) => {
    const { cancelTimer, complete, fail, message, schedule } = tools
    if (word === 'cancel') return cancelTimer('one')
    if (word === 'end') return complete()
    if (word === 'fail') return fail('SAID_SO')
    if (word === 'halt') return heard(tools, 'nonsense')
    if (word === 'command') return schedule('one', { afterMs: 1_000 }, heard(tools, 'directly'))
    return schedule('one', { afterMs: 1_000 }, message('due', { word }))
  },
  messages: {
    due: (_state, { word }: { readonly word: string }, tools) => heard(tools, word),
  },
}

describe('a timer of a process manager', () => {
  test('brings its message when its time has come, not a millisecond earlier', async (t) => {
    const { clock, open, say, rest, hears, recorded } = await openTalks(t, talkSaga(reactions))
    await open('x')
    await say('x', 'hello')

    clock.advance(999)
    await rest()
    assert.deepEqual(await hears('x'), [])
    clock.advance(1)
    await rest()

    assert.deepEqual(await hears('x'), ['hello'])
    assert.deepEqual(await recorded('x'), [
      ...['Started', 'TimerSet', 'Received', 'Messaged', 'StepsStarted', 'StepsEnded'],
    ])
  })

  test('sends its command under a number of the instance', async (t) => {
    const saga = talkSaga(reactions)
    const { runtime, clock, open, say, rest, hears } = await openTalks(t, saga)
    await open('x')
    await say('x', 'command')

    clock.advance(1_000)
    await rest()

    assert.deepEqual(await hears('x'), ['directly'])
    const [entry] = await runtime.saga(saga, 'x').timeline()
    assert.deepEqual([entry!.step, entry!.outcome], ['#1', 'completed'])
  })

  test('that is replaced comes at its new time alone', async (t) => {
    const { runtime, clock, open, say, rest, hears } = await openTalks(t, talkSaga(reactions))
    await open('x')
    await say('x', 'first')
    clock.advance(600)

    await say('x', 'second')

    assert.equal(runtime.status().timers.pending, 1)
    clock.advance(999)
    await rest()
    assert.deepEqual(await hears('x'), [])
    clock.advance(1)
    await rest()
    assert.deepEqual(await hears('x'), ['second'])
  })

  for (const word of ['cancel', 'end', 'fail']) {
    test(`is gone after '${word}'`, async (t) => {
      const saga = talkSaga(reactions)
      const { runtime, clock, open, say, rest, hears } = await openTalks(t, saga)
      await open('x')
      await say('x', 'hello')
      assert.equal(runtime.status().timers.pending, 1)

      await say('x', word)

      assert.equal(runtime.status().timers.pending, 0)
      assert.deepEqual((await runtime.saga(saga, 'x').status()).timers, [])
      clock.advance(1_000)
      await rest()
      assert.deepEqual(await hears('x'), [])
    })
  }

  test('waits for a halted instance, and comes at the latest 30 seconds after that goes on', async (t) => {
    const saga = talkSaga(reactions)
    const { runtime, clock, open, say, rest, hears } = await openTalks(t, saga)
    await open('x')
    await say('x', 'hello', 'halt')
    clock.advance(600_000)
    await rest()
    assert.deepEqual(await hears('x'), [])

    await runtime.saga(saga, 'x').skip()
    clock.advance(30_000)
    await rest()

    assert.deepEqual(await hears('x'), ['hello'])
    assert.deepEqual((await runtime.deadLetters.list()).entries, [])
  })

  test('whose reaction throws is tried again until that is mended', async (t) => {
    let isMended = false
    const saga = talkSaga({
      ...reactions,
      messages: {
        due: (_state, { word }: { readonly word: string }, tools) => {
          if (!isMended) throw new Error('a mistake')
          return heard(tools, word)
        },
      },
    })
    const { clock, open, say, rest, hears } = await openTalks(t, saga)
    await open('x')
    await say('x', 'hello')
    clock.advance(600_000)
    await rest()

    isMended = true
    clock.advance(30_000)
    await rest()

    assert.deepEqual(await hears('x'), ['hello'])
  })
})

describe('a timer that fires', () => {
  const setting = (id: string) => ({
    timer: { name: 'one', id },
    message: 'late',
    data: null,
    command: null,
  })
  const setOnce = paying((tools) => tools.schedule('one', { afterMs: 1 }, late(tools)))

  test('is taken in once', () => {
    const decisions = new Decisions(setOnce).start()
    decisions.receive(decisions.event('TripPaid', { cents: 1 }))
    assert.equal(decisions.message(setting('1')).length, 1)

    const again = decisions.message(setting('1'))

    assert.deepEqual(again, [])
  })

  test('is not taken in for a setting that was replaced', () => {
    const decisions = new Decisions(setOnce).start()
    for (const cents of [1, 2]) decisions.receive(decisions.event('TripPaid', { cents }))

    assert.deepEqual(decisions.message(setting('1')), [])
    assert.equal(decisions.message(setting('2')).length, 1)
  })

  test('is not taken in for an instance that has ended, or was never begun', () => {
    const ending = paying((tools) => [
      tools.schedule('one', { afterMs: 1 }, late(tools)),
      tools.complete(),
    ])
    const ended = new Decisions(ending).start()
    ended.receive(ended.event('TripPaid', { cents: 1 }))
    assert.equal(ended.instance.status, 'completed')

    assert.deepEqual(ended.message(setting('1')), [])
    assert.deepEqual(new Decisions(ending).message(setting('1')), [])
  })

  test('is noted, and asks nobody, while its instance is being taken back', () => {
    const failing = paying((tools) => [
      tools.schedule('one', { afterMs: 1 }, late(tools)),
      charge(tools),
      tools.fail('TOO_LATE'),
    ])
    const decisions = new Decisions(failing).start()
    decisions.receive(decisions.event('TripPaid', { cents: 1 }))
    assert.equal(decisions.instance.status, 'compensating')

    const decided = decisions.message(setting('1'))

    assert.deepEqual(decided, [{ name: 'Messaged', data: { message: 'late', timer: 'one' } }])
  })
})
