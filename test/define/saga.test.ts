/**
 * `defineSaga`: its complete options, what its description is, and what is refused on sight.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { defaultRetryPolicy } from '../../src/define/retry.js'
import { type AnySaga, defineSaga } from '../../src/define/saga/saga.js'
import { badTypeNames, Counter, invalid } from './counter.js'

/** A saga with one option changed; the types would not allow most of them. */
function sagaWith(changes: Readonly<Record<string, unknown>>, name?: unknown): AnySaga {
  const definition = {
    from: [Counter],
    startOn: 'CountChanged',
    state: () => null,
    on: { CountChanged: () => [] },
    ...changes,
  }
  return named(name ?? 'Counting', definition)
}

function named(name: unknown, definition: object): AnySaga {
  return defineSaga(name as string, definition as never) as AnySaga
}

describe('a saga definition', () => {
  test('completes its options', () => {
    const saga = sagaWith({})

    assert.equal(saga.name, 'Counting')
    assert.deepEqual(saga.from, [Counter])
    assert.deepEqual(saga.startOn, ['CountChanged'])
    assert.equal(saga.flow, null)
    assert.equal(saga.rejected, null)
    assert.equal(saga.missing, 'ignore')
    assert.equal(saga.ended, 'ignore')
    assert.equal(saga.partitions, 64)
    assert.equal(saga.callsMax, 256)
    assert.equal(saga.startFrom, 'beginning')
    assert.equal(saga.unknownEvents, 'fail')
    assert.deepEqual(saga.retry, defaultRetryPolicy)
  })

  test('keeps the options it was given', () => {
    const rejected = (): never[] => []
    const saga = sagaWith(
      {
        startOn: ['CountReset', 'CountChanged'],
        rejected,
        missing: 'park',
        ended: 'park',
        partitions: 1,
        callsMax: 10_000,
        startFrom: 'end',
        unknownEvents: 'skip',
        retry: { attemptsMax: 1 },
      },
      `s${'x'.repeat(79)}`,
    )

    assert.deepEqual(saga.startOn, ['CountReset', 'CountChanged'])
    assert.equal(saga.rejected, rejected)
    assert.equal(saga.missing, 'park')
    assert.equal(saga.ended, 'park')
    assert.equal(saga.partitions, 1)
    assert.equal(saga.callsMax, 10_000)
    assert.equal(saga.startFrom, 'end')
    assert.equal(saga.unknownEvents, 'skip')
    assert.equal(saga.retry.attemptsMax, 1)
  })

  test('is frozen, and its tables are', () => {
    const saga = sagaWith({ messages: { tick: () => [] } })

    for (const part of [saga, saga.startOn, saga.from, saga.on, saga.messages, saga.reads]) {
      assert.ok(Object.isFrozen(part))
    }
  })

  test('has no messages and no reactions named after a method of every object', () => {
    const saga = sagaWith({ messages: { tick: () => [] } })

    assert.equal(saga.messages.toString, undefined)
    assert.equal(saga.on.constructor, undefined)
  })

  test('reads each event once that starts it, that it reacts to, or that a step waits for', () => {
    const saga = sagaWith({
      on: { CountChanged: () => [] },
      steps: ({ step }: { step: (...given: unknown[]) => never }) => [
        step('one', { until: { CountReset: () => null } }),
        step('two', { until: { CountReset: () => null } }),
      ],
    })

    assert.deepEqual(saga.reads, ['CountChanged', 'CountReset'])
  })

  test('belongs to the stream of its event, unless a key says otherwise', () => {
    const event = { type: 'CountChanged', aggregateId: 'c1', data: { by: 2 } } as never
    const reset = { type: 'CountReset', aggregateId: 'c1' } as never

    assert.equal(sagaWith({}).keyOf(event), 'c1')
    assert.equal(sagaWith({ key: () => 'all' }).keyOf(event), 'all')
    const byType = sagaWith({ key: { CountChanged: () => null } })
    assert.equal(byType.keyOf(event), null)
    assert.equal(byType.keyOf(reset), 'c1')
  })

  test('has an actor and a view of its own name', () => {
    const saga = sagaWith({})

    assert.equal(saga.actor.name, 'Counting')
    assert.equal(saga.instances.name, 'Counting.instances')
    assert.ok('Counting.Started' in saga.actor.events)
  })
})

describe('a saga definition refuses', () => {
  test('a name that is no name of a type, or is too long', () => {
    for (const name of [...badTypeNames, 'x'.repeat(81)]) {
      assert.throws(() => named(name, {}), invalid('name of a saga', /at most 80 characters/))
    }
  })

  const refusals: readonly (readonly [
    why: string,
    changes: Readonly<Record<string, unknown>>,
    argument: string,
  ])[] = [
    ['an option that there is none of', { step: [] }, 'saga Counting'],
    ['no actors to read from', { from: undefined }, 'saga Counting.from'],
    ['an actor that is none', { from: [7] }, 'saga Counting.from'],
    ['no event to start on', { startOn: undefined }, 'Counting.startOn'],
    ['an empty list of events to start on', { startOn: [] }, 'Counting.startOn'],
    ['an event to start on that is no text', { startOn: [7] }, 'Counting.startOn'],
    ['an event to start on that no actor has', { startOn: 'CountRest' }, 'saga Counting.on'],
    ['a reaction to an event that no actor has', { on: { CountRest() {} } }, 'saga Counting.on'],
    ['a reaction that is no function', { on: { CountReset: 7 } }, 'Counting.on.CountReset'],
    ['reactions that are no object', { on: [] }, 'Counting.on'],
    ['neither steps nor reactions', { on: undefined }, 'saga Counting'],
    ['only empty reactions', { on: {} }, 'saga Counting'],
    ['a state that is no function', { state: {} }, 'Counting.state'],
    ['no state', { state: undefined }, 'Counting.state'],
    ['a key that is neither a function nor a table', { key: 'id' }, 'Counting.key'],
    [
      'a key of an event that is no function',
      { key: { CountReset: 'id' } },
      'Counting.key.CountReset',
    ],
    ['a key of an event that no actor has', { key: { CountRest: () => 'a' } }, 'Counting.key'],
    ['messages that are no object', { messages: [] }, 'Counting.messages'],
    ['a message that is no function', { messages: { tick: 7 } }, 'Counting.messages.tick'],
    ['a reaction to rejections that is no function', { rejected: 7 }, 'Counting.rejected'],
    ['another answer to a missing instance', { missing: 'start' }, 'Counting.missing'],
    ['another answer to an instance that has ended', { ended: 'start' }, 'Counting.ended'],
    ['no partitions', { partitions: 0 }, 'Counting.partitions'],
    ['too many partitions', { partitions: 257 }, 'Counting.partitions'],
    ['a retry policy of other options', { retry: { attempts: 3 } }, 'Counting.retry'],
    [
      'a retry policy without attempts',
      { retry: { attemptsMax: 0 } },
      'Counting.retry.attemptsMax',
    ],
    ['no calls at a time', { callsMax: 0 }, 'Counting.callsMax'],
    ['too many calls at a time', { callsMax: 10_001 }, 'Counting.callsMax'],
    ['a place to begin that is none', { startFrom: -1 }, 'Counting.startFrom'],
    ['another answer to unknown events', { unknownEvents: 'park' }, 'Counting.unknownEvents'],
    ['steps that are no function', { steps: [] }, 'Counting.steps'],
  ]
  for (const [why, changes, argument] of refusals) {
    test(why, () => {
      assert.throws(() => sagaWith(changes), invalid(argument, /Expected/))
    })
  }
})
