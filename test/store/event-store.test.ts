/** The event store contract, on both stores. */

import { systemClock } from '../../src/base/clock.js'
import { openMemoryEventStore } from '../../src/store/memory/memory-event-store.js'
import { eventStoreContract } from '../../src/testing/index.js'
import { onEnd } from '../support/scope.js'
import { TemporaryDirectory } from './temporary.js'

eventStoreContract('the memory store', async (t, options) => {
  const store = await openMemoryEventStore({ clock: systemClock, ...options })
  onEnd(t, () => store.close())
  return store
})

for (const durability of ['flush', 'commit'] as const) {
  eventStoreContract(`the LMDB store (${durability})`, async (t, options) => {
    const directory = await TemporaryDirectory.make(t)
    return directory.openStore({ durability, ...options })
  })
}
