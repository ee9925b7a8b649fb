/** Reading a part of the log passes over whole segments: it finds what looking at each record would. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { appendEvents } from '../../../src/store/append.js'
import type { EventStore } from '../../../src/store/contracts.js'
import { openEnvironment } from '../../../src/store/lmdb/environment.js'
import { LogTables } from '../../../src/store/lmdb/log-tables.js'
import { readLog } from '../../../src/store/read-log.js'
import { collect, sampleAppend, sampleEvent } from '../../../src/testing/index.js'
import { noKeys } from '../../events/no-keys.js'
import { seed } from '../../support/seed.js'
import { TemporaryDirectory } from '../temporary.js'

const types = Array.from({ length: 30 }, (_each, at) => `Type${at}`)
const commits = 40

/** Commits of 1 to 60 events; one in ten events is of a rare type. @returns the type of each position. */
async function fill(store: EventStore): Promise<readonly string[]> {
  const recorded: string[] = []
  for (let commit = 0; commit < commits; commit++) {
    const own = Array.from({ length: ((commit * 37) % 60) + 1 }, (_each, at) =>
      (commit + at) % 10 === 0 ? types[(commit * 7 + at) % types.length]! : types[commit % 2]!,
    )
    const events = own.map((type) => sampleEvent({ amount: recorded.length }, type))
    await appendEvents(store, [{ ...sampleAppend('1', 'any'), events }])
    recorded.push(...own)
  }
  return recorded
}

async function assertAsNaive(store: EventStore, recorded: readonly string[]): Promise<void> {
  const positions = fc.integer({ min: 0, max: recorded.length })
  const property = fc.asyncProperty(
    fc.subarray(types, { maxLength: 3 }),
    positions,
    positions,
    fc.integer({ min: 1, max: 300 }),
    async (wanted, one, other, batchEvents) => {
      const [after, to] = [Math.min(one, other), Math.max(one, other)]

      const read = await collect(readLog(store, { after, to, types: wanted, batchEvents }))

      const naive = recorded
        .map((type, at) => ({ type, position: at + 1 }))
        .filter(({ type, position }) => position > after && position <= to && wanted.includes(type))
      assert.deepEqual(
        read.map(({ type, position }) => ({ type, position })),
        naive,
      )
    },
  )
  await fc.assert(property, { seed })
}

test('any part of the log by any types is what looking at each event gives', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const store = await directory.openStore()

  await assertAsNaive(store, await fill(store))
})

test('so it is when no segment says of itself that it is sound', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const filled = await directory.openStore()
  const recorded = await fill(filled)
  await filled.close()
  const tables = new LogTables(await openEnvironment(`${directory.path}/log`, 'flush'), noKeys)
  for (const { key, value } of [...tables.events.getRange()]) {
    const bytes = Buffer.from(value)
    bytes.writeInt32BE(~bytes.readInt32BE(0), 0)
    await tables.events.put(key, bytes)
  }
  await tables.environment.close()

  await assertAsNaive(await directory.openStore(), recorded)
})

test('a batch ends where it is told to, inside a segment that is passed over', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const store = await directory.openStore()
  const { length } = await fill(store)
  const wantsType = (): boolean => false

  for (const [options, scannedTo] of [
    [{ after: 3, to: 5 }, 5],
    [{ after: 3, scanMax: 4 }, 7],
    [{ after: 3 }, length],
  ] as const) {
    const batch = await store.readBatch({ ...options, eventsMax: 10, wantsType })
    assert.equal(batch.scannedTo, scannedTo)
  }
})
