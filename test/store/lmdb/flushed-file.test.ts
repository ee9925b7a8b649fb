/** Flushing a file beside which something is written that rests on it. */

import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { FlushedFile } from '../../../src/store/lmdb/flushed-file.js'
import { openLmdbTables } from '../../../src/store/lmdb/lmdb-tables.js'
import { TemporaryDirectory } from '../temporary.js'

const unknown = { code: 'DRAMATIS_COMMIT_UNKNOWN' }

test('what cannot be flushed is never said to be, and is flushed once it can be', async (t) => {
  const { path } = await TemporaryDirectory.make(t)
  await mkdir(path)
  const file = new FlushedFile(join(path, 'file'))

  await assert.rejects(file.flush(), unknown)
  assert.throws(() => file.flushSync(), unknown)
  await writeFile(join(path, 'file'), 'content')
  await file.flush()
  file.flushSync()

  await file.close()
})

test('nothing is written beside a file that cannot be flushed', async (t) => {
  for (const style of ['write', 'transactSync'] as const) {
    const directory = await TemporaryDirectory.make(t)
    const restsOn = join(directory.path, 'missing')
    const tables = directory.closing(
      await openLmdbTables(join(directory.path, 'tables'), ['rows'], { restsOn }),
    )
    const rows = tables.table('rows')

    if (style === 'write') {
      await assert.rejects(tables.write([{ table: 'rows', key: [1], value: 1 }]), unknown)
    } else {
      assert.throws(() => tables.transactSync(() => rows.put([1], 1)), unknown)
    }

    tables.refresh()
    assert.equal(rows.count(), 0)
  }
})
