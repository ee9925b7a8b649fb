/** Key slots: what is in them, what is left of them, and what is not taken for a key. */

import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, rmdirSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { crc32 } from 'node:zlib'
import { type KeySlots, slotBytes } from '../../../src/store/keys/key-slots.js'
import { MemorySlots } from '../../../src/store/keys/memory-slots.js'
import { SlotFile } from '../../../src/store/keys/slot-file.js'
import { SlotReader } from '../../../src/store/keys/slot-reader.js'
import { privateAccess } from '../../../src/store/memory/disk-access.js'
import { MemoryDisk } from '../../../src/store/memory/memory-disk.js'
import { onEnd } from '../../support/scope.js'

const keys = [1, 2, 3].map((slot) => Buffer.alloc(32, slot))

async function makePath(t: TestContext): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'dramatis-keys-'))
  onEnd(t, () => rm(root, { recursive: true, force: true }))
  return join(root, 'keys', 'slots')
}

async function openFile(t: TestContext): Promise<SlotFile> {
  const slots = new SlotFile(await makePath(t))
  onEnd(t, () => slots.close())
  return slots
}

const kinds: Readonly<Record<string, (t: TestContext) => Promise<KeySlots>>> = {
  'in a file': openFile,
  'in memory': async () => {
    const disk = new MemoryDisk()
    return new MemorySlots(disk.slots, privateAccess(disk))
  },
}

for (const [kind, open] of Object.entries(kinds)) {
  describe(`key slots ${kind}`, () => {
    test('have the keys that were written, and go on behind them', async (t) => {
      const slots = await open(t)

      await slots.write(1, keys.slice(0, 2))
      await slots.write(3, keys.slice(2))

      const found = [1, 2, 3].map((slot) => Buffer.from(slots.keyAt(slot)!))
      assert.deepEqual(found, keys)
    })

    test('say which key was destroyed, however often, and keep the others', async (t) => {
      const slots = await open(t)
      await slots.write(1, keys)

      await slots.destroy([2])
      await slots.destroy([2])

      assert.equal(slots.keyAt(2), null)
      assert.deepEqual(Buffer.from(slots.keyAt(3)!), keys[2])
    })

    test('never take a slot that was not written for a destroyed key', async (t) => {
      const slots = await open(t)
      assert.throws(() => slots.keyAt(1), { code: 'DRAMATIS_DAMAGED_KEY', slot: 1 })
      await slots.write(1, keys)

      assert.throws(() => slots.keyAt(4), { code: 'DRAMATIS_DAMAGED_KEY', slot: 4 })
    })
  })
}

describe('a file of key slots', () => {
  test('is read by other readers as it is at that moment', async (t) => {
    const path = await makePath(t)
    const slots = new SlotFile(path)
    onEnd(t, () => slots.close())
    await slots.write(1, keys)
    const reader = new SlotReader(path)
    onEnd(t, () => reader.close())
    const before = Buffer.from(reader.keyAt(2)!)

    await slots.destroy([2])

    assert.deepEqual(before, keys[1])
    assert.equal(reader.keyAt(2), null)
  })

  test('holds nothing of a key that was destroyed, and is as long as before', async (t) => {
    const path = await makePath(t)
    const slots = new SlotFile(path)
    onEnd(t, () => slots.close())
    await slots.write(1, keys)

    await slots.destroy([2])

    const bytes = readFileSync(path)
    assert.equal(bytes.length, 3 * slotBytes)
    assert.equal(bytes.includes(2), true)
    assert.equal(bytes.includes(keys[1]!.subarray(0, 4)), false)
  })

  test('is read by its owner alone', { skip: process.platform === 'win32' }, async (t) => {
    const path = await makePath(t)
    const slots = new SlotFile(path)
    onEnd(t, () => slots.close())
    await slots.write(1, keys)

    assert.equal(statSync(path).mode & 0o777, 0o600)
  })

  test('holds no key in a slot that says neither that it does nor that it did', async (t) => {
    const path = await makePath(t)
    const slots = new SlotFile(path)
    onEnd(t, () => slots.close())
    await slots.write(1, keys)
    const bytes = readFileSync(path)
    bytes[4] = 3
    bytes.writeUInt32BE(crc32(bytes.subarray(4, slotBytes), 1), 0)
    writeFileSync(path, bytes)

    assert.throws(() => slots.keyAt(1), { code: 'DRAMATIS_DAMAGED_KEY', slot: 1 })
  })

  test('that cannot be opened is unavailable, and is opened once it can be', async (t) => {
    const path = await makePath(t)
    const slots = new SlotFile(path)
    onEnd(t, () => slots.close())
    mkdirSync(path, { recursive: true })

    await assert.rejects(slots.write(1, keys), { code: 'DRAMATIS_STORE_UNAVAILABLE' })
    rmdirSync(path)
    await slots.write(1, keys)

    assert.deepEqual(Buffer.from(slots.keyAt(3)!), keys[2])
  })

  test('has no byte that can change unnoticed, and no slot that can be moved', async (t) => {
    const path = await makePath(t)
    const slots = new SlotFile(path)
    onEnd(t, () => slots.close())
    await slots.write(1, keys)
    const sound = readFileSync(path)

    for (let at = slotBytes; at < 2 * slotBytes; at++) {
      const changed = Buffer.from(sound)
      changed[at]! ^= 0x55
      writeFileSync(path, changed)
      assert.throws(() => slots.keyAt(2), { code: 'DRAMATIS_DAMAGED_KEY' })
    }
    writeFileSync(path, Buffer.concat([sound.subarray(slotBytes), sound.subarray(0, slotBytes)]))
    assert.throws(() => slots.keyAt(1), { code: 'DRAMATIS_DAMAGED_KEY' })
    writeFileSync(path, sound)
    truncateSync(path, slotBytes + 7)
    assert.throws(() => slots.keyAt(2), { code: 'DRAMATIS_DAMAGED_KEY' })
    assert.deepEqual(Buffer.from(slots.keyAt(1)!), keys[0])
  })
})
