/** Which process is running, and which has ended. */

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { isRunning, ownIdentity } from '../../../src/store/lmdb/process-identity.js'

const skip = process.platform === 'linux' ? false : 'starts and ends are known on Linux only'
const never = new Int32Array(new SharedArrayBuffer(4))

/** Waits on this thread, which alone would collect it. */
function waitUntilEnded(pid: number): void {
  while (!/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) Atomics.wait(never, 0, 0, 1)
}

test('this process is running, and one that started at another time under its id is not', () => {
  const own = ownIdentity()

  assert.equal(isRunning(own), true)
  assert.equal(isRunning({ ...own, started: `${own.started}9` }), skip !== false)
})

test('a process that has ended is not running, though nobody has collected it', { skip }, () => {
  const { pid } = spawn('true')
  waitUntilEnded(pid!)

  const identity = { ...ownIdentity(), pid: pid!, started: '' }

  assert.equal(isRunning(identity), false)
})
