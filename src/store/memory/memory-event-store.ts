/**
 * The event store in memory: for tests, simulations and applications that keep nothing.
 *
 * The same store as the durable one, rules and all, over {@link MemoryLogStorage}.
 */

import { createIdSource } from '../../base/ids.js'
import { systemRandom } from '../../base/random.js'
import type { EventStore, EventStoreOptions } from '../contracts.js'
import { parseStoreOptions } from '../options.js'
import { StagedEventStore } from '../staged-event-store.js'
import { MemoryLogStorage } from './memory-log-storage.js'

/** Opens an empty event store. @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT */
export async function openMemoryEventStore(options: EventStoreOptions): Promise<EventStore> {
  const parsed = parseStoreOptions(options)
  const storeId = createIdSource(parsed.clock, systemRandom).next()
  return new StagedEventStore(await MemoryLogStorage.open(storeId), parsed)
}
