/**
 * Undoing a CRC-32: what it is started with leads, by the first bytes, to what was asked for.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { crcBefore } from '../../src/base/crc-before.js'

test('the checksum of a part is that of the whole, started before the part', () => {
  const bytes = fc.uint8Array({ minLength: 4, maxLength: 64 })
  const start = fc.integer({ min: 0, max: 2 ** 32 - 1 })

  fc.assert(
    fc.property(bytes, start, fc.integer({ min: 0, max: 4 }), (whole, crc, count) => {
      const ofPart = crc32(whole.subarray(count), crc)
      assert.equal(crc32(whole, crcBefore(crc, whole, count)), ofPart)
    }),
  )
})
