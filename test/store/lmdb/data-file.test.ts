/** Looking at a data file before LMDB follows its pages. */

import assert from 'node:assert/strict'
import { readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { appendEvents } from '../../../src/store/append.js'
import { DataFile } from '../../../src/store/lmdb/data-file.js'
import { openLmdbTables } from '../../../src/store/lmdb/lmdb-tables.js'
import { readLog } from '../../../src/store/read-log.js'
import { collect, sampleAppend, sampleEvent } from '../../../src/testing/index.js'
import { TemporaryDirectory } from '../temporary.js'
import { largeEvents, largeLog, textOf } from './large-log.js'

const pageBytes = 4_096

/** A log with branch pages, and values that take pages of their own. */
async function filledLog(t: TestContext): Promise<{ directory: TemporaryDirectory; path: string }> {
  const directory = await TemporaryDirectory.make(t)
  const store = await directory.openStore()
  const long = sampleEvent({ text: 'x'.repeat(20_000) }, 'Noted')
  for (let number = 0; number < 40; number++) {
    const note = {
      aggregateType: 'Note',
      aggregateId: `${number}`,
      expectedVersion: 'any' as const,
    }
    const amounts = Array.from({ length: 400 }, (_each, at) => at)
    await appendEvents(store, [
      { ...note, events: [long] },
      sampleAppend(`${number}`, 'any', ...amounts),
    ])
  }
  await store.close()
  return { directory, path: join(directory.path, 'log', 'data.mdb') }
}

function walk(path: string): void {
  const file = new DataFile(path)
  try {
    for (const _page of file.walk(file.readMeta()));
  } finally {
    file.close()
  }
}

test('every page of a sound log is one that LMDB may come to', async (t) => {
  const { path } = await filledLog(t)

  walk(path)
})

test('a log that was cut short does not open, wherever it was cut', async (t) => {
  const { directory, path } = await filledLog(t)
  const { length } = await readFile(path)

  for (let cut = 1; cut <= 12; cut++) {
    await truncate(path, Math.floor((length / 13) * (13 - cut)))

    await assert.rejects(directory.openStore(), { code: 'DRAMATIS_STORE_UNAVAILABLE' })
  }
  await truncate(path, pageBytes)
  await assert.rejects(directory.openStore(), { code: 'DRAMATIS_STORE_UNAVAILABLE' })
})

test('a page with a node that lies beyond it is refused', async (t) => {
  const { directory, path } = await filledLog(t)
  const damaged = await readFile(path)
  const file = new DataFile(path)
  const root = Number(file.readMeta().roots[1])
  file.close()
  const placeAt = root * pageBytes + 24
  const keyBytesAt = placeAt + damaged.readUInt16LE(placeAt) + 6

  // How long its first key is said to be, then where it is said to lie.
  for (const [at, value] of [
    [keyBytesAt, 4_090],
    [placeAt, 4_090],
  ] as const) {
    damaged.writeUInt16LE(value, at)
    await writeFile(path, damaged)

    await assert.rejects(directory.openStore(), {
      code: 'DRAMATIS_STORE_UNAVAILABLE',
      message: new RegExp(`page ${root} has a node that is not on it`),
    })
  }
})

test('a data file that leads to itself is unavailable', async (t) => {
  const { directory, path } = await filledLog(t)
  await rm(path)
  await symlink('data.mdb', path)

  await assert.rejects(directory.openStore(), {
    code: 'DRAMATIS_STORE_UNAVAILABLE',
    message: /ELOOP/,
  })
})

test('a page in the place of another one is refused', async (t) => {
  const { directory, path } = await filledLog(t)
  const sound = await readFile(path)
  const file = new DataFile(path)
  const { roots } = file.readMeta()
  file.close()

  for (const root of roots.map(Number)) {
    const damaged = Buffer.from(sound)
    sound.copy(damaged, root * pageBytes, 2 * pageBytes, 3 * pageBytes)
    await writeFile(path, damaged)

    await assert.rejects(directory.openStore(), {
      code: 'DRAMATIS_STORE_UNAVAILABLE',
      message: new RegExp(`page ${root} has the number of another`),
    })
  }
})

test('a key that belongs on another page is refused: whoever looks for its neighbours would not find them', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const names = Array.from({ length: 40 }, (_each, at) => `row-${String(at).padStart(2, '0')}`)
  const tables = await openLmdbTables(directory.path, ['rows'])
  // Some of them are alone on their page.
  const value = 'x'.repeat(1_500)
  for (const name of names) await tables.write([{ table: 'rows', key: [name], value }])
  await tables.close()
  const path = join(directory.path, 'data.mdb')
  const sound = await readFile(path)
  walk(path)

  for (const name of names.slice(1, -1)) {
    for (const moved of ['rov', 'rox']) {
      const damaged = Buffer.from(sound)
      for (let at = damaged.indexOf(name); at !== -1; at = damaged.indexOf(name, at + 1)) {
        damaged.write(moved, at)
      }
      await writeFile(path, damaged)

      assert.throws(() => walk(path), /has keys that are out of order/, `${name} ${moved}`)
      await assert.rejects(openLmdbTables(directory.path, ['rows']), {
        code: 'DRAMATIS_STORE_UNAVAILABLE',
      })
    }
  }
  await writeFile(path, sound)
  directory.closing(await openLmdbTables(directory.path, ['rows']))
})

test('a tree of free pages without its keys is refused: LMDB would end the process over it', async (t) => {
  const { directory, path } = await filledLog(t)
  const damaged = await readFile(path)
  const file = new DataFile(path)
  const [free] = file.readMeta().roots
  file.close()
  const root = Number(free)
  // Where its nodes lie, at the end of the page.
  damaged.fill(0, root * pageBytes + pageBytes / 2, (root + 1) * pageBytes)
  await writeFile(path, damaged)

  await assert.rejects(directory.openStore(), {
    code: 'DRAMATIS_STORE_UNAVAILABLE',
    message: new RegExp(`page ${root} has a key that is none`),
  })
})

test('a page of a large log that nobody has looked at is damage once it is read', async (t) => {
  const { directory, path } = await largeLog(t)
  const bytes = await readFile(path)
  // In the middle of the last value.
  bytes[bytes.indexOf(textOf(largeEvents)) + 500_000]! ^= 1
  await writeFile(path, bytes)

  const store = await directory.openStore()

  assert.equal((await collect(readLog(store, { to: largeEvents - 1 }))).length, largeEvents - 1)
  await assert.rejects(collect(readLog(store)), {
    code: 'DRAMATIS_DAMAGED_RECORD',
    position: largeEvents,
  })
})
