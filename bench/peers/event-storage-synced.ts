/**
 * event-storage as its documentation asks for strict durability.
 */

import type { Peer } from '../comparison/peer.js'
import { openEventStorage } from './event-storage-session.js'
import { installedVersion } from './package-version.js'

const peer: Peer = {
  name: 'event-storage, synced',
  version: installedVersion('event-storage'),
  durability: 'power loss: fsync per tick and stream, before the answer',
  settings: 'syncOnFlush: true; expected versions, states in memory',
  isKept: true,
  open: (directory) => openEventStorage(directory, true),
}

export default peer
