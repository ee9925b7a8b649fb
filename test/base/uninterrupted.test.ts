/** Steps that a thread must not be ended in: whoever closes its gate waits for them, and none begins any more. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { ManualClock } from '../../src/base/manual-clock.js'
import { closeGate, uninterrupted } from '../../src/base/uninterrupted.js'
import { turns, until } from '../subscriptions/until.js'
import { onEnd, type Scope } from '../support/scope.js'

const module = new URL('../../src/base/uninterrupted.js', import.meta.url).href

/** What the thread has done so far: 1 in the first step, 2 behind it, 3 in the second. */
const progress = 0
/** How far it may go. */
const allowed = 1

interface Stepping {
  readonly gate: SharedArrayBuffer
  readonly cells: Int32Array
}

/** A thread that stays in a step until it may go on, and then begins another. */
async function startStepping(scope: Scope): Promise<Stepping> {
  const memory = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)
  const code = `
    const { parentPort, workerData } = require('node:worker_threads')
    const cells = new Int32Array(workerData)
    import('${module}').then(({ gateOfThread, uninterrupted }) => {
      parentPort.postMessage(gateOfThread)
      uninterrupted(() => {
        uninterrupted(() => {})
        Atomics.store(cells, ${progress}, 1)
        Atomics.wait(cells, ${allowed}, 0)
      })
      Atomics.store(cells, ${progress}, 2)
      Atomics.wait(cells, ${allowed}, 1)
      uninterrupted(() => Atomics.store(cells, ${progress}, 3))
    })`
  const worker = new Worker(code, { eval: true, workerData: memory })
  onEnd(scope, () => worker.terminate())
  const gate = await new Promise<SharedArrayBuffer>((resolve) => worker.once('message', resolve))
  const cells = new Int32Array(memory)
  await until('it is in its step', () => Atomics.load(cells, progress) === 1)
  return { gate, cells }
}

test('a step returns what it returns, and throws what it throws, within another too', () => {
  const refuse = (): never => {
    throw new RangeError('no')
  }

  assert.equal(
    uninterrupted(() => uninterrupted(() => 7)),
    7,
  )
  assert.throws(() => uninterrupted(() => uninterrupted(refuse)), RangeError)
  assert.equal(
    uninterrupted(() => 8),
    8,
  )
})

function allow(cells: Int32Array, steps: number): void {
  Atomics.store(cells, allowed, steps)
  Atomics.notify(cells, allowed)
}

test('a gate closes once the thread has come out of its step, and lets it into no other', async (t) => {
  const { gate, cells } = await startStepping(t)

  const closing = closeGate(gate, new ManualClock())
  allow(cells, 1)
  await closing
  allow(cells, 2)
  // Whoever is woken at a closed gate waits there again.
  await until('it waits at the gate', () => Atomics.notify(new Int32Array(gate), 0) > 0)
  await closeGate(gate, new ManualClock())

  assert.equal(Atomics.load(cells, progress), 2)
})

test('a gate is not closed while the thread is in its step', async (t) => {
  const { gate, cells } = await startStepping(t)
  let isClosed = false

  const closing = closeGate(gate, new ManualClock()).then(() => {
    isClosed = true
  })
  await turns()
  const isClosedWithin = isClosed
  allow(cells, 1)
  await closing

  assert.equal(isClosedWithin, false)
})

test('a thread that is stuck in a step is waited for no longer than ten seconds', async (t) => {
  const { gate, cells } = await startStepping(t)
  const clock = new ManualClock()

  const closing = closeGate(gate, clock)
  clock.advance(10_000)
  await closing

  assert.equal(Atomics.load(cells, progress), 1)
})
