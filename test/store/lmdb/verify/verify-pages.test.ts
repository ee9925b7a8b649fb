/** Looking at the pages of files that LMDB opens without anybody having looked at them. */

import assert from 'node:assert/strict'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { compactStore, restoreStore, verifyStore } from '../../../../src/index.js'
import { DataFile } from '../../../../src/store/lmdb/data-file.js'
import { openLmdbTables } from '../../../../src/store/lmdb/lmdb-tables.js'
import { verifyPages } from '../../../../src/store/lmdb/verify/verify-pages.js'
import { encodeTableKey } from '../../../../src/store/table-key.js'
import type { VerifyFlow } from '../../../../src/store/verification.js'
import { SuiteScope } from '../../../support/scope.js'
import { TemporaryDirectory } from '../../temporary.js'
import { largeLog } from '../large-log.js'

const pageBytes = 4_096
const unwatched: VerifyFlow = { pause: async () => {} }

function rootOf(path: string): number {
  const file = new DataFile(path)
  const { roots } = file.readMeta()
  file.close()
  return Number(roots[1])
}

describe('a large log', () => {
  const scope = new SuiteScope()
  let dataDir: string
  let path: string
  let sound: Buffer

  before(async () => {
    const { directory, path: file } = await largeLog(scope)
    dataDir = directory.path
    path = file
    sound = await readFile(path)
  })
  after(() => scope.release())

  test('is sound as it was written', async () => {
    await verifyPages(dataDir, unwatched)
  })

  test('with a page in the place of another one is refused before LMDB follows it', async (t) => {
    const root = rootOf(path)
    const damaged = Buffer.from(sound)
    sound.copy(damaged, root * pageBytes, 2 * pageBytes, 3 * pageBytes)
    await writeFile(path, damaged)
    const elsewhere = await TemporaryDirectory.make(t)
    const refused = {
      code: 'DRAMATIS_STORE_UNAVAILABLE',
      dataDir: join(dataDir, 'log'),
      message: new RegExp(`page ${root} has the number of another`),
    }

    await assert.rejects(verifyStore(dataDir), refused)
    await assert.rejects(restoreStore(dataDir, elsewhere.path), refused)
    await assert.rejects(compactStore(dataDir), refused)

    await writeFile(path, sound)
    assert.deepEqual((await verifyStore(dataDir)).findings, [])
  })

  test('says how far it is, and is let go of when that ends it', async () => {
    const seen: (readonly [step: string, pages: number])[] = []
    const enough = new Error('enough')
    const pause: VerifyFlow['pause'] = async (step, looked, pages) => {
      seen.push([step, pages])
      assert.ok(looked <= pages)
      throw enough
    }

    await assert.rejects(verifyPages(dataDir, { pause }), enough)

    assert.deepEqual(seen, [['pages', sound.length / pageBytes]])
  })

  test('that somebody writes to meanwhile is left to them', async () => {
    const pause = async (): Promise<void> => {
      const written = Buffer.from(sound)
      // Every page but those that say where the others are, and the transaction of these.
      written.fill(0, 2 * pageBytes)
      for (const meta of [0, 1]) {
        const at = meta * pageBytes + 152
        written.writeBigUInt64LE(written.readBigUInt64LE(at) + 2n, at)
      }
      await writeFile(path, written)
    }

    await verifyPages(dataDir, { pause })

    await assert.rejects(verifyPages(dataDir, unwatched), { code: 'DRAMATIS_STORE_UNAVAILABLE' })
    await writeFile(path, sound)
  })
})

test('a key of a large view that belongs elsewhere is found, where reading ends before it', async (t) => {
  const { path: dataDir } = await TemporaryDirectory.make(t)
  const view = join(dataDir, 'views', 'Rows@1')
  await mkdir(view, { recursive: true })
  const keys = ['left', 'rite'].flatMap((side) =>
    Array.from({ length: 10 }, (_each, at) => [side, `${at}`]),
  )
  const tables = await openLmdbTables(view, ['rows'])
  const value = 'x'.repeat(1_000_000)
  for (const key of keys) await tables.write([{ table: 'rows', key, value }])
  await tables.close()
  await verifyPages(dataDir, unwatched)
  const path = join(view, 'data.mdb')
  const damaged = await readFile(path)
  const eighth = encodeTableKey('rows', ['left', '8'])
  for (let at = damaged.indexOf(eighth); at !== -1; at = damaged.indexOf(eighth, at + 1)) {
    encodeTableKey('rows', ['zeft', '8']).copy(damaged, at)
  }
  await writeFile(path, damaged)

  const opened = await openLmdbTables(view, ['rows'])
  const found = opened.table('rows').range({ prefix: ['left'] }).length
  await opened.close()

  assert.equal(found, 8)
  await assert.rejects(verifyPages(dataDir, unwatched), {
    code: 'DRAMATIS_STORE_UNAVAILABLE',
    message: /has keys that are out of order/,
  })
})
