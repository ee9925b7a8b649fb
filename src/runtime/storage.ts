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
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Random } from '../base/random.js'
import type { EventStore, EventStoreOptions } from '../store/contracts.js'
import { openLmdbEventStore } from '../store/lmdb/lmdb-event-store.js'
import {
  besideLogOptions,
  type LmdbTablesOptions,
  openLmdbTables,
} from '../store/lmdb/lmdb-tables.js'
import { type DiskAccess, privateAccess } from '../store/memory/disk-access.js'
import { MemoryDisk } from '../store/memory/memory-disk.js'
import { openDiskEventStore } from '../store/memory/memory-event-store.js'
import { openDiskTables } from '../store/memory/memory-tables.js'
import type { Readers } from '../store/readers.js'
import type { TableDatabase } from '../store/tables.js'
import type { ViewDatabases } from '../subscriptions/view.js'
import { viewTables } from '../subscriptions/view-keys.js'
import { WorkStore, workTables } from '../subscriptions/work-store.js'

/** Where databases of views are on a disk in memory. */
const viewsPrefix = 'views/'

export interface Storage {
  readonly store: EventStore
  readonly work: WorkStore
  /** What the work store is kept in: timers lie in tables of their own beside it. */
  readonly workTables: TableDatabase
  readonly views: ViewDatabases & {
    /** The database of a directory that is open here. */
    get(directory: string): TableDatabase | undefined
    /** All that are open here, by their directories. */
    opened(): ReadonlyMap<string, TableDatabase>
  }
}

/** Readers of one environment, by where it lies in the data directory. */
export interface EnvironmentReaders extends Readers {
  readonly directory: string
}

/** Who reads what is open now. Empty in memory, where readers keep nothing back. */
export function readersOf({ store, workTables, views }: Storage): readonly EnvironmentReaders[] {
  const all: readonly (readonly [string, Readers | null])[] = [
    ['log', store.readReaders()],
    ['work', workTables.readReaders()],
    ...[...views.opened()].map(([name, each]) => [`views/${name}`, each.readReaders()] as const),
  ]
  return all.flatMap(([directory, readers]) =>
    readers === null ? [] : [{ directory, ...readers }],
  )
}

/** @throws everything that opening an event store throws. */
export async function openStorage(
  dataDir: string | null,
  options: EventStoreOptions,
): Promise<Storage> {
  if (dataDir === null) {
    const disk = new MemoryDisk()
    return await openMemoryStorage(disk, privateAccess(disk), options)
  }
  const store = await openLmdbEventStore(dataDir, options)
  try {
    const tables = besideLogOptions(dataDir, options.durability ?? 'flush')
    const work = await openLmdbTables(join(dataDir, 'work'), workTables, tables)
    const views = trackOpen(lmdbViews(join(dataDir, 'views'), tables))
    return { store, work: new WorkStore(work), workTables: work, views }
  } catch (error) {
    await store.close()
    throw error
  }
}

/**
 * Opens what a disk in memory holds, or begins it.
 *
 * @param random - For the id of a new store. @default the machine's
 */
export async function openMemoryStorage(
  disk: MemoryDisk,
  access: DiskAccess,
  options: EventStoreOptions,
  random?: Random,
): Promise<Storage> {
  const store = await openDiskEventStore(disk, access, options, random)
  const work = await openDiskTables(disk, 'work', workTables, access)
  const views = trackOpen(memoryViews(disk, access))
  return { store, work: new WorkStore(work), workTables: work, views }
}

function memoryViews(disk: MemoryDisk, access: DiskAccess): ViewDatabases {
  const nameOf = (directory: string): string => `${viewsPrefix}${directory}`
  return {
    open: (directory) => openDiskTables(disk, nameOf(directory), viewTables, access),
    list: async () => {
      access.assertReadable()
      return disk.listDatabases(viewsPrefix)
    },
    remove: async (directory) => {
      const name = nameOf(directory)
      if (disk.database(name) === undefined) return
      await access.write(name, () => disk.removeDatabase(name))
    },
  }
}

function lmdbViews(directory: string, options: LmdbTablesOptions): ViewDatabases {
  return {
    open: (name) => openLmdbTables(join(directory, name), viewTables, options),
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
    opened: () => open,
  }
}
