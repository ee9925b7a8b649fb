/** Worker threads beside the host: readers of the log, writers of tables. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { appendEvents } from '../../../src/store/append.js'
import { openLmdbLogReader } from '../../../src/store/lmdb/lmdb-log-reader.js'
import { openLmdbTables } from '../../../src/store/lmdb/lmdb-tables.js'
import { sampleAppend, sampleEvent } from '../../../src/testing/index.js'
import { onEnd } from '../../support/scope.js'
import { TemporaryDirectory } from '../temporary.js'

interface Answer {
  readonly head: number
  readonly scannedTo: number
  readonly data: readonly unknown[]
}

async function startWorker(t: TestContext, script: string, data: object): Promise<Worker> {
  const worker = new Worker(new URL(`../children/${script}`, import.meta.url), { workerData: data })
  onEnd(t, async () => {
    const gone = once(worker, 'exit')
    worker.postMessage('close')
    await gone
  })
  await once(worker, 'message')
  return worker
}

async function ask<T>(worker: Worker, message: unknown): Promise<T> {
  const answer = once(worker, 'message')
  worker.postMessage(message)
  return (await answer)[0] as T
}

test('a reader on a worker thread sees each commit of the host, and new shapes', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const store = await directory.openStore()
  const worker = await startWorker(t, 'reading-worker.js', { dataDir: directory.path })
  assert.deepEqual(await ask<Answer>(worker, { after: 0 }), { head: 0, scannedTo: 0, data: [] })

  for (let at = 1; at <= 50; at++) {
    const events = [sampleEvent({ [`field${at}`]: at }, `Happened${at % 10}`)]
    await appendEvents(store, [
      { aggregateType: 'Account', aggregateId: '1', expectedVersion: 'any', events },
    ])
    const answer = await ask<Answer>(worker, { after: at - 1 })
    assert.deepEqual(answer, { head: at, scannedTo: at, data: [{ [`field${at}`]: at }] })
  }
})

test('a reader on a worker thread keeps up while the log grows by many megabytes', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const store = await directory.openStore()
  const worker = await startWorker(t, 'reading-worker.js', { dataDir: directory.path })
  const text = 'x'.repeat(40_000)

  let after = 0
  for (let group = 0; group < 20; group++) {
    const events = Array.from({ length: 50 }, (_, at) => sampleEvent({ group, at, text }, 'Noted'))
    await appendEvents(store, [
      { aggregateType: 'Note', aggregateId: `${group}`, expectedVersion: 'none', events },
    ])
    const answer = await ask<Answer>(worker, { after })
    assert.deepEqual(answer.data[49], { group, at: 49, text })
    after = answer.scannedTo
  }

  assert.equal(after, 1_000)
})

test('a reader that is closed refuses to read, and closing again does nothing', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const store = await directory.openStore()
  await appendEvents(store, [sampleAppend('1', 'none', 1)])
  const reader = await openLmdbLogReader(directory.path)
  assert.equal(await reader.readHead(), 1)

  reader.close()
  reader.close()

  await assert.rejects(reader.readHead(), { code: 'DRAMATIS_STORE_STOPPED' })
  assert.equal(await store.readHead(), 1)
})

test('tables that a worker thread writes are seen by the host after a refresh', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const path = `${directory.path}/views/Summary@1`
  const db = directory.closing(await openLmdbTables(path, ['rows', 'meta']))
  const worker = await startWorker(t, 'writing-worker.js', { path })

  for (let row = 1; row <= 20; row++) {
    await ask(worker, row)
    db.refresh()
    assert.equal(db.table('meta').get(['cursor']), row)
    assert.equal(db.table('rows').count(), row)
  }
})

test('tables are there again after they were closed', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const first = await openLmdbTables(directory.path, ['rows'])
  await first.write([{ table: 'rows', key: ['a', 1], value: { n: 1n } }])
  await first.close()

  const second = directory.closing(await openLmdbTables(directory.path, ['rows', 'more']))

  assert.deepEqual(second.table('rows').range(), [{ key: ['a', 1], value: { n: 1n } }])
})
