/**
 * How large a store is on disk, and how many bytes the events in it are by themselves.
 */

import { statSync } from 'node:fs'
import { join } from 'node:path'
import { openRuntime, type RecordedEvent } from 'dramatis'
import { open } from 'lmdb'
import { Packr } from 'msgpackr'
import { environmentOptions } from '../../src/store/lmdb/environment.js'
import app from './counter.js'

/** Bytes per event. */
export interface StoreSize {
  readonly events: number
  /** The file, with pages that wait to be used again. */
  readonly file: number
  /** The pages that hold something: records, heads, and what leads to them. */
  readonly pages: number
  /** MessagePack of an event as it is read: an object with named keys, the payload and the metadata in it. */
  readonly objects: number
  /** MessagePack of the values alone that a record's body has: ids, metadata, payload. */
  readonly arrays: number
}

interface Statistics {
  readonly pageSize: number
  readonly treeBranchPageCount: number
  readonly treeLeafPageCount: number
  readonly overflowPages: number
}

/** Events that are packed to see how many bytes they are. */
const sample = 10_000

const tables = ['events', 'groups', 'streams', 'shapes', 'snapshots', 'tags', 'claims', 'meta']

const packr = new Packr({ useRecords: false, variableMapSize: true })

/** Measures a store that nobody has open. */
export async function measureStore(dataDir: string): Promise<StoreSize> {
  const runtime = await openRuntime({ app, dataDir })
  const { head: events } = runtime.status().store
  let objectBytes = 0
  let arrayBytes = 0
  let packed = 0
  for await (const event of runtime.log.read({ after: Math.max(0, events - sample) })) {
    objectBytes += packr.pack(event).length
    arrayBytes += packr.pack(valuesOf(event)).length
    packed++
  }
  await runtime.close()
  const path = join(dataDir, 'log')
  return {
    events,
    file: statSync(join(path, 'data.mdb')).size / events,
    pages: (await bytesInPages(path)) / events,
    objects: objectBytes / packed,
    arrays: arrayBytes / packed,
  }
}

/** What the codec packs for an event whose command began it all, and was named by nobody. */
function valuesOf({ aggregateId, metadata, data }: RecordedEvent): readonly unknown[] {
  const values = Object.values(data as object)
  return [aggregateId, metadata.commandId, null, null, null, null, null, ...values]
}

async function bytesInPages(path: string): Promise<number> {
  const environment = open({ ...environmentOptions(path, 'flush'), readOnly: true })
  const bytes = tables.map((name) => {
    const table = environment.openDB({ name, encoding: 'binary', keyEncoding: 'binary' })
    const { pageSize, ...pages } = table.getStats() as Statistics
    return pageSize * (pages.treeBranchPageCount + pages.treeLeafPageCount + pages.overflowPages)
  })
  await environment.close()
  return bytes.reduce((sum, each) => sum + each, 0)
}
