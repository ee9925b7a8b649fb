/**
 * A due queue as a whole: what is in flight, failing writes, stopping, lists.
 */

import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { createDeferred } from '../../src/base/deferred.js'
import { host, onBoth } from './due-workplace.js'

const hourMs = 3_600_000

describe('a due queue', () => {
  onBoth('fires as many at a time as it may, and the others as those end', async (place) => {
    place.inFlightMax = 3
    await place.restart()
    let now = 0
    let most = 0
    place.fire = async () => {
      most = Math.max(most, ++now)
      await new Promise(setImmediate)
      now--
    }
    await place.queue.setAll(
      Array.from({ length: 50 }, (_, at) => ({
        ...host(`n${at}`),
        ...{ id: `${at}`, dueAtMs: place.nowMs + at, everyMs: null, action: null },
      })),
    )

    await place.advance(50)

    assert.equal(most, 3)
    assert.equal(new Set(place.names).size, 50)
    assert.equal(place.fired.length, 50)
  })

  onBoth('lets the thread do other things while many are due', async (place) => {
    place.inFlightMax = 5_000
    await place.crash()
    const dueAtMs = place.nowMs
    await place.queue.setAll(
      Array.from({ length: 2_000 }, (_, at) => ({
        ...host(`n${at}`),
        ...{ id: `${at}`, dueAtMs, everyMs: null, action: null },
      })),
    )

    place.queue.start()
    const firedAtOnce = place.fired.length
    await place.queue.idle()

    assert.ok(firedAtOnce > 0 && firedAtOnce < 1_000, `${firedAtOnce} at once`)
    assert.equal(new Set(place.names).size, 2_000)
    assert.equal(place.fired.length, 2_000)
  })

  onBoth('goes on counting when a setting is set again', async (place) => {
    const setting = { id: 'same', dueAtMs: place.nowMs + 100, everyMs: 100, action: null }
    await place.queue.set(host('tick'), setting)
    await place.advance(100)
    await place.advance(100)

    await place.queue.set(host('tick'), setting)
    await place.advance(100)

    assert.deepEqual(
      place.fired.map((due) => due.occurrence),
      [1, 2, 3],
    )
  })

  onBoth('writes what ends at the same time in a few transactions', async (place) => {
    const { write } = place.database
    let writes = 0
    place.database.write = (changes) => {
      writes++
      return write.call(place.database, changes)
    }
    await Promise.all(Array.from({ length: 100 }, (_, at) => place.set(`n${at}`, 100)))
    assert.ok(writes <= 2, `${writes} writes for 100 settings`)
    writes = 0

    await place.advance(100)

    assert.equal(place.fired.length, 100)
    assert.ok(writes <= 3, `${writes} writes for 100 firings`)
  })

  onBoth('does not fire again what fired when the write of that failed', async (place) => {
    await place.set('once', 100)
    const failed = place.failNextWrite(false)
    place.clock.advance(100)
    await failed
    assert.match(place.queue.status().error!.message, /disk on fire/)

    await place.advance(1_000)

    assert.deepEqual(place.names, ['once'])
    assert.equal(place.rows(), 0)
    assert.equal(place.queue.status().error, null)
  })

  onBoth(
    'moves a repeating one on once, also when a write landed that was said to fail',
    async (place) => {
      await place.set('tick', 100, 1_000)
      const failed = place.failNextWrite(true)
      place.clock.advance(100)
      await failed

      await place.advance(200)

      const tick = place.queue.get(host('tick'))!
      assert.deepEqual([tick.occurrence, tick.dueAtMs], [2, 1_001_100])
      assert.equal(place.fired.length, 1)
      assert.equal(place.rows(), 2)
    },
  )

  onBoth('rejects a setting whose write failed, and takes the next', async (place) => {
    const failed = place.failNextWrite(false)

    await assert.rejects(place.set('lost', 100), /disk on fire/)
    await failed
    await place.set('kept', 100)
    await place.advance(100)

    assert.deepEqual(place.names, ['kept'])
  })

  onBoth('refuses what cannot be stored, and sets the others of the same moment', async (place) => {
    const setting = { id: 'x', dueAtMs: place.nowMs + 100, everyMs: null }

    const good = place.set('good', 100)
    const badValue = place.queue.set(host('bad'), { ...setting, action: (() => 1) as never })
    const badName = place.queue.set(host('n'.repeat(3_000)), { ...setting, action: null })

    await assert.rejects(badValue, { code: 'DRAMATIS_EVENT_VALUE' })
    await assert.rejects(badName, { code: 'DRAMATIS_KEY_TOO_LARGE' })
    await good
    assert.equal(place.queue.status().pending, 1)
  })

  onBoth('throws away a row of the index that belongs to no timer', async (place) => {
    await place.set('bell', 200)
    const stray = ['timers', place.nowMs + 100, '', 'bell']
    await place.database.write([{ table: 'due', key: stray, value: null }])

    place.clock.advance(100)
    // The first is what has the index read; the second waits for what that led to.
    await place.set('look', hourMs)
    await place.set('wait', hourMs)
    assert.deepEqual(place.names, [])
    assert.equal(place.rows(), 3 * 2)
    await place.advance(100)

    assert.deepEqual(place.names, ['bell'])
  })

  onBoth('does not see the timers of another one', async (place) => {
    const other = place.open('calls/Shipping')
    await place.set('mine', 100)
    await other.set(host('mine'), { id: 'other', dueAtMs: 1_000_000, everyMs: null, action: null })

    await place.queue.removeOwner('')

    assert.equal(place.queue.status().pending, 0)
    assert.equal(other.get(host('mine'))?.id, 'other')
    assert.equal(other.status().pending, 1)
  })

  onBoth('that was not started fires nothing, and then in the order of time', async (place) => {
    await place.crash()
    await place.set('b', 20)
    await place.set('a', 10)
    await place.advance(hourMs)
    assert.deepEqual(place.names, [])

    place.queue.start()
    await place.queue.idle()

    assert.deepEqual(place.names, ['a', 'b'])
  })

  onBoth('that stops waits for what is in flight, and starts nothing more', async (place) => {
    const blocked = createDeferred()
    place.fire = () => blocked.promise
    await place.set('now', 100)
    await place.set('next', 200)
    place.clock.advance(100)

    const stopped = place.queue.stop(5_000)
    place.clock.advance(150)
    blocked.resolve()
    await stopped

    assert.deepEqual(place.names, ['now'])
    assert.equal(place.queue.get(host('now')), undefined)
    assert.equal(place.queue.status().pending, 1)
  })

  onBoth('counts how late firings were', async (place) => {
    await place.set('late', 100)
    await place.set('later', 200)
    await place.crash()
    place.clock.advance(500)

    place.queue.start()
    await place.queue.idle()

    const { fired, lateness, overdueMs } = place.queue.status()
    assert.deepEqual([fired, lateness, overdueMs], [2, { meanMs: 350, maxMs: 400 }, 0])
  })

  onBoth('says how long what is in flight has been due', async (place) => {
    const blocked = createDeferred()
    place.fire = () => blocked.promise
    await place.set('slow', 100)

    place.clock.advance(350)

    assert.equal(place.queue.status().overdueMs, 250)
    assert.equal(place.queue.status().inFlight, 1)
    blocked.resolve()
    await place.queue.idle()
  })
})

describe('the list of timers', () => {
  onBoth('goes page by page through all owners, each timer once', async (place) => {
    for (const name of ['c', 'a', 'b']) {
      for (const owner of ['Saga-2', '', 'Saga-1']) {
        const setting = { id: 'x', dueAtMs: hourMs * 1_000, everyMs: null, action: null }
        await place.queue.set({ owner, name }, setting)
      }
    }

    const seen: string[] = []
    let after = null
    do {
      const page = place.queue.list({ limit: 2, after })
      seen.push(...page.entries.map((due) => due.owner + due.name))
      after = page.next
    } while (after !== null)

    assert.deepEqual(seen, [
      ...['a', 'b', 'c'],
      ...['Saga-1a', 'Saga-1b', 'Saga-1c', 'Saga-2a', 'Saga-2b', 'Saga-2c'],
    ])
  })

  onBoth('finds names by how they begin, the beginning itself included', async (place) => {
    for (const name of ['or', 'order', 'order-1', 'order-2', 'orders', 'other']) {
      await place.set(name, hourMs)
    }
    const page = place.queue.list({ owner: '', prefix: 'order', limit: 3 })
    const rest = place.queue.list({ owner: '', prefix: 'order', limit: 3, after: page.next })

    assert.deepEqual(
      page.entries.map((due) => due.name),
      ['order', 'order-1', 'order-2'],
    )
    assert.deepEqual(
      rest.entries.map((due) => due.name),
      ['orders'],
    )
    assert.equal(rest.next, null)
  })

  onBoth('loses all timers of an owner at once, and no others', async (place) => {
    const names = Array.from({ length: 1_500 }, (_, at) => ({ owner: 'Saga-1', name: `n${at}` }))
    const setting = { id: 'x', dueAtMs: hourMs * 1_000, everyMs: null, action: null }
    await place.queue.setAll(names.map((name) => ({ ...name, ...setting })))
    await place.queue.set({ owner: 'Saga-11', name: 'n' }, setting)

    assert.equal(await place.queue.removeOwner('Saga-1'), 1_500)

    assert.equal(place.queue.status().pending, 1)
    assert.equal(place.rows(), 2)
  })
})
