/**
 * `countSchemas`: what a data directory has recorded, without a runtime and without its app.
 *
 * For checks before a deployment: the app of tomorrow may not even open on the data of today.
 */

import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { systemClock } from '../base/clock.js'
import { InvalidArgumentError } from '../base/errors.js'
import { knownKeys } from '../base/options.js'
import { StoreUnavailableError } from '../store/errors.js'
import { openLmdbEventStore } from '../store/lmdb/lmdb-event-store.js'
import { type CountSchemasOptions, countRecorded, type RecordedSchema } from './recorded-schemas.js'

/**
 * Counts the events of a data directory by actor, type and schema version. Owns the directory meanwhile:
 * where a process has it open, ask its `runtime.schemas.count()`.
 *
 * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
 * @throws {StoreUnavailableError} DRAMATIS_STORE_UNAVAILABLE: there is no log in it; nothing is made.
 * @throws {StoreLockedError} DRAMATIS_STORE_LOCKED
 * @throws {FormatVersionError} DRAMATIS_FORMAT_VERSION
 * @throws {DamagedRecordError} DRAMATIS_DAMAGED_RECORD
 * @throws the signal's reason when it aborts.
 */
export async function countSchemas(
  dataDir: string,
  options: CountSchemasOptions = {},
): Promise<readonly RecordedSchema[]> {
  knownKeys('countSchemas', options, ['signal', 'onProgress'])
  if (typeof dataDir !== 'string' || dataDir.length === 0) {
    throw new InvalidArgumentError('dataDir', 'a path', dataDir)
  }
  if (!existsSync(join(dataDir, 'log', 'data.mdb'))) {
    throw new StoreUnavailableError(dataDir, 'there is no log in it')
  }
  const store = await openLmdbEventStore(resolve(dataDir), { clock: systemClock })
  try {
    return await countRecorded(store, options)
  } finally {
    await store.close()
  }
}
