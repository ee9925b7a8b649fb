/**
 * emmett on its store in memory.
 */

import { getInMemoryEventStore } from '@event-driven-io/emmett'
import type { Peer, Session } from '../comparison/peer.js'
import { accountId, accounts, driveLanes, payload } from '../comparison/workload.js'
import { add } from './emmett-account.js'
import { installedVersion } from './package-version.js'

const peer: Peer = {
  name: 'emmett, in memory',
  version: installedVersion('@event-driven-io/emmett'),
  durability: 'none: in memory',
  settings:
    'CommandHandler, getInMemoryEventStore(), no projections; it folds the stream for every command',
  isKept: false,
  open: async () => openSession(),
}

export default peer

function openSession(): Session {
  const store = getInMemoryEventStore()
  return {
    run: (commands, inFlight) =>
      driveLanes(commands, inFlight, (account) => add(store, account, payload)),
    recorded: async () => {
      let events = 0
      for (let account = 0; account < accounts; account++) {
        events += (await store.readStream(accountId(account))).events.length
      }
      return events
    },
    close: async () => {},
  }
}
