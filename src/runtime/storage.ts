/**
 * Which storage a runtime runs on: LMDB below a directory, or memory.
 *
 * The only place that knows both. Everything above sees contracts.
 *
 *   dataDir/log, dataDir/lock   the event store
 *   dataDir/keys                keys of sealed fields (the store's)
 *   dataDir/work                bookkeeping of handlers and views; timers
 *   dataDir/views/NAME@VERSION  rows of a view
 */

import { existsSync } from 'node:fs'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { EventStore, EventStoreOptions } from '../store/contracts.js'
import { openLmdbEventStore } from '../store/lmdb/lmdb-event-store.js'
import { openLmdbTables } from '../store/lmdb/lmdb-tables.js'
import { openMemoryEventStore } from '../store/memory/memory-event-store.js'
import { openMemoryTables } from '../store/memory/memory-tables.js'
import type { TableDatabase } from '../store/tables.js'
import type { ViewDatabases } from '../subscriptions/view.js'
import { viewTables } from '../subscriptions/view-keys.js'
import { WorkStore, workTables } from '../subscriptions/work-store.js'

export interface Storage {
  readonly store: EventStore
  readonly work: WorkStore
  /** What the work store is kept in: timers lie in tables of their own beside it. */
  readonly workTables: TableDatabase
  readonly views: ViewDatabases & {
    /** The database of a directory that is open here. */
    get(directory: string): TableDatabase | undefined
  }
}

/** @throws everything that opening an event store throws. */
export async function openStorage(
  dataDir: string | null,
  options: EventStoreOptions,
): Promise<Storage> {
  if (dataDir === null) {
    const work = openMemoryTables(workTables)
    return {
      store: await openMemoryEventStore(options),
      work: new WorkStore(work),
      workTables: work,
      views: trackOpen({
        open: async () => openMemoryTables(viewTables),
        list: async () => [],
        remove: async () => {},
      }),
    }
  }
  const store = await openLmdbEventStore(dataDir, options)
  try {
    const work = await openLmdbTables(join(dataDir, 'work'), workTables)
    const views = trackOpen(lmdbViews(join(dataDir, 'views')))
    return { store, work: new WorkStore(work), workTables: work, views }
  } catch (error) {
    await store.close()
    throw error
  }
}

function lmdbViews(directory: string): ViewDatabases {
  return {
    open: async (name) => {
      await mkdir(directory, { recursive: true })
      return await openLmdbTables(join(directory, name), viewTables)
    },
    list: async () => (existsSync(directory) ? await readdir(directory) : []),
    remove: (name) => rm(join(directory, name), { recursive: true, force: true }),
  }
}

/** Remembers what is open, so that tasks on the host's thread work on the host's own databases. */
function trackOpen(databases: ViewDatabases): Storage['views'] {
  const open = new Map<string, TableDatabase>()
  return {
    open: async (directory) => {
      const database = await databases.open(directory)
      open.set(directory, database)
      return database
    },
    list: () => databases.list(),
    remove: async (directory) => {
      open.delete(directory)
      await databases.remove(directory)
    },
    get: (directory) => open.get(directory),
  }
}
