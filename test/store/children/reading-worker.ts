/** A worker thread that reads the log of `workerData.dataDir` when it is asked to. */

import { parentPort, workerData } from 'node:worker_threads'
import { openLmdbLogReader } from '../../../src/store/lmdb/lmdb-log-reader.js'

const reader = await openLmdbLogReader((workerData as { readonly dataDir: string }).dataDir)

parentPort!.on('message', async (message: 'close' | { readonly after: number }) => {
  if (message === 'close') {
    reader.close()
    parentPort!.close()
    return
  }
  const batch = await reader.readBatch({ after: message.after, eventsMax: 100_000 })
  parentPort!.postMessage({
    head: await reader.readHead(),
    scannedTo: batch.scannedTo,
    data: batch.events.map((event) => event.data),
  })
})
parentPort!.postMessage('ready')
