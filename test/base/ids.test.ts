/**
 * Ids: unique and rising within their source, whatever the clock does.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Clock } from '../../src/base/clock.js'
import { createIdSource } from '../../src/base/ids.js'
import { ManualClock } from '../../src/base/manual-clock.js'
import { createSeededRandom } from '../../src/base/random.js'

const ulid = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/

/** A clock that shows the given times one after the other, then the last for ever. */
function clockOf(timesMs: readonly number[]): Clock {
  let at = 0
  return {
    nowMs: () => timesMs[Math.min(at++, timesMs.length - 1)]!,
    elapsedMs: () => 0,
    schedule: () => () => {},
    scheduleAt: () => () => {},
  }
}

function assertRising(ids: readonly string[]): void {
  for (let at = 1; at < ids.length; at++) {
    assert.ok(ids[at - 1]! < ids[at]!, `${ids[at - 1]} is not below ${ids[at]}`)
  }
}

describe('an id', () => {
  test('is a ULID that begins with the time', () => {
    const clock = new ManualClock(1_469_918_176_385)
    const id = createIdSource(clock, createSeededRandom(1)).next()

    assert.match(id, ulid)
    assert.equal(id.slice(0, 10), '01ARYZ6S41')
  })

  test('is greater than every one before it, within a millisecond and beyond', () => {
    const clock = new ManualClock()
    const source = createIdSource(clock, createSeededRandom(1))
    const ids: string[] = []

    for (let ms = 0; ms < 20; ms++) {
      for (let at = 0; at < 500; at++) ids.push(source.next())
      clock.advance(1)
    }

    assertRising(ids)
    assert.equal(new Set(ids).size, ids.length)
  })

  test('is greater than every one before it when the clock jumps back, even before 1970', () => {
    const times = fc.array(fc.integer({ min: -1_000, max: 2 ** 47 }), {
      minLength: 2,
      maxLength: 50,
    })
    fc.assert(
      fc.property(times, fc.integer(), (timesMs, seed) => {
        const source = createIdSource(clockOf(timesMs), createSeededRandom(seed))

        const ids = timesMs.map(() => source.next())

        for (const id of ids) assert.match(id, ulid)
        assertRising(ids)
      }),
    )
  })

  test('is a good one too when a millisecond has used up its counter', () => {
    // A random of nearly 1 starts the counter at half of 32 ** 5; the rest is counted through.
    const source = createIdSource(clockOf([1_000]), { next: () => 1 - 2 ** -40 })
    let previous = source.next()

    for (let count = 0; count < 32 ** 5 / 2 + 3; count++) {
      const id = source.next()
      if (id <= previous) assert.fail(`${id} is not above ${previous}`)
      previous = id
    }

    assert.match(previous, ulid)
    assert.equal(previous.slice(0, 10), '00000000Z9')
  })

  test('differs between sources that start at the same time', () => {
    const clock = new ManualClock()

    const one = createIdSource(clock, createSeededRandom(1)).next()
    const other = createIdSource(clock, createSeededRandom(2)).next()

    assert.notEqual(one, other)
  })
})
