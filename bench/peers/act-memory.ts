/**
 * Act on its store in memory, with the state, the schemas and the action of its documentation.
 *
 * It asks for Node 22 and runs on 20. It reads its configuration from the environment when it is loaded, and the
 * working directory's package.json: its own pause between steps in memory is switched off, and so is its tracing.
 */

import { z } from 'zod'
import type { Peer, Session } from '../comparison/peer.js'
import { accountId, driveLanes, emptyAccount, evolve, payload } from '../comparison/workload.js'
import { installedVersion } from './package-version.js'

const peer: Peer = {
  name: 'act, in memory',
  version: installedVersion('@rotorsoft/act'),
  durability: 'none: in memory',
  settings:
    'state, act, InMemoryStore, InMemoryCache; NODE_ENV=production, LOG_LEVEL=error, SLEEP_MS=0 (100 by default)',
  isKept: false,
  open: openSession,
}

export default peer

async function openSession(): Promise<Session> {
  Object.assign(process.env, { NODE_ENV: 'production', LOG_LEVEL: 'error', SLEEP_MS: '0' })
  const { act, cache, state, store } = await import('@rotorsoft/act')
  const amount = z.object({ amountCents: z.int().min(0), note: z.string().max(200) })
  const Counter = state({ Counter: z.object({ count: z.number(), totalCents: z.number() }) })
    .init(() => ({ ...emptyAccount }))
    .emits({ Added: amount })
    .patch({ Added: ({ data }, account) => evolve(account, data) })
    .on({ add: amount })
    .emit('Added')
    .build()
  const app = act().withState(Counter).build()
  const actor = { id: 'bench', name: 'bench' }
  return {
    run: (commands, inFlight) =>
      driveLanes(commands, inFlight, (account) =>
        app.do('add', { stream: accountId(account), actor }, payload),
      ),
    recorded: async () => {
      let recorded = 0
      await app.query({}, () => recorded++)
      return recorded
    },
    // Store and cache are of the process: the next session finds them empty.
    close: async () => {
      await store().drop()
      await cache().clear()
    },
  }
}
