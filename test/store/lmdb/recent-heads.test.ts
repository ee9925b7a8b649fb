/** Heads of streams that are not in their table yet: through sweeps, reopening and damage. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { streamDeleted } from '../../../src/events/stream-end.js'
import { appendEvents } from '../../../src/store/append.js'
import type { EventStore, StreamHead } from '../../../src/store/contracts.js'
import { openEnvironment } from '../../../src/store/lmdb/environment.js'
import { decodeEntry, encodeEntry } from '../../../src/store/lmdb/group-entry.js'
import { LogTables } from '../../../src/store/lmdb/log-tables.js'
import { collect, sampleAppend, sampleEvent } from '../../../src/testing/index.js'
import { noKeys } from '../../events/no-keys.js'
import { TemporaryDirectory } from '../temporary.js'

/** Streams that are written in turn. */
const streams = 1_500
const groups = 20
const streamsPerGroup = 150

/** Writes groups in which streams come again and again, and notes where each of them ends. */
async function fill(store: EventStore, heads: Map<string, StreamHead>): Promise<void> {
  for (let group = 0; group < groups; group++) {
    const appends = Array.from({ length: streamsPerGroup }, (_each, at) =>
      sampleAppend(`${(group * 97 + at * 7) % streams}`, 'any', group),
    )
    for (const { version, position, streamId } of await appendEvents(store, appends)) {
      heads.set(streamId, { version, position, state: 'open' })
    }
  }
}

async function assertHeads(
  store: EventStore,
  heads: ReadonlyMap<string, StreamHead>,
): Promise<void> {
  for (const [streamId, head] of heads) {
    assert.deepEqual(await store.readStreamHead(streamId), head)
  }
}

/** Opens the log behind the store's back; the store is closed. */
async function tamper(
  directory: TemporaryDirectory,
  change: (tables: LogTables) => Promise<unknown>,
): Promise<void> {
  const tables = new LogTables(await openEnvironment(`${directory.path}/log`, 'flush'), noKeys)
  await change(tables)
  await tables.environment.close()
}

test('every head is found, whether it went to the table or not, before and after opening', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const heads = new Map<string, StreamHead>()
  for (let life = 0; life < 3; life++) {
    const store = await directory.openStore({ headsMax: 10 })
    await assertHeads(store, heads)
    await fill(store, heads)
    await assertHeads(store, heads)
    await store.close()
  }

  await tamper(directory, async ({ streams: table }) => {
    assert.ok([...table.getKeys()].length > 0, 'none went to the table')
  })
})

test('the state of a stream that has ended is kept, in an entry too', () => {
  const head = { version: 3, position: 2 ** 33, index: 2, state: 'deleted' } as const

  const entry = decodeEntry(9, encodeEntry(9, new Map([['Account-1', head]])))

  assert.deepEqual(entry, new Map([['Account-1', head]]))
})

test('an entry under another key, or with any other byte, is damaged', () => {
  const head = { version: 1, position: 9, index: 0, state: 'open' } as const
  const bytes = encodeEntry(9, new Map([['Account-1', head]]))
  assert.equal(decodeEntry(10, bytes), null)
  for (let at = 0; at < bytes.length; at++) {
    const flipped = Buffer.from(bytes)
    flipped[at] = flipped[at]! ^ 0x10
    assert.equal(decodeEntry(9, flipped), null, `byte ${at}`)
  }
})

test('heads whose entries are damaged come from the records', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const heads = new Map<string, StreamHead>()
  const first = await directory.openStore()
  await fill(first, heads)
  await appendEvents(first, [
    { ...sampleAppend('0', 'any'), events: [sampleEvent({}, streamDeleted)] },
  ])
  heads.set('Account-0', await first.readStreamHead('Account-0'))
  await first.close()
  assert.equal(heads.get('Account-0')?.state, 'deleted')
  await tamper(directory, async ({ groups: entries }) => {
    for (const key of [...entries.getKeys()]) await entries.put(key, Buffer.from('rubbish'))
  })

  const store = await directory.openStore()

  await assertHeads(store, heads)
  await appendEvents(store, [sampleAppend('3', heads.get('Account-3')!.version, 1)])
  assert.equal(
    (await collect(store.readStream('Account-3'))).length,
    heads.get('Account-3')!.version + 1,
  )
})

test('so do they when entries of older groups are gone', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const heads = new Map<string, StreamHead>()
  const first = await directory.openStore()
  for (let group = 0; group < 300; group++) {
    for (const { version, position, streamId } of await appendEvents(first, [
      sampleAppend(`${group % 40}`, 'any', group),
    ])) {
      heads.set(streamId, { version, position, state: 'open' })
    }
  }
  await first.close()
  await tamper(directory, async ({ groups: entries }) => {
    const keys = [...entries.getKeys()]
    assert.ok(keys[0]! > 0, 'no entry went')
    for (const key of keys) await entries.put(key, Buffer.from('rubbish'))
  })

  const store = await directory.openStore()

  await assertHeads(store, heads)
})

test('a log of which an entry and a record of its group are damaged is not opened', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const first = await directory.openStore()
  await appendEvents(first, [sampleAppend('1', 'none', 1, 2)])
  await first.close()
  await tamper(directory, async ({ groups: entries, events }) => {
    await entries.put(2, Buffer.from('rubbish'))
    await events.put(1, Buffer.from('rubbish'))
  })

  await assert.rejects(directory.openStore(), { code: 'DRAMATIS_DAMAGED_RECORD', position: 2 })
})
