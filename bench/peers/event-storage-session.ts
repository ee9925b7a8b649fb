/**
 * The workload on event-storage: states in memory, every commit under the version that it expects, settled by
 * the store's own callback.
 */

import { once } from 'node:events'
import EventStore from 'event-storage'
import type { Session } from '../comparison/peer.js'
import {
  accountId,
  accounts,
  assertValid,
  driveLanes,
  emptyAccount,
  evolve,
  payload,
} from '../comparison/workload.js'

export async function openEventStorage(directory: string, isSynced: boolean): Promise<Session> {
  const store = new EventStore('accounts', {
    storageDirectory: directory,
    storageConfig: { syncOnFlush: isSynced },
  })
  await once(store, 'ready')
  const states = Array.from({ length: accounts }, () => emptyAccount)

  const add = (account: number): Promise<void> => {
    assertValid(payload)
    const state = states[account]!
    return new Promise((resolve) => {
      const event = { type: 'Added', ...payload }
      store.commit(accountId(account), [event], state.count, () => resolve())
      states[account] = evolve(state, payload)
    })
  }
  return {
    run: (commands, inFlight) => driveLanes(commands, inFlight, add),
    recorded: async () => countIn(store),
    close: async () => store.close(),
  }
}

/** Reads every stream, and does not take the store's word for it. */
function countIn(store: EventStore): number {
  let recorded = 0
  for (let account = 0; account < accounts; account++) {
    for (const _ of store.getEventStream(accountId(account)) || []) recorded++
  }
  return recorded
}
