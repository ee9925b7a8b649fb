/** A worker thread that puts rows into the tables of `workerData.path`, one for each message. */

import { parentPort, workerData } from 'node:worker_threads'
import { openLmdbTables } from '../../../src/store/lmdb/lmdb-tables.js'

const { path } = workerData as { readonly path: string }
const db = await openLmdbTables(path, ['rows', 'meta'], { durability: 'commit' })

parentPort!.on('message', async (row: number | 'close') => {
  if (row === 'close') {
    await db.close()
    parentPort!.close()
    return
  }
  db.transactSync(() => {
    db.table('rows').put([row], { row })
    db.table('meta').put(['cursor'], row)
  })
  parentPort!.postMessage(row)
})
parentPort!.postMessage('ready')
