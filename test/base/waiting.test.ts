/**
 * Deferred promises and signals: whoever waits is woken, once, and no notice is lost.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createDeferred } from '../../src/base/deferred.js'
import { Signal, yieldToEventLoop } from '../../src/base/signal.js'

describe('a deferred promise', () => {
  test('resolves to what it is given', async () => {
    const deferred = createDeferred<number>()

    deferred.resolve(7)

    assert.equal(await deferred.promise, 7)
  })

  test('rejects with what it is given, and settles once', async () => {
    const deferred = createDeferred()

    deferred.reject(new Error('no'))
    deferred.resolve()

    await assert.rejects(deferred.promise, { message: 'no' })
  })
})

describe('a signal', () => {
  test('wakes whoever waits', async () => {
    const signal = new Signal()
    const woken = signal.wait()

    signal.notify()

    await woken
  })

  test('remembers one notice that came while nobody waited', async () => {
    const signal = new Signal()
    let woken = 0
    signal.notify()
    signal.notify()

    await signal.wait()
    void signal.wait().then(() => woken++)
    await yieldToEventLoop()

    assert.equal(woken, 0)
    signal.notify()
    await yieldToEventLoop()
    assert.equal(woken, 1)
  })
})
