/** Law: a claim is read as it was written, or is an error. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeOwner, encodeOwner } from '../../../src/store/lmdb/claim-owner.js'

const key = 'a5'.repeat(32)
const damaged = { code: 'DRAMATIS_DAMAGED_TABLE', table: 'claims' }

test('an owner comes back, whatever its id', () => {
  for (const streamId of ['A-1', 'Kunde-ä', `A-${'x'.repeat(500)}`, 'A-\u{1f600}']) {
    assert.equal(decodeOwner(key, encodeOwner(key, streamId)), streamId)
  }
})

test('an owner of which a bit is flipped, a byte is missing, or under another key, is damaged', () => {
  const sound = encodeOwner(key, 'Member-ann')
  for (let bit = 0; bit < sound.length * 8; bit++) {
    const bytes = Buffer.from(sound)
    bytes[bit >> 3]! ^= 1 << (bit & 7)
    assert.throws(() => decodeOwner(key, bytes), damaged, `bit ${bit}`)
  }
  for (let length = 0; length < sound.length; length++) {
    assert.throws(() => decodeOwner(key, sound.subarray(0, length)), damaged, `${length} bytes`)
  }
  assert.throws(() => decodeOwner(`a4${key.slice(2)}`, sound), damaged)
})
