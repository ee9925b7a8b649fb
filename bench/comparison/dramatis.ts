/**
 * Dramatis as users run it, on its log.
 */

import { openDramatisSession } from './dramatis-session.js'
import type { Peer } from './peer.js'
import { versionIn } from './workload.js'

const peer: Peer = {
  name: 'Dramatis',
  version: versionIn(new URL('../../../', import.meta.url)),
  durability: 'power loss: fsync per group, before the receipt',
  settings: "workers: 'inline', the rest as it is by default",
  isKept: true,
  open: (directory) => openDramatisSession({ dataDir: directory }),
}

export default peer
