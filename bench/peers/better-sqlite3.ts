/**
 * SQLite by hand, recording no more than the payload, its type, version and time.
 */

import type { Peer } from '../comparison/peer.js'
import { described, nothingElse, openSession, settings } from './better-sqlite3-session.js'

const peer: Peer = {
  ...described,
  name: 'better-sqlite3, by hand',
  settings: `${settings}; no more than the payload, its type, version and time`,
  open: async (directory) => openSession(directory, nothingElse),
}

export default peer
