/** Streams that are deleted while they are exported: a file has all of one as it was, or all of it as it is. */

import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { streamDeleted } from '../../../src/events/stream-end.js'
import type { EventStore } from '../../../src/store/contracts.js'
import type { ExchangeOptions } from '../../../src/store/exchange/exchange-progress.js'
import { exportToFile } from '../../../src/store/exchange/export-file.js'
import { collect } from '../../../src/testing/index.js'
import {
  appendOf,
  clock,
  exportAll,
  fill,
  importAll,
  interruptAt,
  makeDirectory,
  openMemory,
  samplesOf,
} from './exchanging.js'

function stageRemoval(store: EventStore, id: string): void {
  store.stage([appendOf({ stream: id, type: streamDeleted, data: {}, lateMs: 0, passedMs: 0 })])
}

async function remove(store: EventStore, id: string): Promise<void> {
  stageRemoval(store, id)
  await store.commit()
}

/** Deletes streams once, when the first piece of an export was read and before the next one is. */
function deletingIn(store: EventStore, ...ids: readonly string[]): ExchangeOptions {
  const left = [...ids]
  return {
    onProgress: () => {
      if (left.length === 0) return
      for (const id of left.splice(0)) stageRemoval(store, id)
      void store.commit()
    },
  }
}

test('an export of a stream that was deleted between its events is given up, and leaves nothing', async (t) => {
  const file = join(await makeDirectory(t), 'events')
  const store = await openMemory()
  await fill(store, samplesOf(3_000))

  await assert.rejects(exportAll(store, file, deletingIn(store, '3')), {
    code: 'DRAMATIS_EXPORT_DISTURBED',
    streamId: 'Thing-3',
    file,
  })

  assert.deepEqual(await readdir(dirname(file)), [])
  await exportAll(store, file)
  await importAll(await openMemory(), file)
})

test('an export that a stream was deleted in is not taken up again', async (t) => {
  const file = join(await makeDirectory(t), 'events')
  const store = await openMemory()
  await fill(store, samplesOf(3_000))
  const range = { after: 0, to: store.head }
  await assert.rejects(exportAll(store, file, interruptAt(2)), { message: 'interrupted' })
  await remove(store, '2')

  await assert.rejects(exportToFile(store, file, range, clock, {}), {
    code: 'DRAMATIS_EXPORT_DISTURBED',
    streamId: 'Thing-2',
  })

  assert.deepEqual(await readdir(dirname(file)), [])
})

test('an export that was interrupted among the tombstones of a stream goes on', async (t) => {
  const directory = await makeDirectory(t)
  const store = await openMemory()
  await fill(store, samplesOf(3_000))
  await remove(store, '2')
  const file = join(directory, 'events')

  await assert.rejects(exportAll(store, file, interruptAt(2)), { message: 'interrupted' })
  await exportAll(store, file)
  await exportAll(store, join(directory, 'whole'))

  assert.deepEqual(await readFile(file), await readFile(join(directory, 'whole')))
})

test('an export of a stream that began before it, and is deleted between its events, is given up', async (t) => {
  const file = join(await makeDirectory(t), 'events')
  const store = await openMemory()
  await fill(store, samplesOf(3_000))
  const range = { after: 100, to: store.head }

  await assert.rejects(exportToFile(store, file, range, clock, deletingIn(store, '3')), {
    code: 'DRAMATIS_EXPORT_DISTURBED',
    streamId: 'Thing-3',
  })
})

test('an export is not disturbed by what is deleted before its first event, or after its last', async (t) => {
  const directory = await makeDirectory(t)
  const store = await openMemory()
  const [early, late] = [0, 1].map((at) => ({ ...samplesOf(2)[at]!, data: { at: 'once' } }))
  // The first stream is written whole before the deletions, the last one after them.
  await fill(store, [{ ...early!, stream: 'early' }, ...samplesOf(3_000)])
  await fill(
    store,
    [1, 2, 3].map(() => ({ ...late!, stream: 'late' })),
  )
  const [first, later] = [join(directory, 'first'), join(directory, 'later')]
  const end = store.head

  await exportAll(store, first, deletingIn(store, 'early', 'late'))
  await fill(store, samplesOf(30))
  await remove(store, '4')
  // Of the stream that was deleted just now, only what came after the first export is in the second.
  await exportToFile(store, later, { after: end, to: store.head }, clock, {})
  const copy = await openMemory()
  await importAll(copy, first)
  await importAll(copy, later)

  assert.equal(copy.head, store.head)
  for (const id of ['Thing-late', 'Thing-4']) {
    assert.deepEqual(await collect(copy.readStream(id)), await collect(store.readStream(id)))
  }
})
