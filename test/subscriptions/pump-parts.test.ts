/** The parts that pumps are made of, each by itself. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { hashText } from '../../src/base/hash.js'
import { ManualClock } from '../../src/base/manual-clock.js'
import { UpcastTable } from '../../src/events/upcasting.js'
import { defineHandler } from '../../src/index.js'
import { BlockedKeys } from '../../src/subscriptions/blocked-keys.js'
import { eventKeyOf } from '../../src/subscriptions/event-key.js'
import { Flight, FlightWatch } from '../../src/subscriptions/flight.js'
import { awaitedKeysOf, positionGoal } from '../../src/subscriptions/goals.js'
import { PumpReportBuilder } from '../../src/subscriptions/pump-report.js'
import { SubscribedEvents } from '../../src/subscriptions/subscribed-events.js'
import { Waiters } from '../../src/subscriptions/waiters.js'
import { Counter } from './workplace.js'

const name = { partition: 1, key: 'k' }

describe('a flight', () => {
  test('shows what another holder of its memory has begun and not ended', () => {
    const memory = Flight.allocate(3)
    const thread = new Flight(memory)

    thread.begin(0, 7)
    thread.begin(2, 9)
    thread.end(0)

    assert.deepEqual(new Flight(memory).inFlight(), [{ slot: 2, position: 9, count: 1 }])
  })

  test('that lasts longer than allowed is stuck, many short ones are not', () => {
    const flight = new Flight(Flight.allocate(2))
    const watch = new FlightWatch(flight, 100)
    flight.begin(0, 1)
    flight.begin(1, 2)

    const found = [0, 60, 100, 101].map((elapsedMs) => {
      flight.end(0)
      flight.begin(0, 1)
      return watch.findStuck(elapsedMs)?.position
    })

    assert.deepEqual(found, [undefined, undefined, undefined, 2])
  })
})

describe('blocked keys', () => {
  test('a key is one of its partition', () => {
    const blocked = new BlockedKeys()
    blocked.block(name)

    assert.deepEqual([blocked.has(name), blocked.has({ ...name, partition: 2 })], [true, false])
  })

  test('a key falls due once, until it is blocked again', () => {
    const blocked = new BlockedKeys()
    blocked.block(name)

    const due = [blocked.fallDue(name, 1), blocked.fallDue(name, 1)]
    blocked.run(name, [])
    due.push(blocked.fallDue(name, 1))
    blocked.block(name)
    due.push(blocked.fallDue(name, 1))

    assert.deepEqual(due, [true, false, false, true])
  })

  test('a key that flows cannot fall due', () => {
    assert.equal(new BlockedKeys().fallDue(name, 1), false)
  })

  test('a due key is ready once the report that queued for it last is acknowledged', () => {
    const blocked = new BlockedKeys()
    blocked.block(name, 3)
    blocked.queue(name, 10, 5)
    blocked.fallDue(name, 1)

    assert.deepEqual([blocked.isReady(name, 4), blocked.isReady(name, 5)], [false, true])
  })

  test('what comes in behind a due key follows what is stored, once', () => {
    const blocked = new BlockedKeys()
    blocked.block(name)
    blocked.fallDue(name, 1)
    blocked.queue(name, 8, 1)
    blocked.queue(name, 9, 1)

    const positions = blocked.run(name, [3, 8])
    blocked.queue(name, 12, 2)

    assert.deepEqual(
      [positions, blocked.takeTail(name), blocked.takeTail(name)],
      [[3, 8, 9], [12], []],
    )
  })

  test('a released key flows', () => {
    const blocked = new BlockedKeys()
    blocked.block(name)
    blocked.release(name)

    assert.deepEqual([blocked.has(name), blocked.size], [false, 0])
  })
})

describe('a report', () => {
  test('carries what happened since the one before, in order', () => {
    const report = new PumpReportBuilder()
    const error = { name: 'Error', message: 'oops' }
    report.handled()
    report.failed(name, 3, 1, error, { kind: 'later', delayMs: 5 })
    report.queued(name, 4)
    report.retried()

    const first = report.take([[1, 4]])
    report.done(name, 3, 4)
    const second = report.take([[1, 4]])

    assert.deepEqual(
      [first.sequence, first.handled, first.retried, first.changes.map((each) => each.type)],
      [1, 1, 1, ['failed', 'queued']],
    )
    assert.deepEqual([second.sequence, second.handled, second.changes.length], [2, 0, 1])
  })

  test('is the newest as soon as there is something in it', () => {
    const report = new PumpReportBuilder()

    const newest = [report.newest]
    report.handled()
    newest.push(report.newest)
    report.take([])
    newest.push(report.newest)
    report.queued(name, 4)
    newest.push(report.newest)

    assert.deepEqual(newest, [0, 1, 1, 2])
  })

  test('is awaited until it is acknowledged', () => {
    const report = new PumpReportBuilder()

    const awaited = [report.isAwaited]
    report.take([])
    awaited.push(report.isAwaited)
    report.acknowledge(1)
    awaited.push(report.isAwaited)

    assert.deepEqual(awaited, [false, true, false])
  })
})

describe('the key of an event', () => {
  const event = {
    id: 'Counter-a@2',
    streamId: 'Counter-a',
    type: 'Added',
    schemaVersion: 1,
    aggregateType: 'Counter',
    position: 5,
    data: { n: 1 },
  } as never
  const streamHash = hashText('Counter-a')
  const subscribed = (options: object) => {
    const definition = defineHandler('h', {
      from: [Counter],
      on: { Added: () => {} },
      partitions: 16,
      ...options,
    })
    return [definition, new SubscribedEvents(new UpcastTable([Counter]), definition)] as const
  }
  const keyOf = (options: object, of = event) => eventKeyOf(...subscribed(options), of, streamHash)

  test('is its stream unless the handler says otherwise', () => {
    assert.deepEqual(keyOf({}), { key: 'Counter-a', partition: streamHash % 16, error: null })
  })

  test('is what the key function returns, in the partition of that', () => {
    const expected = { key: 'x', partition: hashText('x') % 16, error: null }

    assert.deepEqual(keyOf({ key: () => 'x' }), expected)
  })

  test("is the event itself with deadLetter 'event', in the partition of its key", () => {
    const expected = { key: 'Counter-a@2', partition: hashText('x') % 16, error: null }

    assert.deepEqual(keyOf({ key: () => 'x', deadLetter: 'event' }), expected)
  })

  test('is its stream where nothing of it is delivered', () => {
    const renamed = { ...(event as object), type: 'Renamed' } as never
    const key = (): never => assert.fail('asked for the key of an event that is not delivered')

    const expected = { key: 'Counter-a', partition: streamHash % 16, error: null }
    assert.deepEqual(keyOf({ key }, renamed), expected)
  })

  test('is awaited once for all parts of an event, and not where nobody wants it', () => {
    const at = (position: number, more: object = {}) =>
      ({ ...(event as object), position, ...more }) as never
    const events = [at(5, { part: 0 }), at(5, { part: 1 }), at(6, { type: 'Renamed' }), at(7)]

    const awaited = awaitedKeysOf(...subscribed({}), events)

    assert.deepEqual(
      awaited.map(({ key, position }) => [key, position]),
      [
        ['Counter-a', 5],
        ['Counter-a', 7],
      ],
    )
  })

  test('is its stream, with the error, where the key function fails', () => {
    const key = (): never => {
      throw new Error('no key')
    }

    const found = keyOf({ key })

    assert.deepEqual([found.key, found.partition], ['Counter-a', streamHash % 16])
    assert.deepEqual(
      [found.error?.code, (found.error!.cause as Error).message],
      ['DRAMATIS_INVALID_KEY', 'no key'],
    )
  })
})

const patience = { timeoutMs: 1_000, signal: undefined }

describe('waiters', () => {
  test('are let go when their position is reached, and not before', async () => {
    let position = 0
    const waiters = new Waiters(new ManualClock())
    const order: number[] = []
    const waits = [5, 3].map((each) =>
      waiters
        .wait(
          positionGoal('x', each, () => position),
          patience,
        )
        .then(() => order.push(each)),
    )

    position = 4
    waiters.notify()
    await waits[1]
    position = 5
    waiters.notify()
    await waits[0]

    assert.deepEqual(order, [3, 5])
  })

  test('give up at their time, with a typed error', async () => {
    const clock = new ManualClock()
    const waiters = new Waiters(clock)

    const waiting = waiters.wait(
      positionGoal('view X', 5, () => 2),
      patience,
    )
    clock.advance(1_000)

    await assert.rejects(waiting, {
      code: 'DRAMATIS_CAUGHT_UP_TIMEOUT',
      positionWanted: 5,
      positionReached: 2,
    })
  })
})
