/** Every kind of damage, done to the bytes of a busy store: `verifyStore` finds it, and says where. */

import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { crc32 } from 'node:zlib'
import { decodeValue, encodeValue } from '../../../src/events/codec.js'
import type { StoreFinding, StoreReport } from '../../../src/index.js'
import { verifyStore } from '../../../src/index.js'
import { SlotFile } from '../../../src/store/keys/slot-file.js'
import { encodeOwner } from '../../../src/store/lmdb/claim-owner.js'
import { openEnvironment, openTable } from '../../../src/store/lmdb/environment.js'
import { decodeEntry, encodeEntry } from '../../../src/store/lmdb/group-entry.js'
import { textKeys } from '../../../src/store/lmdb/keys.js'
import { encodeHead } from '../../../src/store/lmdb/log-tables.js'
import { encodeSegment } from '../../../src/store/lmdb/segment.js'
import type { TableChange } from '../../../src/store/tables.js'
import { viewTables } from '../../../src/subscriptions/view-keys.js'
import { workTables } from '../../../src/subscriptions/work-store.js'
import type { TemporaryDirectory } from '../../store/temporary.js'
import { type Scope, SuiteScope } from '../../support/scope.js'
import { busyDirectory, copyOf } from './club.js'
import {
  type Damage,
  inLog,
  inMeta,
  inRecords,
  inSegment,
  inTables,
  overwritten,
} from './damaging.js'

const inWork = (...changes: readonly TableChange[]): Damage => inTables('work', workTables, changes)
const far = 1_000_000

/** What is done, and a finding that it leads to. */
const damages: readonly (readonly [
  what: string,
  damage: Damage,
  finding: Partial<StoreFinding> & { readonly says: RegExp },
])[] = [
  [
    'a byte of a record that is flipped',
    inSegment((bytes) => {
      bytes[bytes.length - 3]! ^= 0x10
      return bytes
    }),
    { kind: 'record', says: /wrong checksum/ },
  ],
  [
    'a byte of an index that is flipped',
    inSegment((bytes) => {
      bytes[9]! ^= 0x10
      return bytes
    }),
    { kind: 'segment', position: 1, says: /checksum/ },
  ],
  [
    'a segment that is cut short',
    inSegment(() => Buffer.from('rub')),
    { kind: 'segment', position: 1, says: /no segment/ },
  ],
  [
    'a segment that is gone',
    inLog(({ events }) => events.remove(1)),
    { kind: 'gap', position: 1, says: /positions 1 to \d+/ },
  ],
  [
    'a segment that is there twice',
    inLog(({ events }) => events.put(2, Buffer.from(events.getBinary(1)!))),
    { kind: 'segment', position: 2, says: /Expected a segment behind position/ },
  ],
  [
    'shapes of a segment that are not those of its records',
    inLog(async (tables) => {
      tables.refresh()
      const { first, records } = tables.segmentWith(1)
      const bytes = Buffer.from(encodeSegment(first, records, 0, records.length))
      bytes.writeUInt32BE(99, 8 + 4 * records.length)
      bytes.writeUInt32BE(crc32(bytes.subarray(4), first), 0)
      await tables.events.put(first, bytes)
    }),
    { kind: 'segment', position: 1, says: /name shapes/ },
  ],
  [
    'a record of a shape that there is not',
    inRecords(1, (record) => record.writeUInt32BE(99, 8)),
    { kind: 'record', position: 1, says: /shape 99/ },
  ],
  [
    'a record with another hash of its stream',
    inRecords(2, (record) => record.writeUInt32BE(7, 12)),
    { kind: 'record', position: 2, says: /hash/ },
  ],
  [
    'a record with a body that is none',
    inRecords(5, (record) => record.fill(0xc1, 36)),
    { kind: 'record', position: 5, says: /undecodable body/ },
  ],
  [
    'a record whose actor has a number for its id',
    // The id is the first of the body: a text of one digit, or two, becomes a number of as many bytes.
    inRecords(100, (record) => record.writeUInt8(record[37] === 0xa1 ? 0xcc : 0xcd, 37)),
    { kind: 'record', position: 100, says: /id of an actor/ },
  ],
  [
    'a record of another time',
    inRecords(1, (record) => record.writeUInt32BE(0x7fff, 28)),
    { kind: 'order', position: 2, says: /time of recording/ },
  ],
  [
    'a record of another version',
    inRecords(100, (record) => record.writeUInt32BE(40, 16)),
    { kind: 'chain', position: 100, says: /found version 40/ },
  ],
  [
    'a record behind another one than its predecessor',
    inRecords(100, (record) => record.writeUInt32BE(3, 24)),
    { kind: 'chain', position: 100, says: /behind 3/ },
  ],
  [
    'a record that names another place in a segment',
    inRecords(100, (record) => record.writeUIntBE(800, 5, 3)),
    { kind: 'chain', position: 100, says: /index/ },
  ],
  [
    'the newest entry of heads that is gone',
    inLog(async ({ groups }) => {
      for (const to of [...groups.getKeys({ reverse: true, limit: 1 })]) await groups.remove(to)
    }),
    { kind: 'head', says: /newest entry/ },
  ],
  [
    'an entry of heads that is damaged',
    inLog(async ({ groups }) => {
      for (const to of [...groups.getKeys({ limit: 1 })]) await groups.put(to, Buffer.from('rub'))
    }),
    { kind: 'group', says: /entry of the group/ },
  ],
  [
    'an entry of heads that is not whole, its checksum put right',
    inLog(async ({ groups }) => {
      for (const to of [...groups.getKeys({ limit: 1 })]) {
        // An array of three that ends behind its first.
        const bytes = Buffer.from([0, 0, 0, 0, 0x93, 1])
        bytes.writeUInt32BE(crc32(bytes.subarray(4), to), 0)
        await groups.put(to, bytes)
      }
    }),
    { kind: 'group', says: /entry of the group/ },
  ],
  [
    'an entry with a head that is not where its stream ends',
    inLog(async ({ groups }) => {
      for (const to of [...groups.getKeys({ reverse: true, limit: 1 })]) {
        const heads = new Map(decodeEntry(to, groups.getBinary(to)!)!)
        for (const [streamId, head] of heads) heads.set(streamId, { ...head, version: 77 })
        await groups.put(to, encodeEntry(to, heads))
      }
    }),
    { kind: 'head', says: /found version 77/ },
  ],
  [
    'a head that is gone',
    inLog(async ({ groups, streams }) => {
      for (const to of [...groups.getKeys()]) {
        const heads = new Map(decodeEntry(to, groups.getBinary(to)!)!)
        if (heads.delete('Member-5')) await groups.put(to, encodeEntry(to, heads))
      }
      await streams.remove('Member-5')
    }),
    { kind: 'head', streamId: 'Member-5', says: /found none/ },
  ],
  [
    'a head in the table that is ahead of the newest one',
    inLog(async ({ groups, streams }) => {
      for (const to of [...groups.getKeys({ reverse: true, limit: 1 })]) {
        for (const [streamId, head] of decodeEntry(to, groups.getBinary(to)!)!) {
          await streams.put(streamId, encodeHead({ ...head, version: 77 }))
        }
      }
    }),
    { kind: 'head', says: /at most at version \d+, found version 77/ },
  ],
  [
    'a head of a stream without events',
    inLog(({ streams }) =>
      streams.put('Member-x', encodeHead({ version: 1, position: 1, index: 0, state: 'open' })),
    ),
    { kind: 'head', streamId: 'Member-x', says: /without events/ },
  ],
  [
    'a head that is no head',
    inLog(({ streams }) => streams.put('Member-5', Buffer.from('rub'))),
    { kind: 'head', streamId: 'Member-5', says: /14 or 15 bytes/ },
  ],
  [
    'a snapshot whose bytes are flipped',
    inLog(async ({ snapshots }) => {
      const bytes = Buffer.from(snapshots.getBinary('Member-5')!)
      bytes[9]! ^= 1
      await snapshots.put('Member-5', bytes)
    }),
    { kind: 'snapshot', streamId: 'Member-5', says: /damaged/ },
  ],
  [
    'a snapshot of another stream',
    inLog(({ snapshots }) =>
      snapshots.put('Member-5', Buffer.from(snapshots.getBinary('Member-6')!)),
    ),
    { kind: 'snapshot', streamId: 'Member-5', says: /not of this stream/ },
  ],
  [
    'a snapshot at a place that its stream does not have',
    inLog(({ snapshots }) => {
      const bytes = Buffer.from(snapshots.getBinary('Member-5')!)
      const values = [...(decodeValue(bytes, 4) as unknown[])]
      const changed = encodeValue([values[0], values[1], 2, ...values.slice(3)] as never, 4)
      changed.writeUInt32BE(crc32(changed.subarray(4)), 0)
      return snapshots.put('Member-5', changed)
    }),
    { kind: 'snapshot', streamId: 'Member-5', says: /not at a place/ },
  ],
  [
    'a tag of a position that there is not',
    inLog(({ tags }) => tags.put(`${'00'.repeat(16)}${'00'.repeat(5)}0fffff`, Buffer.alloc(0))),
    { kind: 'tag', says: /found position 1048575/ },
  ],
  [
    'a claim of a stream that there is not',
    inLog(({ claims }) => {
      const key = 'ab'.repeat(32)
      return claims.put(key, encodeOwner(key, 'Member-nobody'))
    }),
    { kind: 'claim', key: 'ab'.repeat(32), says: /stream with events/ },
  ],
  [
    'a claim of another owner',
    inLog(({ claims }) => {
      const [key] = [...claims.getKeys({ limit: 1 })]
      const bytes = Buffer.from(claims.getBinary(key!)!)
      bytes[bytes.length - 1]! ^= 1
      return claims.put(key!, bytes)
    }),
    { kind: 'claim', says: /checksum/ },
  ],
  [
    'a claim under a key that is too short',
    inLog(({ claims }) => claims.put('abab', Buffer.from('Member-5'))),
    { kind: 'claim', key: 'abab', says: /32 bytes/ },
  ],
  [
    'a shape that names nothing',
    inLog(({ shapes }) => shapes.put(1, Buffer.from([0xc0]))),
    { kind: 'shape', key: '1', says: /shape 1/ },
  ],
  [
    'a shape with a field of another name',
    inLog(({ shapes }) => {
      const bytes = Buffer.from(shapes.getBinary(1)!)
      bytes[bytes.length - 1]! ^= 1
      return shapes.put(1, bytes)
    }),
    { kind: 'shape', key: '1', says: /shape 1/ },
  ],
  [
    'a shape that is gone',
    inLog(({ shapes }) => shapes.remove(2)),
    { kind: 'shape', key: '3', says: /Expected shape 2/ },
  ],
  [
    'a store without an id',
    inMeta('storeId', null),
    { kind: 'meta', key: 'storeId', says: /found no storeId/ },
  ],
  [
    'an id of the store that cannot be read',
    inMeta('storeId', Buffer.from([0x93, 1])),
    { kind: 'meta', key: 'storeId', says: /checksum/ },
  ],
  [
    'an epoch without its checksum',
    inMeta('epoch', encodeValue(3)),
    { kind: 'meta', key: 'epoch', says: /checksum/ },
  ],
  [
    'an owner that is none',
    inMeta('owner', encodeValue('nobody')),
    { kind: 'meta', key: 'owner', says: /checksum/ },
  ],
  [
    'a key of sealed fields that is flipped',
    async (dataDir) => {
      const path = join(dataDir, 'keys', 'slots')
      const bytes = await readFile(path)
      bytes[70]! ^= 1
      await writeFile(path, bytes)
    },
    { kind: 'key', says: /slot 2/ },
  ],
  [
    'a person whose key is in a slot that there is not',
    inTables('keys', ['subjects'], [{ table: 'subjects', key: ['somebody'], value: 900 }]),
    { kind: 'key', key: 'somebody', says: /found 900/ },
  ],
  [
    'a person whose key was destroyed, and who is not forgotten',
    async (dataDir) => {
      const slots = new SlotFile(join(dataDir, 'keys', 'slots'))
      await slots.destroy([2])
      await slots.close()
    },
    { kind: 'key', says: /mark of a destroyed one/ },
  ],
  [
    'keys of which nothing says how many there are',
    inTables('keys', ['meta'], [{ table: 'meta', key: ['slots'] }]),
    { kind: 'key', says: /from 1 to 0/ },
  ],
  [
    'a sealed type under another key',
    inTables('keys', ['sealed'], [{ table: 'sealed', key: ['Member'], value: null }]),
    { kind: 'key', key: '["Member"]', says: /actor, event and version/ },
  ],
  [
    'a table of keys that is missing',
    async (dataDir) => {
      const environment = await openEnvironment(join(dataDir, 'keys'), 'flush')
      await openTable(environment, 'pending', textKeys).drop()
      await environment.close()
    },
    { kind: 'key', key: 'pending', says: /found none/ },
  ],
  [
    'a cursor ahead of the log',
    inWork({ table: 'cursors', key: ['cheering', 0], value: far }),
    { kind: 'work', key: '["cheering",0]', says: /found 1000000/ },
  ],
  [
    'a cursor of a partition that there is not',
    inWork({ table: 'cursors', key: ['cheering', 99], value: 1 }),
    { kind: 'work', key: '["cheering",99]', says: /partition/ },
  ],
  [
    'a parked key for which nothing waits',
    inWork({ table: 'keys', key: ['cheering', 0, 'x'], value: { state: 'parked', position: 5 } }),
    { kind: 'work', key: '["cheering",0,"x"]', says: /wait first/ },
  ],
  [
    'an event that waits and is not in the log',
    inWork({ table: 'queues', key: ['cheering', 0, 'x', far], value: null }),
    { kind: 'work', says: /position from 1/ },
  ],
  [
    'a timer that is not in the index',
    inWork({ table: 'timers', key: ['timers', '', 'x'], value: { tryAtMs: 5, failures: 0 } }),
    { kind: 'work', key: '["timers","","x"]', says: /index/ },
  ],
  [
    'timers that are not counted',
    inWork({ table: 'dueCounts', key: ['timers'], value: { pending: 900, failing: 0 } }),
    { kind: 'work', key: 'timers', says: /found 900/ },
  ],
  [
    'a view ahead of the log',
    inTables(
      'views/Points@1.1',
      ['rows', 'indexes', 'meta'],
      [{ table: 'meta', key: ['cursor'], value: far }],
    ),
    { kind: 'view', key: 'Points@1.1', says: /cursor of view/ },
  ],
  [
    'a cursor of a view that cannot be read',
    async (dataDir) => {
      const environment = await openEnvironment(join(dataDir, 'views/Points@1.1'), 'flush')
      const meta = openTable(environment, 'meta', textKeys)
      await meta.put('\u0006cursor\u0000', Buffer.from([0x93, 1]))
      await environment.close()
    },
    { kind: 'view', key: 'Points@1.1', says: /found a value that cannot be read/ },
  ],
  [
    'a row of a view that is none',
    overwritten('views/Points@1.1', viewTables[0]),
    { kind: 'view', key: '["zz"]', says: /Expected sound rows in table rows/ },
  ],
  [
    'a row of the index of timers that is none',
    overwritten('work', 'due'),
    { kind: 'work', key: '["zz"]', says: /Expected sound rows in table due/ },
  ],
  [
    'a table that is missing',
    async (dataDir) => {
      const environment = await openEnvironment(join(dataDir, 'log'), 'flush')
      await openTable(environment, 'claims', textKeys).drop()
      await environment.close()
    },
    { kind: 'lmdb', key: 'claims', says: /found none/ },
  ],
]

describe('a store that is damaged', () => {
  const scope = new SuiteScope()
  let sound: TemporaryDirectory

  before(async () => {
    sound = await busyDirectory(scope)
  })

  after(() => scope.release())

  async function damaged(t: Scope, damage: Damage): Promise<StoreReport> {
    const directory = await copyOf(t, sound)
    await damage(directory.path)
    return await verifyStore(directory.path)
  }

  for (const [what, damage, { says, ...place }] of damages) {
    test(`${what} is found`, async (t) => {
      const { findings, isSound } = await damaged(t, damage)

      assert.equal(isSound, false)
      const found = findings.some((each) => {
        const isThere = Object.entries(place).every(
          ([name, value]) => each[name as 'kind'] === value,
        )
        return isThere && says.test(each.message)
      })
      assert.ok(found, JSON.stringify(findings.slice(0, 5), null, 2))
    })
  }

  test('a record that cannot be read is one finding, whatever rests on it', async (t) => {
    const { findingsCount, events, head } = await damaged(t, async (dataDir) => {
      await inLog(async (tables) => {
        tables.refresh()
        const { first, records } = tables.segmentWith(100)
        records[100 - first]![40]! ^= 1
        await tables.events.put(first, encodeSegment(first, records, 0, records.length))
      })(dataDir)
    })

    assert.deepEqual([findingsCount, head - events], [1, 1])
  })

  test('a head that may have been in a damaged entry is not missed', async (t) => {
    const { findings } = await damaged(t, async (dataDir) => {
      await inLog(async ({ groups, streams }) => {
        for (const to of [...groups.getKeys()]) await groups.put(to, Buffer.from('rub'))
        await streams.remove('Member-5')
      })(dataDir)
    })

    assert.deepEqual(new Set(findings.map(({ kind }) => kind)), new Set(['group']))
  })

  test('a store of another format is not checked', async (t) => {
    const checking = damaged(t, inMeta('format', encodeValue(1)))

    await assert.rejects(checking, { code: 'DRAMATIS_FORMAT_VERSION', formatActual: 1 })
  })

  test('findings beyond the limit are counted', async (t) => {
    const directory = await copyOf(t, sound)
    await inLog(async ({ events }) => {
      for (const first of [...events.getKeys()]) await events.put(first, Buffer.from('rub'))
    })(directory.path)

    const report = await verifyStore(directory.path, { findingsMax: 3 })

    assert.equal(report.findings.length, 3)
    assert.ok(report.findingsCount > 3)
  })
})
