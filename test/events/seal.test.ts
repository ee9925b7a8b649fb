/** Sealed values: what opens them, and what does not. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { BrokenSealError, nonceBytes, openSeal, sealValue } from '../../src/events/seal.js'
import { copyPayload } from '../../src/events/values.js'
import { arbitraryPayload, arbitraryText } from './arbitrary-values.js'

const arbitraryKey = fc.uint8Array({ minLength: 32, maxLength: 32 })
const key = Buffer.alloc(32, 7)

describe('a sealed value', () => {
  test('opens with its key at its place, whatever it is', () => {
    fc.assert(
      fc.property(arbitraryKey, arbitraryText, arbitraryPayload, (anyKey, place, payload) => {
        const value = copyPayload(payload, 'data')

        const opened = openSeal(anyKey, place, sealValue(anyKey, place, value))

        assert.deepStrictEqual(opened, value)
      }),
    )
  })

  test('does not open when any bit of it was changed', () => {
    const sealed = sealValue(key, 'here', { email: 'ada@example.test' })

    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = Buffer.from(sealed)
      changed[bit >> 3]! ^= 1 << (bit & 7)

      assert.throws(() => openSeal(key, 'here', changed), BrokenSealError)
    }
  })

  test('does not open elsewhere, with another key, or in part', () => {
    const sealed = sealValue(key, 'here', 'ada')

    assert.throws(() => openSeal(key, 'there', sealed), BrokenSealError)
    assert.throws(() => openSeal(Buffer.alloc(32, 8), 'here', sealed), BrokenSealError)
    for (let length = 0; length < sealed.length; length++) {
      assert.throws(() => openSeal(key, 'here', sealed.subarray(0, length)), BrokenSealError)
    }
  })

  test('never looks the same twice', () => {
    const nonces = new Set<string>()
    for (let at = 0; at < 2_000; at++) {
      const sealed = sealValue(key, 'here', 'ada')
      nonces.add(sealed.subarray(0, nonceBytes).toString('hex'))
    }

    assert.equal(nonces.size, 2_000)
  })

  test('shows nothing of the value', () => {
    const sealed = sealValue(key, 'here', 'ada.wunderlich@example.test')

    assert.equal(sealed.includes('wunderlich'), false)
  })
})
