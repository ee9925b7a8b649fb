/** A disk in memory: what is left on it when it is closed, and how two are compared. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ManualClock } from '../../src/base/manual-clock.js'
import { appendEvents } from '../../src/store/append.js'
import { type DiskAccess, privateAccess } from '../../src/store/memory/disk-access.js'
import { MemoryDisk } from '../../src/store/memory/memory-disk.js'
import { openDiskEventStore } from '../../src/store/memory/memory-event-store.js'
import { openDiskTables } from '../../src/store/memory/memory-tables.js'
import { sampleAppend } from '../../src/testing/index.js'

/** An access to a disk that outlives it. */
function sharedAccess(disk: MemoryDisk): DiskAccess {
  return { ...privateAccess(disk), release: () => {} }
}

async function appendOne(disk: MemoryDisk, access: DiskAccess): Promise<void> {
  const store = await openDiskEventStore(disk, access, { clock: new ManualClock() })
  await appendEvents(store, [sampleAppend('1', 'any', 2)])
  await store.close()
}

async function writeRows(disk: MemoryDisk, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const db = await openDiskTables(disk, name, ['rows'], sharedAccess(disk))
    await db.write([{ table: 'rows', key: [name], value: 1 }])
  }
}

describe('a disk in memory', () => {
  test('that nobody else has is empty once its store is closed, and has no key', async () => {
    const disk = new MemoryDisk()
    const key = Buffer.alloc(32, 7)
    disk.slots.set(1, key)

    await appendOne(disk, privateAccess(disk))

    assert.equal(disk.log.records.length, 0)
    assert.deepEqual([...disk.slots], [[1, null]])
    assert.deepEqual(key, Buffer.alloc(32))
  })

  test('that others may open keeps what was written, and each opening counts', async () => {
    const disk = new MemoryDisk()

    await appendOne(disk, sharedAccess(disk))
    await appendOne(disk, sharedAccess(disk))

    const store = await openDiskEventStore(disk, sharedAccess(disk), { clock: new ManualClock() })
    assert.deepEqual([store.head, store.epoch], [2, 3])
    await store.close()
  })

  test('has the same digest as another that holds the same, whatever came first', async () => {
    const [one, other, less] = [new MemoryDisk(), new MemoryDisk(), new MemoryDisk()]

    await writeRows(one, ['views/A@1', 'work'])
    await writeRows(other, ['work', 'views/A@1'])
    await writeRows(less, ['work'])

    assert.equal(one.digest(), other.digest())
    assert.notEqual(one.digest(), less.digest())
  })

  test('has another digest once a key or a tag on it is another, and not by the order of keys', async () => {
    const disks = [[1, 2], [2, 1], [1], [1, 3]].map((slots) => {
      const disk = new MemoryDisk()
      for (const slot of slots) disk.slots.set(slot, slot === 1 ? null : Buffer.alloc(32, slot))
      return disk
    })
    const tagged = new MemoryDisk()
    tagged.log.addTags({ position: 1, tags: ['one'] })
    const otherwise = new MemoryDisk()
    otherwise.log.addTags({ position: 2, tags: ['one'] })

    const digests = [...disks, tagged, otherwise].map((disk) => disk.digest())

    assert.equal(digests[0], digests[1])
    assert.equal(new Set(digests).size, digests.length - 1)
  })

  test('lists databases by how their names begin, and those that are gone no more', async () => {
    const disk = new MemoryDisk()
    await writeRows(disk, ['views/B@1', 'work', 'views/A@2'])

    assert.deepEqual(disk.listDatabases('views/'), ['A@2', 'B@1'])
    disk.removeDatabase('views/B@1')

    assert.deepEqual(disk.listDatabases('views/'), ['A@2'])
  })
})
