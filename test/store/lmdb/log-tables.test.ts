/** What the log's tables hold as bytes: heads and shapes come back as they were. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { encodeValue } from '../../../src/events/codec.js'
import { unknownIndex } from '../../../src/events/record.js'
import { streamClosed, streamStates } from '../../../src/events/stream-end.js'
import { appendEvents } from '../../../src/store/append.js'
import { openEnvironment } from '../../../src/store/lmdb/environment.js'
import {
  decodeHead,
  decodeShape,
  encodeHead,
  encodeShape,
  LogTables,
} from '../../../src/store/lmdb/log-tables.js'
import { sampleAppend, sampleEvent } from '../../../src/testing/index.js'
import { noKeys } from '../../events/no-keys.js'
import { seed } from '../../support/seed.js'
import { TemporaryDirectory } from '../temporary.js'

test('every head comes back: of streams of any length, wherever they end, open or not', () => {
  const heads = fc.record({
    version: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    position: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
    index: fc.oneof(fc.constant(unknownIndex), fc.integer({ min: 0, max: 0xfffe })),
    state: fc.constantFrom(...streamStates),
  })

  fc.assert(
    fc.property(heads, (head) => {
      assert.deepEqual(decodeHead(encodeHead(head)), { ...head })
    }),
    { seed },
  )
})

test('every shape comes back, with fields or without any that are known', () => {
  const shape = { aggregateType: 'Account', type: 'Opened', schemaVersion: 2 }

  for (const fields of [null, [], ['amount', 'note']]) {
    const bytes = encodeShape({ ...shape, number: 7, fields })
    assert.deepEqual(decodeShape(7, bytes), { ...shape, number: 7, fields })
  }
})

test('bytes that are no shape are damage, though their checksum is right', () => {
  const rubbish: readonly Buffer[] = [
    encodeValue('Account'),
    encodeValue(['Account', 'Opened']),
    encodeValue(['Account', 'Opened', 'two', null]),
    encodeValue(['Account', 'Opened', 2, ['amount', 7]]),
    // An array of three that ends behind its first.
    Buffer.from([0x93, 1]),
  ]

  for (const content of rubbish) {
    const bytes = Buffer.concat([Buffer.alloc(4), content])
    bytes.writeUInt32BE(crc32(content, 7), 0)
    assert.throws(
      () => decodeShape(7, bytes),
      { code: 'DRAMATIS_DAMAGED_TABLE', message: /no shape under number 7/ },
      content.toString('hex'),
    )
  }
})

test('a stream that was closed is closed when its head has gone to its table', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const first = await directory.openStore({ durability: 'commit' })
  await appendEvents(first, [sampleAppend('1', 'none', 1)])
  const closing = { ...sampleAppend('1', 1), events: [sampleEvent({}, streamClosed)] }
  await appendEvents(first, [closing])
  for (let group = 0; group < 600; group++) await appendEvents(first, [sampleAppend('2', 'any', 1)])
  await first.close()
  const tables = new LogTables(await openEnvironment(`${directory.path}/log`, 'flush'), noKeys)
  const stored = tables.readStreamHead('Account-1')
  const groups = tables.groups.getKeysCount()
  await tables.environment.close()

  const store = await directory.openStore()

  assert.ok(groups < 600)
  assert.deepEqual([stored.version, stored.state], [2, 'closed'])
  assert.deepEqual(await store.readStreamHead('Account-1'), {
    version: 2,
    position: 2,
    state: 'closed',
  })
  assert.throws(() => store.stage([sampleAppend('1', 'any', 1)]), { code: 'DRAMATIS_STREAM_ENDED' })
})
