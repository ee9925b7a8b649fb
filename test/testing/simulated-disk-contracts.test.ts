/** The contracts of stores and tables, on a simulated disk. */

import { ManualClock } from '../../src/base/manual-clock.js'
import { MemoryDisk } from '../../src/store/memory/memory-disk.js'
import { openDiskEventStore } from '../../src/store/memory/memory-event-store.js'
import { openDiskTables } from '../../src/store/memory/memory-tables.js'
import { DiskLife, type PowerSupply } from '../../src/testing/disk-life.js'
import { eventStoreContract, tableContract } from '../../src/testing/index.js'
import { onEnd } from '../support/scope.js'

function begin(): DiskLife {
  const supply: PowerSupply = {
    spend: () => 'acknowledged',
    lostError: () => new Error('no power'),
    failedError: () => new Error('no disk'),
  }
  return new DiskLife(supply, new ManualClock())
}

eventStoreContract('the store on a simulated disk', async (t, options) => {
  const life = begin()
  const store = await openDiskEventStore(new MemoryDisk(), life, { clock: life, ...options })
  onEnd(t, () => store.close())
  return store
})

tableContract('tables on a simulated disk', async (t, tables) => {
  const db = await openDiskTables(new MemoryDisk(), 'tables', tables, begin())
  onEnd(t, () => db.close())
  return db
})
