/**
 * The ceiling: the same bytes in the same groups, with msgpackr and lmdb and nothing else.
 */

import { openBareLog } from '../programs/bare-log.js'
import type { Peer } from './peer.js'
import { accounts, versionIn } from './workload.js'

const modules = new URL('../../../node_modules/', import.meta.url)

const peer: Peer = {
  name: 'bare lmdb and msgpackr',
  version: `${versionIn(new URL('lmdb/', modules))} and ${versionIn(new URL('msgpackr/', modules))}`,
  durability: 'power loss: fsync per group',
  settings: 'records and heads, overlappingSync: false; no checks, no actors, no receipts',
  isKept: true,
  open: async (directory) => {
    const log = openBareLog(directory, true)
    return {
      run: async (commands) => {
        for (let written = 0; written < commands; written += accounts) await log.writeGroup()
      },
      recorded: async () => log.recorded(),
      close: () => log.close(),
    }
  },
}

export default peer
