/**
 * Clocks: the machine's, the manual one, and waiting by either.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { delay, systemClock } from '../../src/base/clock.js'
import { ManualClock } from '../../src/base/manual-clock.js'

const dayMs = 24 * 60 * 60 * 1000

describe('the system clock', () => {
  test('shows whole milliseconds since the epoch', () => {
    assert.ok(Number.isInteger(systemClock.nowMs()))
    assert.ok(systemClock.nowMs() > Date.UTC(2024, 0, 1))
  })

  test('measures time that never decreases', () => {
    let last = systemClock.elapsedMs()
    for (let at = 0; at < 1_000; at++) {
      const now = systemClock.elapsedMs()
      assert.ok(now >= last)
      last = now
    }
  })

  test('calls back in a later turn of the event loop', async () => {
    const calls: string[] = []

    const called = new Promise<void>((resolve) => {
      // The timer itself keeps nothing alive; this one keeps the test alive until it is called.
      const alive = setInterval(() => {}, 1_000)
      systemClock.schedule(0, () => {
        calls.push('callback')
        clearInterval(alive)
        resolve()
      })
    })
    calls.push('scheduled')
    await called

    assert.deepEqual(calls, ['scheduled', 'callback'])
  })

  test('calls back neither early nor twice after a delay that is longer than a timer takes', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    let calls = 0

    systemClock.schedule(60 * dayMs, () => {
      calls++
    })

    // One long step at a time: a mocked timer that is set while time moves counts from its end.
    for (const stepMs of [2 ** 31 - 1, 2 ** 31 - 1]) t.mock.timers.tick(stepMs)
    const restMs = 60 * dayMs - 2 * (2 ** 31 - 1)
    t.mock.timers.tick(restMs - 1)
    assert.equal(calls, 0)
    t.mock.timers.tick(1)
    assert.equal(calls, 1)
    t.mock.timers.tick(60 * dayMs)
    assert.equal(calls, 1)
  })

  test('does not call back what was cancelled, at any stage of a long delay', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    let calls = 0
    const cancel = systemClock.schedule(60 * dayMs, () => {
      calls++
    })

    t.mock.timers.tick(2 ** 31 - 1)
    cancel()
    t.mock.timers.tick(2 ** 31 - 1)
    t.mock.timers.tick(60 * dayMs)

    assert.equal(calls, 0)
  })
})

describe('a call at a time of the system clock', () => {
  const noon = Date.UTC(2026, 0, 1, 12)
  const hourMs = 3_600_000

  test('comes when the clock shows that time, not before, and once', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: noon })
    const timesMs: number[] = []

    systemClock.scheduleAt(noon + 2_500, () => timesMs.push(Date.now() - noon))
    for (let tick = 0; tick < 50; tick++) t.mock.timers.tick(100)

    assert.deepEqual(timesMs, [2_500])
  })

  test('comes within a second after the clock was set ahead', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: noon })
    let calls = 0
    let aheadMs = 0
    const { now } = Date
    t.mock.method(Date, 'now', () => now() + aheadMs)

    systemClock.scheduleAt(noon + hourMs, () => calls++)
    aheadMs = hourMs
    t.mock.timers.tick(1_000)

    assert.equal(calls, 1)
  })

  test('comes later when the clock was set back', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: noon })
    let calls = 0
    let behindMs = 0
    const { now } = Date
    t.mock.method(Date, 'now', () => now() - behindMs)

    systemClock.scheduleAt(noon + 500, () => calls++)
    behindMs = 5_000
    for (let tick = 0; tick < 5; tick++) t.mock.timers.tick(1_000)
    assert.equal(calls, 0)
    t.mock.timers.tick(1_000)

    assert.equal(calls, 1)
  })

  test('does not come when it was cancelled, on whichever look at the clock', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: noon })
    let calls = 0
    const cancel = systemClock.scheduleAt(noon + 2_500, () => calls++)

    t.mock.timers.tick(1_000)
    cancel()
    for (let tick = 0; tick < 5; tick++) t.mock.timers.tick(1_000)

    assert.equal(calls, 0)
  })
})

describe('a manual clock', () => {
  test('stands still until it is told to move', () => {
    const clock = new ManualClock(1_000)

    assert.equal(clock.nowMs(), 1_000)
    clock.advance(250)

    assert.equal(clock.nowMs(), 1_250)
    assert.equal(clock.elapsedMs(), 250)
  })

  test('makes calls in the order of their time, then of their scheduling', () => {
    const clock = new ManualClock()
    const calls: string[] = []
    clock.schedule(20, () => calls.push('late'))
    clock.schedule(10, () => calls.push('first of two'))
    clock.schedule(10, () => calls.push('second of two'))

    clock.advance(20)

    assert.deepEqual(calls, ['first of two', 'second of two', 'late'])
  })

  test('never makes a call in the turn that schedules it, however short its delay', () => {
    const clock = new ManualClock()
    let calls = 0

    clock.schedule(-5, () => calls++)
    assert.equal(calls, 0)
    clock.advance(0)

    assert.equal(calls, 1)
  })

  test('shows each call its own time, also calls that were scheduled on the way', () => {
    const clock = new ManualClock(0)
    const timesMs: number[] = []
    const tick = (): void => {
      timesMs.push(clock.nowMs())
      clock.schedule(10, tick)
    }
    clock.schedule(10, tick)

    clock.advance(35)

    assert.deepEqual(timesMs, [10, 20, 30])
    assert.equal(clock.nowMs(), 35)
    assert.equal(clock.pending, 1)
  })

  test('makes a call at a time when it shows that, wherever it was set meanwhile', () => {
    const clock = new ManualClock(0)
    const calls: string[] = []
    clock.scheduleAt(100, () => calls.push(`at ${clock.nowMs()}`))
    clock.schedule(30, () => calls.push('after 30'))

    clock.jump(-50)
    clock.advance(149)
    assert.deepEqual(calls, ['after 30'])
    clock.advance(1)

    assert.deepEqual(calls, ['after 30', 'at 100'])
  })

  test('makes a call at a time that it was set behind as soon as it moves', () => {
    const clock = new ManualClock(0)
    let calls = 0
    clock.scheduleAt(100, () => calls++)

    clock.jump(5_000)
    assert.equal(calls, 0)
    clock.advance(0)

    assert.deepEqual([calls, clock.elapsedMs()], [1, 0])
  })

  test('does not make a call that was cancelled, even by the call before it', () => {
    const clock = new ManualClock()
    let calls = 0
    clock.schedule(10, () => cancel())
    const cancel = clock.schedule(10, () => calls++)

    clock.advance(10)
    cancel()

    assert.equal(calls, 0)
    assert.equal(clock.pending, 0)
  })
})

describe('a manual clock that is told to move on to the next call', () => {
  test('stops there, and makes all calls of that moment and no later one', () => {
    const clock = new ManualClock(1_000)
    const calls: string[] = []
    clock.schedule(20, () => calls.push('later'))
    clock.schedule(5, () => calls.push('first'))
    clock.schedule(5, () => calls.push('second'))

    const wasCalled = clock.advanceToNext()

    assert.equal(wasCalled, true)
    assert.deepEqual([calls, clock.nowMs(), clock.pending], [['first', 'second'], 1_005, 1])
  })

  test('stands still where none waits', () => {
    const clock = new ManualClock(1_000)

    assert.equal(clock.advanceToNext(), false)
    assert.equal(clock.nowMs(), 1_000)
  })
})

describe('a delay', () => {
  test('resolves to true when its time has come', async () => {
    const clock = new ManualClock()
    const waited = delay(clock, 10)

    clock.advance(10)

    assert.equal(await waited, true)
  })

  test('resolves to false when its signal aborts first, and leaves nothing scheduled', async () => {
    const clock = new ManualClock()
    const abort = new AbortController()
    const waited = delay(clock, 10, abort.signal)

    abort.abort()

    assert.equal(await waited, false)
    assert.equal(clock.pending, 0)
  })

  test('resolves to false at once when its signal was aborted before', async () => {
    const clock = new ManualClock()

    assert.equal(await delay(clock, 10, AbortSignal.abort()), false)
    assert.equal(clock.pending, 0)
  })

  test('no longer listens to its signal once it is over', async () => {
    const clock = new ManualClock()
    const { signal } = new AbortController()
    let listeners = 0
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    const watched = Object.assign(signal, {
      addEventListener: (...args: Parameters<typeof add>) => {
        listeners++
        add(...args)
      },
      removeEventListener: (...args: Parameters<typeof remove>) => {
        listeners--
        remove(...args)
      },
    })
    const waited = delay(clock, 10, watched)

    clock.advance(10)
    await waited

    assert.equal(listeners, 0)
  })
})
