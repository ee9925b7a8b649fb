/**
 * The workload on a runtime: one actor per account, with its schema, its state and its receipts.
 */

import { openRuntime } from 'dramatis'
import app, { Counter } from '../programs/counter.js'
import type { Session } from './peer.js'
import { accountId, accounts, driveLanes, payload } from './workload.js'

export async function openDramatisSession(storage: {
  readonly dataDir?: string
}): Promise<Session> {
  const runtime = await openRuntime({ app, workers: 'inline', ...storage })
  const counters = Array.from({ length: accounts }, (_, account) =>
    runtime.actor(Counter, accountId(account)),
  )
  return {
    run: (commands, inFlight) =>
      driveLanes(commands, inFlight, (account) => counters[account]!.send('add', payload)),
    recorded: async () => runtime.status().store.head,
    close: () => runtime.close(),
  }
}
