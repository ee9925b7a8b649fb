/** The guard against a full disk. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../../../src/base/manual-clock.js'
import { appendEvents } from '../../../src/store/append.js'
import type { EventStoreOptions } from '../../../src/store/contracts.js'
import { sampleAppend } from '../../../src/testing/index.js'
import { TemporaryDirectory } from '../temporary.js'

test('a nearly full disk refuses writes, not reads, and lets them go on when there is room', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const clock = new ManualClock()
  let freeBytes = 1_000
  const store = await directory.openStore({
    clock,
    freeBytesMin: 1_000,
    readFreeBytes: async () => freeBytes,
  })
  await appendEvents(store, [sampleAppend('1', 'none', 1)])

  freeBytes = 999
  clock.advance(1_000)
  await appendEvents(store, [sampleAppend('1', 1, 2)])
  const full = { code: 'DRAMATIS_DISK_FULL', freeBytes: 999, freeBytesMin: 1_000 }
  assert.throws(() => store.stage([sampleAppend('1', 2, 3)]), full)
  assert.equal(await store.readHead(), 2)

  freeBytes = 5_000
  assert.throws(() => store.stage([sampleAppend('1', 2, 3)]), full, 'asked once a second only')
  clock.advance(1_000)
  assert.throws(() => store.stage([sampleAppend('1', 2, 3)]), full, 'never waits for the answer')
  await Promise.resolve()
  await appendEvents(store, [sampleAppend('1', 2, 3)])

  assert.equal(store.head, 3)
})

test('a store is not opened full: the first figure is known before the first write', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const store = await directory.openStore({ readFreeBytes: async () => 0 })

  assert.throws(() => store.stage([sampleAppend('1', 'none', 1)]), {
    code: 'DRAMATIS_DISK_FULL',
    freeBytesMin: 64 * 1024 * 1024,
  })
})

test('room is told as it is now, and not told where nobody looks or nobody knows', async (t) => {
  let freeBytes = 70
  const readFreeBytes = (): Promise<number> => Promise.resolve(freeBytes)
  const read = async (options: Partial<EventStoreOptions>) =>
    await (await (await TemporaryDirectory.make(t)).openStore(options)).readRoom()
  const known = await (await TemporaryDirectory.make(t)).openStore({
    freeBytesMin: 5,
    readFreeBytes,
  })
  freeBytes = 60

  assert.deepEqual(await known.readRoom(), { freeBytes: 60, freeBytesMin: 5 })
  assert.equal(await read({ freeBytesMin: 0, readFreeBytes }), null)
  assert.equal(await read({ readFreeBytes: () => Promise.reject(new Error('no statfs')) }), null)
})

test('a figure that cannot be had stops nothing, and 0 turns the guard off', async (t) => {
  const unknown = await (await TemporaryDirectory.make(t)).openStore({
    readFreeBytes: () => Promise.reject(new Error('no statfs')),
  })
  const off = await (await TemporaryDirectory.make(t)).openStore({
    freeBytesMin: 0,
    readFreeBytes: async () => 0,
  })

  for (const store of [unknown, off]) await appendEvents(store, [sampleAppend('1', 'none', 1)])

  assert.deepEqual([unknown.head, off.head], [1, 1])
})
