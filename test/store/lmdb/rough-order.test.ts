/** Texts in order, a few at a time. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RoughOrder } from '../../../src/store/lmdb/rough-order.js'

const runMax = 128

test('everything comes once, at most a run away from its place', () => {
  const texts = fc.uniqueArray(fc.integer({ min: 0, max: 1e9 }).map(String), {
    minLength: 1,
    maxLength: 2_000,
    size: 'max',
  })
  const counts = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1 })
  fc.assert(
    fc.property(texts, counts, (all, takes) => {
      const order = new RoughOrder([...all])
      const taken: string[] = []
      for (let at = 0; order.size > 0; at++) {
        const count = Math.max(takes[at % takes.length]!, at >= takes.length ? 1 : 0)
        taken.push(...order.take(Math.min(count, order.size)))
        assert.equal(order.size, all.length - taken.length)
      }
      const place = new Map([...all].sort(byText).map((text, at) => [text, at]))
      assert.equal(new Set(taken).size, all.length)
      taken.forEach((text, at) => {
        assert.ok(Math.abs(place.get(text)! - at) < runMax, `${text} at ${at}`)
      })
    }),
    { numRuns: 100 },
  )
})

test('so do texts that are in order already, or the other way round', () => {
  for (const direction of [1, -1]) {
    const texts = Array.from({ length: 100_000 }, (_each, at) => String(at).padStart(6, '0'))
    const order = new RoughOrder(direction === 1 ? [...texts] : [...texts].reverse())
    const taken = order.take(100_000)
    assert.equal(new Set(taken).size, 100_000)
    assert.ok(Number(taken[0]) < runMax)
    assert.ok(Number(taken.at(-1)) >= 100_000 - runMax)
  }
})

function byText(one: string, other: string): number {
  return one < other ? -1 : 1
}
