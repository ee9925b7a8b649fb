/**
 * Dramatis on its memory store: the same code, without the disk.
 */

import { openDramatisSession } from './dramatis-session.js'
import type { Peer } from './peer.js'
import { versionIn } from './workload.js'

const peer: Peer = {
  name: 'Dramatis, in memory',
  version: versionIn(new URL('../../../', import.meta.url)),
  durability: 'none: in memory',
  settings: 'no dataDir, the rest as it is by default',
  isKept: false,
  open: () => openDramatisSession({}),
}

export default peer
