/** Who may open a data directory, and what is refused. */

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { systemClock } from '../../../src/base/clock.js'
import { encodeValue } from '../../../src/events/codec.js'
import { appendEvents } from '../../../src/store/append.js'
import { openEnvironment, openTable } from '../../../src/store/lmdb/environment.js'
import { textKeys } from '../../../src/store/lmdb/keys.js'
import { openLmdbEventStore } from '../../../src/store/lmdb/lmdb-event-store.js'
import { openLmdbLogReader } from '../../../src/store/lmdb/lmdb-log-reader.js'
import { openLmdbTables } from '../../../src/store/lmdb/lmdb-tables.js'
import { writeMeta } from '../../../src/store/lmdb/log-meta.js'
import { logFormat } from '../../../src/store/lmdb/log-owner.js'
import { sampleAppend } from '../../../src/testing/index.js'
import { startChild } from '../children/child.js'
import { TemporaryDirectory } from '../temporary.js'

const clock = systemClock

test('a store keeps its id and its events, and its epoch rises with each opening', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const first = await directory.openStore()
  await appendEvents(first, [sampleAppend('1', 'none', 1)])
  await first.close()

  const second = await directory.openStore()

  assert.equal(second.storeId, first.storeId)
  assert.equal(second.storeId.length, 26)
  assert.deepEqual([first.epoch, second.epoch], [1, 2])
  assert.equal(second.head, 1)
  assert.throws(() => second.stage([sampleAppend('1', 'none', 1)]), { versionActual: 1 })
})

test('a directory that this process has open is locked', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const store = await directory.openStore()

  await assert.rejects(openLmdbEventStore(directory.path, { clock }), {
    code: 'DRAMATIS_STORE_LOCKED',
    ownerPid: process.pid,
  })

  await appendEvents(store, [sampleAppend('1', 'none', 1)])
  await store.close()
  assert.ok(!existsSync(`${directory.path}/lock`))
})

test('a directory is locked while another process owns it, and free when that has died', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const child = startChild(t, 'appending.js', [directory.path, '0'])
  assert.equal(await child.nextLine(), 'epoch 1')

  await assert.rejects(openLmdbEventStore(directory.path, { clock }), {
    code: 'DRAMATIS_STORE_LOCKED',
    ownerPid: child.pid,
  })
  await child.kill()
  const store = await directory.openStore()

  assert.equal(store.epoch, 2)
})

test('of several processes that find a dead owner exactly one takes over', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const owner = startChild(t, 'appending.js', [directory.path, '0'])
  await owner.nextLine()
  await owner.kill()

  const heirs = Array.from({ length: 4 }, () =>
    startChild(t, 'appending.js', [directory.path, '0']),
  )
  const said = await Promise.all(heirs.map((heir) => heir.nextLine()))

  assert.deepEqual(said.sort(), [
    'DRAMATIS_STORE_LOCKED',
    'DRAMATIS_STORE_LOCKED',
    'DRAMATIS_STORE_LOCKED',
    'epoch 2',
  ])
})

test('a lock whose process id was given to another process since is taken over', async (t) => {
  if (process.platform !== 'linux') return t.skip('start times are known on Linux only')
  const directory = await TemporaryDirectory.make(t)
  await mkdir(directory.path, { recursive: true })
  const lock = { pid: process.ppid, started: 'another boot 1', epoch: 7 }
  await writeFile(`${directory.path}/lock`, JSON.stringify(lock))

  const store = await directory.openStore()

  assert.equal(store.status, 'open')
  const taken = JSON.parse(await readFile(`${directory.path}/lock`, 'utf8')) as { pid: number }
  assert.equal(taken.pid, process.pid)
})

test('a lock that a power cut left empty, or that names no process, is taken over', async (t) => {
  const nobody = ['', '{"pid":', 'null', '{}', '{"pid":-1,"started":"","epoch":1}', '7']
  for (const text of nobody) {
    const directory = await TemporaryDirectory.make(t)
    await mkdir(directory.path, { recursive: true })
    await writeFile(`${directory.path}/lock`, text)

    const store = await directory.openStore()

    assert.equal(store.epoch, 1, text)
  }
})

test('a lock that cannot be read makes the directory unavailable', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  await mkdir(`${directory.path}/lock`, { recursive: true })

  await assert.rejects(openLmdbEventStore(directory.path, { clock }), {
    code: 'DRAMATIS_STORE_UNAVAILABLE',
    message: /EISDIR/,
  })
})

test('a store that stopped does not open again once somebody else has the log', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const store = await directory.openStore({
    failpoint: () => {
      throw new Error('the disk is ill')
    },
  })
  await assert.rejects(appendEvents(store, [sampleAppend('1', 'none', 1)]))
  const environment = await openEnvironment(`${directory.path}/log`, 'flush')
  writeMeta(openTable(environment, 'meta', textKeys), 'epoch', 2)
  await environment.close()

  await assert.rejects(store.reopen(), (error: Error) => {
    assert.equal((error as { code?: unknown }).code, 'DRAMATIS_STORE_STOPPED')
    assert.match((error.cause as Error).message, /has a new owner/)
    return true
  })

  assert.equal(store.status, 'stopped')
  for (const reading of [() => store.readHead(), () => store.readStreamHead('Account-1')]) {
    await assert.rejects(reading, { code: 'DRAMATIS_STORE_STOPPED', message: /opened again/ })
  }
})

test('a store that another format wrote is refused, and not changed', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  await (await directory.openStore()).close()
  const environment = await openEnvironment(`${directory.path}/log`, 'flush')
  await openTable(environment, 'meta', textKeys).put('format', encodeValue(1))
  await environment.close()

  await assert.rejects(openLmdbEventStore(directory.path, { clock }), {
    code: 'DRAMATIS_FORMAT_VERSION',
    formatExpected: logFormat,
    formatActual: 1,
  })

  assert.ok(!existsSync(`${directory.path}/lock`))
})

test('a data directory that is a file, or under one, is unavailable', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  await writeFile(directory.path, 'a file')
  const unavailable = { code: 'DRAMATIS_STORE_UNAVAILABLE' }

  await assert.rejects(openLmdbEventStore(directory.path, { clock }), unavailable)
  await assert.rejects(openLmdbEventStore(`${directory.path}/below`, { clock }), unavailable)
  await assert.rejects(openLmdbTables(`${directory.path}/below`, ['rows']), unavailable)
  await assert.rejects(openLmdbLogReader(directory.path), unavailable)
})

test('a log that is not an LMDB file is unavailable, and its lock is given up', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  await mkdir(`${directory.path}/log`, { recursive: true })
  await writeFile(`${directory.path}/log/data.mdb`, 'x'.repeat(100_000))
  const unavailable = { code: 'DRAMATIS_STORE_UNAVAILABLE' }

  await assert.rejects(openLmdbEventStore(directory.path, { clock }), unavailable)
  await assert.rejects(openLmdbTables(`${directory.path}/log`, ['rows']), unavailable)

  assert.ok(!existsSync(`${directory.path}/lock`))
})

test('a reader of what is no log, or none that is whole, is refused', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const dataFile = `${directory.path}/log/data.mdb`
  const store = await directory.openStore()
  for (let at = 1; at <= 100; at++) await appendEvents(store, [sampleAppend(String(at), 'none', 9)])
  await store.close()
  const whole = await readFile(dataFile)
  const contents: Record<string, Buffer> = {
    nothing: Buffer.alloc(0),
    zeros: Buffer.alloc(100_000),
    text: Buffer.from('x'.repeat(100_000)),
    'a page less than its first two': whole.subarray(0, 4_096),
    'its first two pages': whole.subarray(0, 8_192),
    'half of it': whole.subarray(0, whole.length / 2),
  }

  for (const [what, content] of Object.entries(contents)) {
    await writeFile(dataFile, content)
    // A process of its own: LMDB ends the one that opens such a file.
    const child = startChild(t, 'opening-reader.js', [directory.path])

    assert.equal(await child.nextLine(), 'DRAMATIS_STORE_UNAVAILABLE', what)
    assert.deepEqual(await readFile(dataFile), content, what)
  }
})

test('options out of range are refused before anything is created', async (t) => {
  const directory = await TemporaryDirectory.make(t)

  await assert.rejects(openLmdbEventStore(directory.path, { clock, commitTimeoutMs: 0 }), {
    code: 'DRAMATIS_INVALID_ARGUMENT',
    argument: 'commitTimeoutMs',
  })

  assert.ok(!existsSync(directory.path))
})
