/**
 * `importLog`: an exported log becomes, or continues, the log of a data directory.
 *
 * No runtime may have the directory open, and none is needed: views and handlers take the imported
 * events as they take any, when a runtime opens the directory.
 */

import { existsSync } from 'node:fs'
import { access, constants, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '../base/clock.js'
import { InvalidArgumentError } from '../base/errors.js'
import { knownKeys } from '../base/options.js'
import type { EventStore, EventStoreOptions } from '../store/contracts.js'
import { FileUnavailableError } from '../store/exchange/exchange-errors.js'
import type { ExchangeOptions } from '../store/exchange/exchange-progress.js'
import { acceptExport, type ImportResult, importFromFile } from '../store/exchange/import-file.js'
import { openLmdbEventStore } from '../store/lmdb/lmdb-event-store.js'
import { openMemoryEventStore } from '../store/memory/memory-event-store.js'

export interface ImportLogOptions extends ExchangeOptions {
  /** What `log.export` wrote. */
  readonly file: string
  /** A directory without events, or one whose log ends where the export begins. Made if missing. */
  readonly dataDir: string
}

/** Whatever could be recorded elsewhere can be recorded here. */
const storeOptions: EventStoreOptions = { clock: systemClock, recordBytesMax: 1024 * 1024 * 1024 }

/**
 * Imports an export: the whole file is checked before anything is written, and the log is compared with
 * it afterwards. One that was interrupted goes on where it stopped.
 *
 * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
 * @throws {FileUnavailableError} DRAMATIS_FILE_UNAVAILABLE
 * @throws {ExportDamagedError} DRAMATIS_EXPORT_DAMAGED
 * @throws {ImportRefusedError} DRAMATIS_IMPORT_REFUSED
 * @throws {ImportUnverifiedError} DRAMATIS_IMPORT_UNVERIFIED
 * @throws {StoreLockedError} DRAMATIS_STORE_LOCKED
 * @throws {DiskFullError} DRAMATIS_DISK_FULL
 */
export async function importLog(options: ImportLogOptions): Promise<ImportResult> {
  knownKeys('importLog', options, ['file', 'dataDir', 'onProgress', 'signal'])
  const { file, dataDir } = options
  for (const [name, value] of Object.entries({ file, dataDir })) {
    if (typeof value !== 'string' || value === '' || value.includes('\0'))
      throw new InvalidArgumentError(name, 'a path', value)
  }
  await assertReadable(file)
  // Nothing is made for a file that turns out to be damaged.
  const isNew = !existsSync(join(dataDir, 'log'))
  let store = isNew ? await openMemoryEventStore(storeOptions) : await open(dataDir)
  try {
    const accepted = await acceptExport(store, file, systemClock, options)
    if (isNew) store = await open(dataDir)
    return await importFromFile(store, file, accepted, systemClock, options)
  } finally {
    await store.close()
  }
}

function open(dataDir: string): Promise<EventStore> {
  return openLmdbEventStore(dataDir, storeOptions)
}

async function assertReadable(file: string): Promise<void> {
  try {
    await access(file, constants.R_OK)
    if (!(await stat(file)).isFile()) throw new Error('it is no file')
  } catch (error) {
    throw new FileUnavailableError(file, 'read', { cause: error as Error })
  }
}
