import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseProcessStatus, readProcessMemory } from '../../../bench/suite/process-memory.js'

test('what a process holds by itself is told apart from files that are mapped', () => {
  const status = 'VmRSS:\t  70 kB\nRssAnon:\t      50 kB\nRssFile:\t      20 kB\nRssShmem:\t 0 kB\n'

  assert.deepEqual(parseProcessStatus(status), { ownBytes: 50 * 1024, mappedBytes: 20 * 1024 })
})

test('a status without it is refused', () => {
  assert.throws(() => parseProcessStatus('VmRSS:\t70 kB\n'), /RssAnon/)
})

test('this process holds more once it holds more', () => {
  const before = readProcessMemory().ownBytes

  const held = Buffer.alloc(64 * 1024 * 1024, 1)

  assert.ok(readProcessMemory().ownBytes - before > held.length / 2)
})
