/** What happens when bytes on the disk are not what was written: never data, always an error. */

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import { hashText } from '../../../src/base/hash.js'
import { streamDeleted } from '../../../src/events/stream-end.js'
import { appendEvents } from '../../../src/store/append.js'
import type { DamagedRecordError } from '../../../src/store/errors.js'
import { openEnvironment } from '../../../src/store/lmdb/environment.js'
import { decodeEntry, encodeEntry } from '../../../src/store/lmdb/group-entry.js'
import { LogTables } from '../../../src/store/lmdb/log-tables.js'
import { encodeSegment } from '../../../src/store/lmdb/segment.js'
import { readLog } from '../../../src/store/read-log.js'
import { collect, sampleAppend, sampleEvent } from '../../../src/testing/index.js'
import { cutSegment } from '../../docs/raw-tables.js'
import { noKeys } from '../../events/no-keys.js'
import { TemporaryDirectory } from '../temporary.js'

/** Of a payload, by which its page is found. */
const marker = 'a text that is nowhere else'

/** Opens the log behind the store's back; the store is closed. */
async function tamper(
  directory: TemporaryDirectory,
  change: (tables: LogTables) => Promise<unknown>,
): Promise<void> {
  const tables = new LogTables(await openEnvironment(`${directory.path}/log`, 'flush'), noKeys)
  await change(tables)
  await tables.environment.close()
}

/** Changes the bytes of the records of one segment, where they lie. */
async function tamperRecords(
  directory: TemporaryDirectory,
  first: number,
  change: (records: readonly Buffer[]) => void,
): Promise<void> {
  await tamper(directory, ({ events }) => {
    const bytes = Buffer.from(events.getBinary(first)!)
    change(cutSegment(bytes).records)
    return events.put(first, bytes)
  })
}

/** Account-1: positions 1, 3, 4; Account-2: position 2. Segments begin at 1 and 3. */
async function filledDirectory(directory: TemporaryDirectory): Promise<void> {
  const store = await directory.openStore()
  await appendEvents(store, [sampleAppend('1', 'none', 1), sampleAppend('2', 'none', 2)])
  await appendEvents(store, [sampleAppend('1', 1, 3, 4)])
  await store.writeSnapshot('Account-1', { version: 3, position: 4, stateVersion: 1, state: 8 })
  await store.close()
}

test('every flipped byte of a segment is noticed, or harms no reader', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  await filledDirectory(directory)
  let original = Buffer.alloc(0)
  await tamper(directory, async ({ events }) => {
    original = Buffer.from(events.getBinary(3)!)
  })
  const { shapes, records } = cutSegment(original)
  const shapesAt = 8 + 4 * records.length
  // What is said of all records together is not believed then, and each is looked at.
  const isHarmless = (at: number): boolean =>
    at < 4 || (at >= shapesAt && at < shapesAt + 4 * shapes.length)

  for (let at = 0; at < original.length; at++) {
    const flipped = Buffer.from(original)
    flipped[at] = flipped[at]! ^ 0x10
    await tamper(directory, ({ events }) => events.put(3, flipped))
    const store = await directory.openStore()
    const reads: readonly [AsyncIterable<unknown>, number][] = [
      [readLog(store), 4],
      [readLog(store, { types: ['Other'] }), 0],
      [store.readStream('Account-1'), 3],
      [store.readStream('Account-1', { backward: true }), 3],
    ]
    for (const [read, count] of reads) {
      if (isHarmless(at)) assert.equal((await collect(read)).length, count, `byte ${at}`)
      else await assert.rejects(collect(read), isDamaged, `byte ${at}`)
    }
    await store.close()
  }

  function isDamaged(error: DamagedRecordError): boolean {
    return error.code === 'DRAMATIS_DAMAGED_RECORD' && [3, 4].includes(error.position)
  }
})

test('what stands before a damaged record, and other streams, can still be read', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  await filledDirectory(directory)
  await tamperRecords(directory, 3, (records) => {
    records[0]!.write('rubbish')
  })

  const store = await directory.openStore()

  assert.equal((await collect(readLog(store, { to: 2 }))).length, 2)
  assert.equal((await collect(store.readStream('Account-2'))).length, 1)
  assert.equal((await collect(store.readStream('Account-1', { afterVersion: 2 }))).length, 1)
})

test('a segment under another position is damage', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  await filledDirectory(directory)
  await tamper(directory, ({ events }) => events.put(3, Buffer.from(events.getBinary(1)!)))

  const store = await directory.openStore()

  const damaged = { reason: 'wrong checksum', position: 3 }
  await assert.rejects(collect(readLog(store)), damaged)
  await assert.rejects(collect(readLog(store, { types: ['Other'] })), damaged)
})

test('a segment that is no segment is damage', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  await filledDirectory(directory)
  for (const rubbish of ['', 'rub', 'rubbish and more of it']) {
    await tamper(directory, ({ events }) => events.put(3, Buffer.from(rubbish)))

    const store = await directory.openStore()

    await assert.rejects(collect(readLog(store)), { reason: 'no record', position: 3 })
    await store.close()
  }
})

test('a segment that is missing is damage', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  await filledDirectory(directory)
  await tamper(directory, ({ events }) => events.remove(3))

  const store = await directory.openStore()

  await assert.rejects(collect(readLog(store)), { reason: 'no record', position: 3 })
  await assert.rejects(collect(store.readStream('Account-1')), { position: 4 })
})

test('a head that points into another stream is damage', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  await filledDirectory(directory)
  await tamper(directory, ({ groups }) => {
    const heads = decodeEntry(4, groups.getBinary(4)!)!
    const head = heads.get('Account-1')!
    return groups.put(4, encodeEntry(4, new Map([['Account-2', head]])))
  })

  const store = await directory.openStore()

  await assert.rejects(collect(store.readStream('Account-2')), {
    code: 'DRAMATIS_DAMAGED_RECORD',
    position: 4,
  })
})

test('a head that points to an event of another stream is damage, though their hashes are the same', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const store = await directory.openStore()
  await appendEvents(store, [sampleAppend('2', 'none', 2)])
  await store.close()
  await tamper(directory, async (tables) => {
    tables.refresh()
    const { records } = tables.segmentWith(1)
    records[0]!.writeUInt32BE(hashText('Account-1'), 12)
    records[0]!.writeUInt32BE(crc32(records[0]!.subarray(4), 1), 0)
    await tables.events.put(1, encodeSegment(1, records, 0, 1))
    const head = { version: 1, position: 1, index: 0, state: 'open' as const }
    await tables.groups.put(1, encodeEntry(1, new Map([['Account-1', head]])))
  })

  const damaged = await directory.openStore()

  await assert.rejects(collect(damaged.readStream('Account-1')), {
    code: 'DRAMATIS_DAMAGED_RECORD',
    reason: 'an event of Account-2, not Account-1',
  })
})

test('a page that LMDB cannot read is damage, and the others can still be read', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const first = await directory.openStore()
  await appendEvents(first, [{ ...sampleAppend('1', 'none'), events: [sampleEvent({ marker })] }])
  const store = first
  const path = `${directory.path}/log/data.mdb`
  const bytes = readFileSync(path)
  for (let page = 0; page < bytes.length; page += 4_096) {
    // From then on it is a page of nothing.
    if (bytes.subarray(page, page + 4_096).includes(marker)) bytes.writeUInt16LE(0, page + 18)
  }
  writeFileSync(path, bytes)

  await assert.rejects(collect(readLog(store)), {
    code: 'DRAMATIS_DAMAGED_RECORD',
    reason: /pages that LMDB cannot read/,
  })
  assert.equal((await store.readStreamHead('Account-1')).version, 1)
})

test('a record whose shape is missing is damage', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  await filledDirectory(directory)
  await tamper(directory, ({ shapes }) => shapes.remove(1))

  const store = await directory.openStore()

  const damaged = { code: 'DRAMATIS_DAMAGED_RECORD', position: 1 }
  await assert.rejects(collect(readLog(store)), damaged)
  await assert.rejects(store.countShapes({ after: 0 }), damaged)
})

test('a snapshot under the key of another stream is no snapshot of it', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  await filledDirectory(directory)
  await tamper(directory, async ({ snapshots }) => {
    // At version 3 and position 4 Account-3 could have been, too.
    const bytes = Buffer.from(snapshots.getBinary('Account-1')!)
    await snapshots.put('Account-2', bytes)
    await snapshots.put('Account-3', bytes)
  })
  const store = await directory.openStore()
  await appendEvents(store, [sampleAppend('3', 'none', 1, 2, 3, 4)])

  assert.equal(await store.readSnapshot('Account-2'), undefined)
  assert.equal(await store.readSnapshot('Account-3'), undefined)
  assert.equal((await store.readSnapshot('Account-1'))?.state, 8)
})

test('no state of a deleted stream is in the file, however late it was to be kept', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const store = await directory.openStore()
  await appendEvents(store, [sampleAppend('1', 'none', 1)])
  const keep = (): Promise<void> =>
    store.writeSnapshot('Account-1', { version: 1, position: 1, stateVersion: 1, state: 'old' })
  const deleted = { ...sampleAppend('1', 'any'), events: [sampleEvent({}, streamDeleted)] }

  await Promise.all([keep(), appendEvents(store, [deleted]), keep()])
  await keep()
  await store.close()

  await tamper(directory, async ({ snapshots }) => {
    assert.equal(snapshots.getBinary('Account-1'), undefined)
  })
})

test('every flipped byte of a snapshot makes it no snapshot', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  await filledDirectory(directory)
  let original = Buffer.alloc(0)
  await tamper(directory, async ({ snapshots }) => {
    original = Buffer.from(snapshots.getBinary('Account-1')!)
  })

  for (let at = 0; at < original.length; at++) {
    const flipped = Buffer.from(original)
    flipped[at] = flipped[at]! ^ 0x01
    await tamper(directory, ({ snapshots }) => snapshots.put('Account-1', flipped))
    const store = await directory.openStore()
    assert.equal(await store.readSnapshot('Account-1'), undefined, `byte ${at}`)
    await store.close()
  }
})
