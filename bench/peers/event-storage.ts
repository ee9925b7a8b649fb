/**
 * event-storage as it is by default: one file per stream, buffered.
 */

import type { Peer } from '../comparison/peer.js'
import { openEventStorage } from './event-storage-session.js'
import { installedVersion } from './package-version.js'

const peer: Peer = {
  name: 'event-storage',
  version: installedVersion('event-storage'),
  durability: 'the process: written per tick and stream, never synced',
  settings: 'as it is by default; expected versions, states in memory',
  isKept: true,
  open: (directory) => openEventStorage(directory, false),
}

export default peer
