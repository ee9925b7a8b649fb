/** Which heads go to their table with which group, and which entries with them. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RecentHeads } from '../../../src/store/lmdb/recent-heads.js'
import type { ChainHead } from '../../../src/store/log-storage.js'

type Heads = Map<string, ChainHead>

/** What is on the disk, beside the records: a table of heads, and entries of groups. */
class Disk {
  readonly table: Heads = new Map()
  readonly entries = new Map<number, Heads>([[0, new Map()]])
  /** Where every stream ends. */
  readonly truth: Heads = new Map()
  #recent = this.#opened()
  #last = 0

  /** One group, of one event of each stream. */
  write(streamIds: Iterable<string>): void {
    const heads: Heads = new Map()
    for (const streamId of streamIds) {
      const version = (this.truth.get(streamId)?.version ?? 0) + 1
      heads.set(streamId, { version, position: ++this.#last, index: 0, state: 'open' })
    }
    const fold = this.#recent.next(heads.size)
    for (const [streamId, head] of fold.heads) this.table.set(streamId, head)
    for (const to of fold.entries) assert.ok(this.entries.delete(to))
    this.entries.set(this.#last, heads)
    for (const [streamId, head] of heads) this.truth.set(streamId, head)
    this.#recent.landed(fold)
    this.#recent.add(this.#last, heads)
  }

  /** The process ends, and another one begins. */
  crash(): void {
    this.#recent = this.#opened()
  }

  find(streamId: string): ChainHead | undefined {
    return this.#recent.get(streamId) ?? this.table.get(streamId)
  }

  #opened(): RecentHeads {
    const recent = new RecentHeads()
    for (const [to, heads] of this.entries) recent.add(to, heads)
    return recent
  }
}

/** Every head is where it is looked for; the first entry is of no use. */
function assertWhole(disk: Disk): void {
  for (const [streamId, head] of disk.truth) assert.deepEqual(disk.find(streamId), head)
  for (const [streamId, head] of [...disk.entries.values()][0]!) {
    const stored = disk.table.get(streamId)
    assert.ok(stored !== undefined && stored.version >= head.version, `${streamId} is lost`)
  }
}

const step = fc.oneof(
  { weight: 12, arbitrary: fc.uniqueArray(fc.integer({ min: 0, max: 400 }), { minLength: 1 }) },
  { weight: 1, arbitrary: fc.constant('crash' as const) },
)

test('every head is in the table or in an entry, whatever ends the process', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), fc.nat(600), (steps, more) => {
      const disk = new Disk()
      for (const each of steps) {
        if (each === 'crash') disk.crash()
        else disk.write(each.map((number) => `Account-${number}`))
        assertWhole(disk)
      }
      for (let at = 0; at < more; at++) disk.write([`Account-${at % 7}`])
      assertWhole(disk)
    }),
    { numRuns: 60 },
  )
})

test('a stream that is written alone goes to the table once in many groups', () => {
  const disk = new Disk()
  const seen = new Set<number | undefined>()
  for (let group = 0; group < 1_000; group++) {
    disk.write(['Account-1'])
    seen.add(disk.table.get('Account-1')?.version)
  }
  assertWhole(disk)
  assert.equal(seen.size, 4)
})

test('no more entries wait than two sweeps write', () => {
  const disk = new Disk()
  let entriesMax = 0
  for (let group = 0; group < 3_000; group++) {
    disk.write([`Account-${group % 900}`])
    entriesMax = Math.max(entriesMax, disk.entries.size)
  }
  assertWhole(disk)
  // Two sweeps, and what goes while the next one begins.
  assert.ok(entriesMax <= 2 * 256 + 256 / 4, `${entriesMax} entries`)
})

test('processes that end before a sweep does leave no more and more entries behind', () => {
  const disk = new Disk()
  for (let group = 0; group < 3_000; group++) {
    disk.write([`Account-${group}`])
    disk.crash()
  }
  assertWhole(disk)
  assert.ok(disk.entries.size <= 3 * 256 + 1, `${disk.entries.size} entries`)
})

test('heads go in the order of their ids, but for neighbours', () => {
  const disk = new Disk()
  const numbers = Array.from({ length: 20_000 }, (_each, at) => (at * 7_919) % 20_000)
  disk.write(numbers.map((number) => `Account-${String(number).padStart(5, '0')}`))
  for (let group = 0; group < 300; group++) disk.write(['Account-x'])

  const went = [...disk.table.keys()].filter((streamId) => streamId !== 'Account-x')
  assert.equal(went.length, 20_000)
  went.forEach((streamId, at) => {
    const away = Math.abs(Number(streamId.slice('Account-'.length)) - at)
    assert.ok(away < 128, `${streamId} went ${away} places away`)
  })
})
