/** The keys of a data directory: across openings, failed commits, crashes and damage. */

import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import { appendEvents } from '../../../src/store/append.js'
import type { EventStore, LogReader, StreamAppend } from '../../../src/store/contracts.js'
import { vaultTables } from '../../../src/store/keys/key-vault.js'
import { openEnvironment } from '../../../src/store/lmdb/environment.js'
import { openLmdbLogReader } from '../../../src/store/lmdb/lmdb-log-reader.js'
import { openLmdbTables } from '../../../src/store/lmdb/lmdb-tables.js'
import { LogTables } from '../../../src/store/lmdb/log-tables.js'
import { encodeSegment } from '../../../src/store/lmdb/segment.js'
import { sampleAppend, sampleEvent } from '../../../src/testing/sample-events.js'
import { noKeys } from '../../events/no-keys.js'
import { onEnd } from '../../support/scope.js'
import { TemporaryDirectory } from '../temporary.js'

const noneInMemory = async (): Promise<void> => {}

/** One event about a subject, in a stream of its own name. */
function about(subjectId: string, stream = subjectId): StreamAppend {
  const personal = [{ field: 'name', subjectId, forgotten: 'no name' }]
  return {
    aggregateType: 'Person',
    aggregateId: stream,
    expectedVersion: 'any',
    events: [{ ...sampleEvent({ name: `name of ${subjectId}` }, 'Registered'), personal }],
  }
}

async function namesIn(log: LogReader): Promise<unknown[]> {
  const { events } = await log.readBatch({ after: 0, eventsMax: 100_000 })
  return events.map(({ data }) => (data as { name: string }).name)
}

function slotsOf(directory: TemporaryDirectory): string {
  return join(directory.path, 'keys', 'slots')
}

test('a directory in which nothing is personal has no keys', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const store = await directory.openStore()

  await appendEvents(store, [sampleAppend('1', 'none', 1)])

  assert.equal(existsSync(join(directory.path, 'keys')), false)
})

test('forgetting nobody where nobody is known makes no keys', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const store = await directory.openStore()

  await store.subjects.destroy([], noneInMemory)
  await store.subjects.finish()

  assert.equal(store.subjects.pending, 0)
  assert.equal(existsSync(join(directory.path, 'keys')), false)
})

test('keys are there after the store was opened again, for old events and new ones', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const first = await directory.openStore()
  await appendEvents(first, [about('ada')])
  await first.close()

  const store = await directory.openStore()
  await appendEvents(store, [about('ada'), about('bob')])

  assert.deepEqual(await namesIn(store), ['name of ada', 'name of ada', 'name of bob'])
  assert.equal(readFileSync(slotsOf(directory)).length, 2 * 64)
})

test('more subjects than are kept in memory have a key each, and no second one', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const store = await directory.openStore({ durability: 'commit' })
  const subjects = Array.from({ length: 8_500 }, (_each, at) => `s${at}`)

  for (let round = 0; round < 2; round++)
    await appendEvents(
      store,
      subjects.map((id) => about(id)),
    )

  assert.equal(readFileSync(slotsOf(directory)).length, 8_500 * 64)
  const names = subjects.map((id) => `name of ${id}`)
  assert.deepEqual(await namesIn(store), [...names, ...names])
})

test('what a worker thread reads is forgotten at once', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const store = await directory.openStore()
  await appendEvents(store, [about('ada'), about('bob')])
  const reader = directory.closing(await openLmdbLogReader(directory.path))
  assert.deepEqual(await namesIn(reader), ['name of ada', 'name of bob'])

  await store.subjects.destroy(['ada'], noneInMemory)

  assert.deepEqual(await namesIn(reader), ['no name', 'name of bob'])
})

test('a commit whose keys cannot be written writes nothing, and the next one goes through', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const store = await directory.openStore()
  const inTheWay = join(directory.path, 'keys')
  writeFileSync(inTheWay, 'a file where the directory should be')

  store.stage([about('ada')])
  await assert.rejects(store.commit(), { code: 'DRAMATIS_COMMIT_UNKNOWN' })
  rmSync(inTheWay)
  await store.reopen()

  assert.equal(store.head, 0)
  await appendEvents(store, [about('bob')])
  assert.deepEqual(await namesIn(store), ['name of bob'])
})

test('a forgetting whose keys cannot be written loses none that the next commit needs', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const store = await directory.openStore()
  const inTheWay = join(directory.path, 'keys')
  writeFileSync(inTheWay, 'a file where the directory should be')
  store.stage([about('ada'), about('bob')])

  await assert.rejects(store.subjects.destroy(['ada'], noneInMemory), {
    code: 'DRAMATIS_STORE_UNAVAILABLE',
  })
  rmSync(inTheWay)
  await store.commit()

  assert.deepEqual(await namesIn(store), ['name of ada', 'name of bob'])
})

test('a forgetting is repeated in full as long as it is pending', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const store = await directory.openStore()
  await appendEvents(store, [about('ada')])
  const before = readFileSync(slotsOf(directory))
  await store.subjects.destroy(['ada'], noneInMemory)
  // As if the first one had failed to overwrite it.
  writeFileSync(slotsOf(directory), before)

  await store.subjects.destroy([], noneInMemory)

  assert.deepEqual(await namesIn(store), ['no name'])
})

test('a commit that fails behind its keys leaves keys that harm nobody', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  let isFailing = true
  const store = await directory.openStore({
    failpoint: (step) => {
      if (step === 'committed' && isFailing) throw new Error('the power went')
    },
  })
  store.stage([about('ada')])
  await assert.rejects(store.commit(), { code: 'DRAMATIS_COMMIT_UNKNOWN' })
  isFailing = false
  await store.reopen()

  await appendEvents(store, [about('bob'), about('ada')])

  assert.deepEqual(await namesIn(store), ['name of ada', 'name of bob', 'name of ada'])
})

test('destroying that was cut short before the keys were overwritten is completed', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const first = await directory.openStore()
  await appendEvents(first, [about('ada'), about('bob')])
  const before = readFileSync(slotsOf(directory))
  await first.subjects.destroy(['ada'], noneInMemory)
  await first.close()
  writeFileSync(slotsOf(directory), before)

  const store = await directory.openStore()

  assert.equal(store.subjects.pending, 1)
  assert.deepEqual(await namesIn(store), ['no name', 'name of bob'])
  assert.equal(readFileSync(slotsOf(directory)).includes(before.subarray(8, 40)), false)
  assert.throws(() => store.stage([about('ada')]), { code: 'DRAMATIS_SUBJECT_FORGOTTEN' })
})

test('destroying that was cut short waits for keys that can be overwritten', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const first = await directory.openStore()
  await appendEvents(first, [about('ada')])
  await first.subjects.destroy(['ada'], noneInMemory)
  await first.close()
  renameSync(slotsOf(directory), `${slotsOf(directory)}.away`)
  mkdirSync(slotsOf(directory))

  await assert.rejects(directory.openStore(), { code: 'DRAMATIS_STORE_UNAVAILABLE' })

  rmdirSync(slotsOf(directory))
  renameSync(`${slotsOf(directory)}.away`, slotsOf(directory))
  const store = await directory.openStore()
  assert.equal(store.subjects.pending, 1)
  assert.deepEqual(await namesIn(store), ['no name'])
})

test('tables of keys that a crash left empty take the first key', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  await (await directory.openStore()).close()
  await (await openLmdbTables(join(directory.path, 'keys'), vaultTables)).close()

  const store = await directory.openStore()
  await appendEvents(store, [about('ada')])

  assert.deepEqual(await namesIn(store), ['name of ada'])
  assert.equal(readFileSync(slotsOf(directory)).length, 64)
})

test('keys that are gone by accident are an error, never taken for forgotten', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const first = await directory.openStore()
  await appendEvents(first, [about('ada')])
  await first.close()
  const sound = readFileSync(slotsOf(directory))

  for (const bytes of [Buffer.alloc(64), Buffer.alloc(10), null]) {
    if (bytes === null) rmSync(slotsOf(directory))
    else writeFileSync(slotsOf(directory), bytes)
    const store = await directory.openStore()
    await assert.rejects(namesIn(store), { code: 'DRAMATIS_DAMAGED_KEY', slot: 1 })
    await store.close()
  }

  writeFileSync(slotsOf(directory), sound)
  assert.deepEqual(await namesIn(await directory.openStore()), ['name of ada'])
})

test('keys without the tables that say whose they are open no store, and are left alone', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const first = await directory.openStore()
  await appendEvents(first, [about('ada')])
  await first.close()
  const sound = readFileSync(slotsOf(directory))
  const tables = join(directory.path, 'keys', 'data.mdb')
  renameSync(tables, `${tables}.away`)

  await assert.rejects(directory.openStore(), { code: 'DRAMATIS_STORE_UNAVAILABLE' })

  assert.deepEqual(readFileSync(slotsOf(directory)), sound)
  renameSync(`${tables}.away`, tables)
  assert.deepEqual(await namesIn(await directory.openStore()), ['name of ada'])
})

test('keys are not written over when the store could not be opened again at once', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  let isFailing = false
  const store = await directory.openStore({
    failpoint: (step) => {
      if (step === 'commit' && isFailing) throw new Error('the power went')
    },
  })
  await appendEvents(store, [about('ada')])
  isFailing = true
  store.stage([about('bob')])
  await assert.rejects(store.commit(), { code: 'DRAMATIS_COMMIT_UNKNOWN' })
  isFailing = false
  const keys = join(directory.path, 'keys')
  renameSync(keys, `${keys}.away`)
  writeFileSync(keys, 'a file where the directory should be')
  await assert.rejects(store.reopen(), { code: 'DRAMATIS_STORE_STOPPED' })
  rmSync(keys)
  renameSync(`${keys}.away`, keys)

  await store.reopen()
  await appendEvents(store, [about('bob')])

  assert.deepEqual(await namesIn(store), ['name of ada', 'name of bob'])
})

test('a record whose seal was changed, its checksum put right, is damage', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const first = await directory.openStore()
  await appendEvents(first, [about('ada')])
  await first.close()
  const tables = new LogTables(await openEnvironment(`${directory.path}/log`, 'flush'), noKeys)
  const [record] = tables.segmentWith(1).records as [Buffer]
  // The last byte of the seal stands right before the replacement, a text of one byte and its length.
  record[record.length - 'no name'.length - 2]! ^= 1
  record.writeUInt32BE(crc32(record.subarray(4), 1), 0)
  await tables.events.put(1, encodeSegment(1, [record], 0, 1))
  await tables.environment.close()

  const store: EventStore = await directory.openStore()

  await assert.rejects(namesIn(store), { code: 'DRAMATIS_DAMAGED_RECORD', reason: 'a broken seal' })
})

test('the names of subjects are not in the directory', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const store = await directory.openStore()
  onEnd(t, () => store.close())

  await appendEvents(store, [about('ada-lovelace-1815', 'stream')])

  for (const file of readdirSync(directory.path, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue
    const bytes = readFileSync(join(file.parentPath, file.name))
    assert.equal(bytes.includes('ada-lovelace-1815'), false, file.name)
  }
})
