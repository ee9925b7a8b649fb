/**
 * The event store in memory: for tests, simulations and applications that keep nothing.
 *
 * The same store as the durable one, rules and all, over {@link MemoryLogStorage}.
 */

import { createIdSource } from '../../base/ids.js'
import { type Random, systemRandom } from '../../base/random.js'
import type { EventStore, EventStoreOptions } from '../contracts.js'
import { parseStoreOptions } from '../options.js'
import { StagedEventStore } from '../staged-event-store.js'
import { type DiskAccess, privateAccess } from './disk-access.js'
import { MemoryDisk } from './memory-disk.js'
import { MemoryLogStorage } from './memory-log-storage.js'

/** Opens an empty event store. @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT */
export function openMemoryEventStore(options: EventStoreOptions): Promise<EventStore> {
  const disk = new MemoryDisk()
  return openDiskEventStore(disk, privateAccess(disk), options)
}

/**
 * Opens the event store of a disk. Whoever opened it before must be through, or have lost it.
 *
 * @param random - For the id of a new store.
 * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
 */
export async function openDiskEventStore(
  disk: MemoryDisk,
  access: DiskAccess,
  options: EventStoreOptions,
  random: Random = systemRandom,
): Promise<EventStore> {
  const parsed = parseStoreOptions(options)
  const storeId = createIdSource(parsed.clock, random).next()
  return new StagedEventStore(await MemoryLogStorage.open(disk, access, storeId), parsed)
}
