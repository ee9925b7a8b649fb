/** The table contract, on both kinds of tables. */

import { openLmdbTables } from '../../src/store/lmdb/lmdb-tables.js'
import { openMemoryTables } from '../../src/store/memory/memory-tables.js'
import { tableContract } from '../../src/testing/index.js'
import { onEnd } from '../support/scope.js'
import { TemporaryDirectory } from './temporary.js'

tableContract('memory tables', async (t, tables) => {
  const db = openMemoryTables(tables)
  onEnd(t, () => db.close())
  return db
})

tableContract('LMDB tables', async (t, tables) => {
  const directory = await TemporaryDirectory.make(t)
  return directory.closing(await openLmdbTables(`${directory.path}/View.Name@1`, tables))
})
