/**
 * The hash of keys: fixed values, because partitions of stored keys depend on them.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { hashText, partitionOf } from '../../src/base/hash.js'

/** Computed apart from the source, from the published definitions. Part of the storage format. */
const known: readonly (readonly [text: string, hash: number, partitionOf16: number])[] = [
  ['', 2_872_998_923, 11],
  ['a', 444_641_715, 3],
  ['b', 2_193_908_274, 2],
  ['Order-1', 2_316_215_028, 4],
  ['Order-2', 1_831_472_968, 8],
  ['Order-4711', 4_135_737_420, 12],
  ['é', 3_136_788_073, 9],
  ['😀', 1_787_143_206, 6],
  ['x'.repeat(1_000), 1_841_099_346, 2],
]

describe('the hash of a key', () => {
  test('is the same on every machine and in every version', () => {
    for (const [text, hash] of known) assert.equal(hashText(text), hash, text.slice(0, 20))
  })

  test('spreads similar ids evenly over partitions', () => {
    const counts = new Array<number>(16).fill(0)

    for (let id = 0; id < 16_000; id++) counts[partitionOf(hashText(`Order-${id}`), 16)]! += 1

    assert.ok(Math.min(...counts) > 850, counts.join(' '))
    assert.ok(Math.max(...counts) < 1_150, counts.join(' '))
  })
})

describe('a partition', () => {
  test('of a key is fixed by its hash', () => {
    for (const [text, hash, partition] of known) {
      assert.equal(partitionOf(hash, 16), partition, text.slice(0, 20))
    }
  })

  test('is 0 where there is only one', () => {
    assert.equal(partitionOf(2 ** 32 - 1, 1), 0)
  })
})
