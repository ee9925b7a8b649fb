/** Snapshots as bytes: what was encoded comes back, and whatever else lies there is no snapshot. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import { encodeValue } from '../../src/events/codec.js'
import type { EventValue } from '../../src/events/event.js'
import type { StreamHead } from '../../src/store/contracts.js'
import { decodeSnapshot, encodeSnapshot, readSnapshot } from '../../src/store/snapshot-codec.js'
import { noKeys } from '../events/no-keys.js'

const snapshot = { version: 3, position: 7, stateVersion: 1, state: { balance: 8n } }
const head: StreamHead = { version: 4, position: 9, state: 'open' }
const sound = encodeSnapshot('Account-1', snapshot, null)

/** Any bytes, under a checksum that is right. */
function checkedBytes(content: readonly number[] | Buffer): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(4), Buffer.from(content)])
  bytes.writeUInt32BE(crc32(bytes.subarray(4)), 0)
  return bytes
}

function checked(value: EventValue): Buffer {
  return checkedBytes(encodeValue(value))
}

test('a snapshot comes back as it was, at a place that its stream has', () => {
  assert.deepEqual(decodeSnapshot(sound, 'Account-1', head, noKeys), snapshot)
})

test('a deleted stream has no snapshot, whatever lies there', () => {
  const deleted: StreamHead = { ...head, state: 'deleted' }

  assert.equal(readSnapshot(sound, 'Account-1', deleted, noKeys), 'not at a place of it')
  assert.equal(decodeSnapshot(sound, 'Account-1', deleted, noKeys), undefined)
})

test('bytes that are no snapshot are damage, though their checksum is right', () => {
  const values = ['Account-1', 3, 7, 1]
  const rubbish: readonly Buffer[] = [
    Buffer.alloc(0),
    Buffer.alloc(4),
    checked('Account-1'),
    checked({ streamId: 'Account-1' }),
    checked(values),
    checked([...values, null, 2]),
    // An array of three that ends behind its first.
    checkedBytes([0x93, 1]),
  ]

  for (const bytes of rubbish) {
    assert.equal(readSnapshot(bytes, 'Account-1', head, noKeys), 'damaged', bytes.toString('hex'))
    assert.equal(decodeSnapshot(bytes, 'Account-1', head, noKeys), undefined)
  }
})
