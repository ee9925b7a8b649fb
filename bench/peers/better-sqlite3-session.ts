/**
 * What a good engineer would write instead of using a library: SQLite by hand, one transaction per tick.
 *
 * Commands that arrive in one turn of the event loop share one transaction and its fsync, and are settled after
 * it. The states are kept in memory, so nothing is read back; accounts are numbers in the table of events, which
 * keeps the index that a stream is read by small. What is recorded beside the payload is up to the caller.
 * Versions 13 and later do not load on Node 20.
 */

import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import Database from 'better-sqlite3'
import type { Peer, Session } from '../comparison/peer.js'
import {
  type Account,
  type Amount,
  accountId,
  accounts,
  assertValid,
  driveLanes,
  emptyAccount,
  evolve,
  payload,
} from '../comparison/workload.js'
import { installedVersion } from './package-version.js'

const tables = `
  CREATE TABLE IF NOT EXISTS accounts (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
  CREATE TABLE IF NOT EXISTS events (
    position INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts,
    version INTEGER NOT NULL,
    type TEXT NOT NULL,
    recordedMs INTEGER NOT NULL,
    data TEXT NOT NULL,
    schemaVersion INTEGER,
    commandId TEXT,
    correlationId TEXT,
    causationId TEXT,
    userId TEXT,
    checksum INTEGER,
    UNIQUE (account, version)
  );
`

/** What is recorded beside the payload. */
export interface Recorded {
  readonly columns: readonly string[]
  valuesOf(data: string): readonly (string | number | null)[]
}

/** No more than it takes to have the payload back. */
export const nothingElse: Recorded = { columns: [], valuesOf: () => [] }

/** What a record of Dramatis holds too; what equals its default is not repeated there either. */
export const metadataToo: Recorded = {
  columns: ['schemaVersion', 'commandId', 'correlationId', 'causationId', 'userId', 'checksum'],
  valuesOf: (data) => [1, randomUUID(), null, null, null, crc32(data)],
}

/** What both peers are, but for their names. */
export const described: Pick<Peer, 'version' | 'durability' | 'isKept'> = {
  version: installedVersion('better-sqlite3'),
  durability: 'power loss: fsync per transaction, before the answer',
  isKept: true,
}

/** The settings of both. */
export const settings =
  'journal_mode=WAL, synchronous=FULL, one transaction per turn of the event loop, prepared insert, states in memory'

interface Waiting {
  readonly account: number
  readonly command: Amount
  readonly resolve: (version: number) => void
  readonly reject: (error: unknown) => void
}

export function openSession(directory: string, recorded: Recorded): Session {
  const database = new Database(join(directory, 'events.db'))
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.exec(tables)
  const count = database.prepare('SELECT count(*) FROM events').pluck()
  const append = appenderTo(database, recorded)
  return {
    run: (commands, inFlight) =>
      driveLanes(commands, inFlight, (account) => append(account, payload)),
    recorded: async () => Number(count.get()),
    close: async () => void database.close(),
  }
}

/** @returns what settles a command when its transaction is on the disk. */
function appenderTo(
  database: Database.Database,
  { columns, valuesOf }: Recorded,
): (account: number, command: Amount) => Promise<number> {
  const names = ['account', 'version', 'type', 'recordedMs', 'data', ...columns]
  const insert = database.prepare(
    `INSERT INTO events (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
  )
  const states = statesIn(database)
  let waiting: Waiting[] = []

  const write = database.transaction((group: readonly Waiting[]) => {
    const recordedMs = Date.now()
    for (const { account, command } of group) {
      const state = evolve(states[account]!, command)
      const data = JSON.stringify(command)
      insert.run(account, state.count, 'Added', recordedMs, data, ...valuesOf(data))
      states[account] = state
    }
  })
  const flush = (): void => {
    const group = waiting
    waiting = []
    try {
      write(group)
    } catch (error) {
      for (const { reject } of group) reject(error)
      return
    }
    for (const { account, resolve } of group) resolve(states[account]!.count)
  }
  return (account, command) => {
    assertValid(command)
    return new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(flush)
      waiting.push({ account, command, resolve, reject })
    })
  }
}

/** Every account is known from the start, with what was recorded of it. */
function statesIn(database: Database.Database): Account[] {
  const register = database.prepare('INSERT OR IGNORE INTO accounts (number, id) VALUES (?, ?)')
  database.transaction(() => {
    for (let account = 0; account < accounts; account++) register.run(account, accountId(account))
  })()
  const states = Array.from({ length: accounts }, () => emptyAccount)
  const recorded = database.prepare<[], { account: number; data: string }>(
    'SELECT account, data FROM events ORDER BY position',
  )
  for (const { account, data } of recorded.iterate()) {
    states[account] = evolve(states[account]!, JSON.parse(data))
  }
  return states
}
