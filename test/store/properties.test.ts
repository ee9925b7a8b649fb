/** Laws that hold for whatever is appended or put, on both implementations. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ManualClock } from '../../src/base/manual-clock.js'
import type { EventValue, RecordedEvent } from '../../src/events/event.js'
import { copyPayload } from '../../src/events/values.js'
import type { EventStore, StreamAppend } from '../../src/store/contracts.js'
import { openLmdbTables } from '../../src/store/lmdb/lmdb-tables.js'
import { openMemoryEventStore } from '../../src/store/memory/memory-event-store.js'
import { openMemoryTables } from '../../src/store/memory/memory-tables.js'
import { readLog } from '../../src/store/read-log.js'
import { decodeTableKey, encodeTableKey } from '../../src/store/table-key.js'
import type { TableDatabase, TableKey, TableRange } from '../../src/store/tables.js'
import { collect } from '../../src/testing/index.js'
import { TemporaryDirectory } from './temporary.js'

const text = fc.string({ unit: 'grapheme', maxLength: 8 })
const scalar = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
  text,
  fc.date({ noInvalidDate: true }),
  fc.uint8Array({ maxLength: 8 }),
)
const payload = fc
  .dictionary(text, fc.oneof(scalar, fc.array(scalar, { maxLength: 3 })), { maxKeys: 5 })
  .filter((data) => !Object.hasOwn(data, '__proto__'))
const event = fc.record({ type: fc.constantFrom('Opened', 'Moved', 'Closed'), data: payload })
/** A group: what is committed together; each of its appends is staged by itself. */
const groups = fc.array(
  fc.array(
    fc.record({
      aggregateId: fc.constantFrom('1', '2', '3'),
      expectedVersion: fc.constantFrom('any' as const, 'none' as const, 0, 1, 2),
      events: fc.array(event, { minLength: 1, maxLength: 3 }),
    }),
    { maxLength: 4 },
  ),
  { maxLength: 5 },
)

function appendOf(sample: {
  readonly aggregateId: string
  readonly expectedVersion: StreamAppend['expectedVersion']
  readonly events: readonly { readonly type: string; readonly data: object }[]
}): StreamAppend {
  const metadata = { commandId: 'c', correlationId: 'c', causationId: 'c' }
  return {
    aggregateType: 'Thing',
    aggregateId: sample.aggregateId,
    expectedVersion: sample.expectedVersion,
    events: sample.events.map(({ type, data }) => ({
      type,
      schemaVersion: 1,
      data: copyPayload(data, 'data') as Readonly<Record<string, EventValue>>,
      metadata: { ...metadata },
    })),
  }
}

/** Stages and commits the groups. Returns what was accepted, and the codes of what was not. */
async function play(store: EventStore, samples: readonly (readonly StreamAppend[])[]) {
  const accepted: RecordedEvent[] = []
  const refused: unknown[] = []
  for (const group of samples) {
    for (const append of group) {
      try {
        accepted.push(...store.stage([append]).flat())
      } catch (error) {
        refused.push((error as { code?: string }).code)
      }
    }
    await store.commit()
  }
  return { accepted, refused }
}

test('both stores make the same log of the same appends, equal to what staging returned', async (t) => {
  await fc.assert(
    fc.asyncProperty(groups, async (samples) => {
      const appends = samples.map((group) => group.map(appendOf))
      const clock = new ManualClock()
      const memory = await openMemoryEventStore({ clock })
      const disk = await (await TemporaryDirectory.make(t)).openStore({ clock })

      const inMemory = await play(memory, appends)
      const onDisk = await play(disk, appends)

      assert.deepEqual(onDisk, inMemory)
      assert.deepEqual(await collect(readLog(memory, { batchEvents: 3 })), inMemory.accepted)
      assert.deepEqual(await collect(readLog(disk, { batchEvents: 3 })), inMemory.accepted)
      for (const id of ['1', '2', '3']) {
        const events = inMemory.accepted.filter(({ aggregateId }) => aggregateId === id)
        assert.deepEqual(await collect(disk.readStream(`Thing-${id}`)), events)
        assert.deepEqual(await collect(memory.readStream(`Thing-${id}`)), events)
      }
      await disk.close()
    }),
    { numRuns: 40 },
  )
})

const keyPart = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -3, max: 3 }),
  fc.string({ unit: 'grapheme', maxLength: 4 }).map((part) => part.replaceAll('\0', '')),
  fc
    .string({ unit: 'grapheme', minLength: 60, maxLength: 70 })
    .map((part) => part.replaceAll('\0', '')),
)
const key = fc.array(keyPart, { minLength: 1, maxLength: 4 })

test('a key is given back as it was, and bytes sort as tuples do', () => {
  fc.assert(
    fc.property(key, key, (a, b) => {
      const [bytesOfA, bytesOfB] = [encodeTableKey('rows', a), encodeTableKey('rows', b)]

      assert.deepEqual(decodeTableKey(bytesOfA), withoutMinusZero(a))
      assert.equal(Buffer.compare(bytesOfA, bytesOfB), compareKeys(a, b))
    }),
    { numRuns: 2_000 },
  )
})

const change = fc.record({ key, value: fc.option(fc.integer(), { nil: undefined }) })
const range: fc.Arbitrary<TableRange> = fc.record(
  {
    prefix: fc.array(keyPart, { maxLength: 2 }),
    after: key,
    reverse: fc.boolean(),
    limit: fc.integer({ min: 0, max: 5 }),
  },
  { requiredKeys: [] },
)

test('both kinds of tables answer every range alike', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const disk = directory.closing(await openLmdbTables(directory.path, ['rows']))
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { maxLength: 20 }),
      fc.array(range, { maxLength: 5 }),
      async (changes, ranges) => {
        const memory = openMemoryTables(['rows'])
        clear(disk)

        for (const db of [memory, disk]) apply(db, changes)

        for (const options of [{}, ...ranges]) {
          assert.deepEqual(disk.table('rows').range(options), memory.table('rows').range(options))
        }
        assert.equal(disk.table('rows').count(), memory.table('rows').count())
      },
    ),
    { numRuns: 100 },
  )
})

function clear(db: TableDatabase): void {
  db.transactSync(() => {
    for (const entry of db.table('rows').range()) db.table('rows').remove(entry.key)
  })
}

function apply(
  db: TableDatabase,
  changes: readonly { readonly key: TableKey; readonly value: number | undefined }[],
): void {
  db.transactSync(() => {
    for (const { key, value } of changes) {
      if (value === undefined) db.table('rows').remove(key)
      else db.table('rows').put(key, value)
    }
  })
}

function withoutMinusZero(key: TableKey): TableKey {
  return key.map((part) => (typeof part === 'number' ? part + 0 : part))
}

/** The order that `store/tables.ts` promises, written down a second time. */
function compareKeys(a: TableKey, b: TableKey): number {
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const order = compareParts(a[at]!, b[at]!)
    if (order !== 0) return order
  }
  return Math.sign(a.length - b.length)
}

function compareParts(a: TableKey[number], b: TableKey[number]): number {
  const rank = (part: TableKey[number]): number =>
    part === null ? 0 : ['boolean', 'number', 'string'].indexOf(typeof part) + 1
  if (rank(a) !== rank(b)) return Math.sign(rank(a) - rank(b))
  if (typeof a === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b as string))
  return Math.sign(Number(a) - Number(b))
}
