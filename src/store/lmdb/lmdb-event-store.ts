/**
 * Opening the event store in a data directory: format, identity, ownership.
 *
 * The order is what makes it safe: look whether somebody owns the directory, then, in one write
 * transaction, check the format, take the lock and count the epoch up; only then open the rest.
 */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DramatisError } from '../../base/errors.js'
import { failpoint } from '../../base/failpoint.js'
import { createIdSource } from '../../base/ids.js'
import { systemRandom } from '../../base/random.js'
import { decodeValue, encodeValue } from '../../events/codec.js'
import type { EventStore, EventStoreOptions } from '../contracts.js'
import { makeDurableDirectory } from '../durable-directory.js'
import { FormatVersionError } from '../errors.js'
import type { KeyVault } from '../keys/key-vault.js'
import { type ParsedStoreOptions, parseStoreOptions } from '../options.js'
import { StagedEventStore } from '../staged-event-store.js'
import { DiskSpace } from './disk-space.js'
import {
  type BytesTable,
  type Environment,
  openEnvironment,
  openTable,
  unavailable,
} from './environment.js'
import { encodeEntry } from './group-entry.js'
import { positionKeys, textKeys } from './keys.js'
import { openLmdbKeyVault } from './lmdb-key-vault.js'
import { LmdbLogStorage } from './lmdb-log-storage.js'
import { assertUnlocked, releaseLock, takeLock } from './lock.js'

/** The format of the log's tables and records. */
export const logFormat = 4

/** What the owner of a directory knows of it. */
export interface Ownership {
  readonly storeId: string
  readonly epoch: number
}

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

/** One write transaction: either this process is the owner afterwards, or nothing has changed. */
export function takeOwnership(
  environment: Environment,
  dataDir: string,
  { clock }: Pick<ParsedStoreOptions, 'clock'>,
): Ownership {
  const meta = openTable(environment, 'meta', textKeys)
  const groups = openTable(environment, 'groups', positionKeys)
  return meta.transactionSync(() => {
    const format = readMeta(meta, 'format')
    if (format !== undefined && format !== logFormat) {
      throw new FormatVersionError(dataDir, logFormat, format)
    }
    const epoch = ((readMeta(meta, 'epoch') as number | undefined) ?? 0) + 1
    const storeId =
      (readMeta(meta, 'storeId') as string | undefined) ??
      createIdSource(clock, systemRandom).next()
    takeLock(dataDir, epoch)
    // The group before the first one: where it ends, the first begins.
    if (format === undefined) groups.putSync(0, encodeEntry(0, new Map()))
    meta.putSync('format', encodeValue(logFormat))
    meta.putSync('storeId', encodeValue(storeId))
    meta.putSync('epoch', encodeValue(epoch))
    return { storeId, epoch }
  })
}

function readMeta(meta: BytesTable<string>, name: string): unknown {
  const bytes = meta.getBinary(name)
  return bytes === undefined ? undefined : decodeValue(bytes)
}
