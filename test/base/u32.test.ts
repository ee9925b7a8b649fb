/** Integers of 32 bits: as Node reads them. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { u32At } from '../../src/base/u32.js'
import { seed } from '../support/seed.js'

test('reads what Node reads, wherever it stands', () => {
  const property = fc.property(
    fc.uint8Array({ minLength: 4, maxLength: 12 }),
    fc.nat(),
    (array, n) => {
      const bytes = Buffer.from(array)
      const at = n % (bytes.length - 3)
      assert.equal(u32At(bytes, at), bytes.readUInt32BE(at))
    },
  )

  fc.assert(property, { seed, examples: [[new Uint8Array([255, 255, 255, 255]), 0]] })
})
