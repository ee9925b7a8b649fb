/**
 * SQLite by hand, recording command ids, metadata and checksums as well.
 */

import type { Peer } from '../comparison/peer.js'
import { described, metadataToo, openSession, settings } from './better-sqlite3-session.js'

const peer: Peer = {
  ...described,
  name: 'better-sqlite3, by hand, with metadata',
  settings: `${settings}; command ids, metadata and checksums as well`,
  open: async (directory) => openSession(directory, metadataToo),
}

export default peer
