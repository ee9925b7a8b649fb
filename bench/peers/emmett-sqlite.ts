/**
 * emmett on SQLite, over one connection that stays open, with one command at a time.
 *
 * Its store opens a connection for every operation unless it is given one. Those of several commands at once
 * meet at the lock of the file and fail with SQLITE_BUSY; over the one connection several commands at once would
 * share a transaction, and some would be settled before it is committed. One at a time is what it can do safely,
 * and the one connection makes it several times as fast as it is without. The newest versions of its two packages
 * that can be had differ in their last number; the manifest lets them.
 */

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { getSQLiteEventStore, sqliteConnection } from '@event-driven-io/emmett-sqlite'
import type { Peer, Session } from '../comparison/peer.js'
import { driveLanes, payload } from '../comparison/workload.js'
import { add } from './emmett-account.js'
import { installedVersion } from './package-version.js'

const peer: Peer = {
  name: 'emmett, on SQLite',
  version: installedVersion('@event-driven-io/emmett-sqlite'),
  durability: 'power loss: fsync per command, before the answer',
  settings:
    'CommandHandler, getSQLiteEventStore over one connection (WAL, synchronous=FULL by default), no projections; one command at a time: more at once fail or share a transaction',
  isKept: true,
  inFlightMax: 1,
  open: openSession,
}

export default peer

async function openSession(directory: string): Promise<Session> {
  await mkdir(directory, { recursive: true })
  const fileName = join(directory, 'events.db')
  const connection = sqliteConnection({ fileName })
  // The connection asks for WAL and does not wait for it, which fails when a transaction comes first.
  await connection.query('PRAGMA journal_mode = WAL')
  const store = getSQLiteEventStore({
    fileName,
    connectionOptions: { singleton: true, connection },
  })
  await store.schema.migrate()
  return {
    run: (commands, inFlight) =>
      driveLanes(commands, inFlight, (account) => add(store, account, payload)),
    recorded: async () => {
      const found = await connection.querySingle<{ events: number }>(
        'SELECT count(*) AS events FROM emt_messages',
      )
      return found!.events
    },
    close: async () => connection.close(),
  }
}
