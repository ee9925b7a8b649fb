/**
 * Opening the event store in a data directory: format, identity, ownership.
 *
 * The order is what makes it safe: look whether somebody owns the directory, then become the owner of
 * the log, in one write transaction; only then open the rest.
 */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DramatisError } from '../../base/errors.js'
import { failpoint } from '../../base/failpoint.js'
import type { EventStore, EventStoreOptions } from '../contracts.js'
import { makeDurableDirectory } from '../durable-directory.js'
import type { KeyVault } from '../keys/key-vault.js'
import { type ParsedStoreOptions, parseStoreOptions } from '../options.js'
import { StagedEventStore } from '../staged-event-store.js'
import { DiskSpace } from './disk-space.js'
import { type Environment, openEnvironment, unavailable } from './environment.js'
import { openLmdbKeyVault } from './lmdb-key-vault.js'
import { LmdbLogStorage } from './lmdb-log-storage.js'
import { assertUnlocked, releaseLock } from './lock.js'
import { type Ownership, takeOwnership } from './log-owner.js'

/**
 * Opens, or creates, the event store in `dataDir` and becomes its owner.
 *
 * @throws {StoreLockedError} DRAMATIS_STORE_LOCKED
 * @throws {FormatVersionError} DRAMATIS_FORMAT_VERSION
 * @throws {StoreUnavailableError} DRAMATIS_STORE_UNAVAILABLE
 * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
 */
export async function openLmdbEventStore(
  dataDir: string,
  options: EventStoreOptions,
): Promise<EventStore> {
  const parsed = parseStoreOptions(options)
  try {
    if (!existsSync(join(dataDir, 'log', 'data.mdb'))) await makeDurableDirectory(dataDir)
    assertUnlocked(dataDir)
    return await openOwned(dataDir, parsed)
  } catch (error) {
    if (error instanceof DramatisError) throw error
    throw unavailable(dataDir, error)
  }
}

async function openOwned(dataDir: string, options: ParsedStoreOptions): Promise<EventStore> {
  const openLog = (): Promise<Environment> =>
    openEnvironment(join(dataDir, 'log'), options.durability)
  const environment = await openLog()
  let owned: Ownership | undefined
  let keys: KeyVault | undefined
  try {
    failpoint('open.unowned')
    owned = takeOwnership(environment, dataDir, options)
    failpoint('open.owned')
    const diskSpace = new DiskSpace(dataDir, options)
    await diskSpace.refresh()
    keys = await openLmdbKeyVault(dataDir, options)
    failpoint('open.keys')
    const storage = new LmdbLogStorage({
      ...owned,
      dataDir,
      environment,
      keys,
      diskSpace,
      openAgain: openLog,
    })
    return new StagedEventStore(storage, options)
  } catch (error) {
    await keys?.close()
    await environment.close()
    if (owned !== undefined) releaseLock(dataDir, owned.epoch)
    throw error
  }
}
