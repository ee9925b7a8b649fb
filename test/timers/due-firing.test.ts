/**
 * The laws of firing: when timers fire, how often, and what becomes of those that fail.
 */

import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { createDeferred } from '../../src/base/deferred.js'
import { host, onBoth } from './due-workplace.js'

const hourMs = 3_600_000

describe('the time of a timer', () => {
  onBoth('has to have come before it fires, to the millisecond', async (place) => {
    await place.set('tea', 180_000)

    await place.advance(179_999)
    assert.deepEqual(place.names, [])
    await place.advance(1)

    assert.deepEqual(place.names, ['tea'])
  })

  onBoth('has to have come, also where others fire right before it', async (place) => {
    await place.set('tea', 1_000)
    await place.set('cake', 1_001)
    await place.set('coffee', 1_010)

    await place.advance(1_000)
    assert.deepEqual(place.names, ['tea'])
    await place.restart()
    assert.deepEqual(place.names, ['tea'])
    await place.advance(9)

    assert.deepEqual(place.names, ['tea', 'cake'])
  })

  onBoth('decides the order, not when it was set', async (place) => {
    await place.set('late', 300)
    await place.set('early', 100)
    await place.set('middle', 200)

    await place.advance(1_000)

    assert.deepEqual(place.names, ['early', 'middle', 'late'])
  })

  onBoth('may be past: it fires at once', async (place) => {
    await place.set('past', -hourMs)
    await place.queue.idle()

    assert.deepEqual(place.names, ['past'])
  })

  onBoth('is noticed within a second when the clock jumps ahead', async (place) => {
    await place.set('lunch', hourMs)

    place.clock.jump(hourMs)
    await place.advance(1_000)

    assert.deepEqual(place.names, ['lunch'])
  })

  onBoth('is what the clock calls for next, however far away it is', async (place) => {
    await place.set('next month', 30 * 24 * hourMs)

    place.clock.advanceToNext()
    await place.queue.idle()

    assert.deepEqual(place.names, ['next month'])
  })

  onBoth('is noticed at once after a jump ahead when another timer is set', async (place) => {
    await place.set('lunch', hourMs)

    place.clock.jump(hourMs)
    await place.set('dinner', hourMs)
    await place.queue.idle()

    assert.deepEqual(place.names, ['lunch'])
  })

  onBoth('comes later when the clock jumps back', async (place) => {
    await place.set('lunch', hourMs)

    place.clock.jump(-hourMs)
    await place.advance(hourMs)
    assert.deepEqual(place.names, [])
    await place.advance(hourMs)

    assert.deepEqual(place.names, ['lunch'])
  })

  onBoth('does not come again when the clock jumps back behind it', async (place) => {
    await place.set('once', 100)
    await place.advance(100)

    place.clock.jump(-hourMs)
    await place.advance(2 * hourMs)

    assert.deepEqual(place.names, ['once'])
  })

  onBoth('finds one that was set before the place up to which others have fired', async (place) => {
    const blocked = createDeferred()
    place.fire = (due) => (due.name === 'slow' ? blocked.promise : Promise.resolve())
    await place.set('slow', 100)
    place.clock.advance(100)

    await place.set('earlier', -50)
    blocked.resolve()
    await place.queue.idle()

    assert.deepEqual(place.names, ['slow', 'earlier'])
  })

  onBoth(
    'keeps one call of the clock waiting for any number of timers, and none for none',
    async (place) => {
      for (let at = 1; at <= 20; at++) await place.set(`n${at}`, at * 1_000)
      assert.equal(place.clock.pending, 1)

      for (let at = 1; at <= 20; at++) await place.advance(1_000)

      assert.equal(place.fired.length, 20)
      assert.equal(place.clock.pending, 0)
    },
  )
})

describe('a timer that has fired', () => {
  onBoth('leaves no row behind', async (place) => {
    await place.set('once', 100)
    assert.equal(place.rows(), 2)

    await place.advance(100)

    assert.equal(place.rows(), 0)
    assert.equal(place.queue.status().pending, 0)
  })

  onBoth('does not fire again after a restart', async (place) => {
    await place.set('once', 100)
    await place.advance(100)

    await place.restart()

    assert.deepEqual(place.names, ['once'])
  })

  onBoth(
    'fires again with the same id and occurrence when a crash came before the write',
    async (place) => {
      const id = await place.set('once', 100)
      const stuck = createDeferred()
      place.fire = () => stuck.promise
      place.clock.advance(100)

      place.fire = async () => {}
      await place.restart()

      assert.deepEqual(
        place.fired.map((due) => [due.id, due.occurrence]),
        [
          [id, 1],
          [id, 1],
        ],
      )
      assert.equal(place.rows(), 0)
      stuck.resolve()
    },
  )

  onBoth('does not take the one with it that replaced it meanwhile', async (place) => {
    const blocked = createDeferred()
    await place.set('bell', 100)
    place.fire = () => blocked.promise
    place.clock.advance(100)

    const id = await place.set('bell', 500)
    blocked.resolve()
    await place.queue.idle()
    assert.equal(place.queue.get(host('bell'))?.id, id)
    await place.advance(500)

    assert.deepEqual(place.names, ['bell', 'bell'])
    assert.equal(place.fired[1]!.id, id)
  })

  onBoth(
    'stays away when it was removed meanwhile, repeating or failing as it may be',
    async (place) => {
      const blocked = createDeferred()
      await place.set('repeating', 100, 100)
      await place.set('failing', 100)
      place.fire = async (due) => {
        await blocked.promise
        if (due.name === 'failing') throw new Error('no')
      }
      place.clock.advance(100)

      assert.equal(await place.queue.remove([host('repeating'), host('failing')]), 2)
      blocked.resolve()
      await place.advance(hourMs)

      assert.deepEqual(place.names, ['failing', 'repeating'])
      assert.equal(place.rows(), 0)
    },
  )
})

describe('a repeating timer', () => {
  onBoth('fires once per interval, counted', async (place) => {
    await place.set('tick', 50, 100)

    for (let at = 0; at < 4; at++) await place.advance(at === 0 ? 50 : 100)

    assert.deepEqual(
      place.fired.map((due) => [due.occurrence, due.dueAtMs]),
      [1, 2, 3, 4].map((each) => [each, 1_000_050 + (each - 1) * 100]),
    )
  })

  onBoth('makes up what it missed by one firing, and goes on on its grid', async (place) => {
    await place.set('tick', 100, 100)
    await place.crash()
    place.clock.advance(1_234)

    place.queue.start()
    await place.queue.idle()
    await place.advance(66)

    assert.deepEqual(
      place.fired.map((due) => [due.occurrence, due.dueAtMs]),
      [
        [1, 1_000_100],
        [2, 1_001_300],
      ],
    )
  })

  onBoth('fires once when the clock jumps over many intervals', async (place) => {
    await place.set('tick', 100, 100)

    place.clock.jump(hourMs + 30)
    await place.advance(100)

    assert.equal(place.fired.length, 1)
    assert.equal(place.queue.get(host('tick'))!.dueAtMs, 1_000_000 + hourMs + 200)
  })
})

describe('a timer whose firing fails', () => {
  onBoth('is tried again with longer and longer pauses, for ever', async (place) => {
    const triesMs: number[] = []
    place.fire = async () => {
      triesMs.push(place.nowMs)
      throw new Error('no')
    }
    await place.set('doomed', 0)
    await place.queue.idle()

    for (let at = 0; at < 12; at++) {
      await place.advance(place.queue.get(host('doomed'))!.tryAtMs - place.nowMs)
    }

    assert.deepEqual(
      triesMs.slice(1).map((each, at) => each - triesMs[at]!),
      [100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000, 30_000],
    )
  })

  onBoth('remembers its failures over a restart, and not when to have been due', async (place) => {
    place.fire = () => Promise.reject(Object.assign(new Error('no'), { code: 'E_NO' }))
    await place.set('doomed', 10)
    await place.advance(10)
    await place.advance(100)

    await place.restart()

    const due = place.queue.get(host('doomed'))!
    assert.equal(due.failures, 2)
    assert.equal(due.error?.code, 'E_NO')
    assert.equal(due.dueAtMs, 1_000_010)
    assert.equal(due.tryAtMs, 1_000_310)
    assert.equal(place.queue.status().failing, 1)
    assert.equal(place.fired.length, 2)
  })

  onBoth('does not hold up others, even when only one can be in flight', async (place) => {
    place.inFlightMax = 1
    await place.restart()
    place.fire = async (due) => {
      if (due.name === 'doomed') throw new Error('no')
    }
    await place.set('doomed', 10)
    await place.set('fine', 11)

    await place.advance(20)

    assert.deepEqual(place.names, ['doomed', 'fine'])
  })

  onBoth(
    'is done once it comes through, and a repeating one is back on its grid',
    async (place) => {
      let fails = true
      place.fire = async () => {
        if (fails) throw new Error('no')
      }
      await place.set('once', 10)
      await place.set('tick', 10, 70)
      await place.advance(10)
      fails = false

      await place.advance(100)

      assert.equal(place.queue.get(host('once')), undefined)
      const tick = place.queue.get(host('tick'))!
      assert.deepEqual([tick.dueAtMs, tick.occurrence], [1_000_150, 2])
      assert.deepEqual([tick.failures, tick.error], [0, null])
      assert.equal(place.queue.status().failing, 0)
    },
  )

  onBoth('starts anew when it is replaced', async (place) => {
    place.fire = () => Promise.reject(new Error('no'))
    await place.set('bell', 10)
    await place.advance(10)

    await place.set('bell', 10)

    assert.equal(place.queue.get(host('bell'))!.failures, 0)
    assert.equal(place.queue.status().failing, 0)
  })
})
