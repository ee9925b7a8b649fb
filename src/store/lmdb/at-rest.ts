/**
 * Data directories that nobody writes to while they are read from end to end: checked, or copied.
 *
 * Nobody is kept out. Before, nobody may own the directory, whatever became of its lock file: the log and the slots of its
 * readers tell. Afterwards, no environment may have seen a transaction since. Processes that only read are welcome.
 *
 * This process's own slots say nothing, since who checks has some too: what it writes itself is seen afterwards.
 */

import { join } from 'node:path'
import { StoreChangedError } from '../errors.js'
import { Findings } from '../verification.js'
import { DataFile } from './data-file.js'
import { openTable } from './environment.js'
import { textKeys } from './keys.js'
import { assertUnlocked, assertUnowned, type LogEvidence } from './lock.js'
import { readEvidence } from './log-owner.js'
import { environmentsIn, hasEnvironment, openExisting } from './verify/open-existing.js'

/** The last transaction of each environment, by its directory; `null`: that cannot be read. */
export type Transactions = ReadonlyMap<string, number | null>

/**
 * @returns what {@link assertStillAtRest} is to be given.
 * @throws {StoreLockedError} DRAMATIS_STORE_LOCKED
 * @throws {StoreUnavailableError} DRAMATIS_STORE_UNAVAILABLE: there is a log, and it cannot be opened.
 */
export async function assertAtRest(dataDir: string): Promise<Transactions> {
  assertUnlocked(dataDir)
  const log = join(dataDir, 'log')
  if (hasEnvironment(log)) assertUnowned(dataDir, await evidenceIn(log))
  return await transactionsIn(dataDir)
}

/**
 * @throws {StoreLockedError} DRAMATIS_STORE_LOCKED
 * @throws {StoreChangedError} DRAMATIS_STORE_CHANGED
 */
export async function assertStillAtRest(dataDir: string, before: Transactions): Promise<void> {
  const now = await assertAtRest(dataDir)
  for (const name of new Set([...before.keys(), ...now.keys()])) {
    if (before.get(name) !== now.get(name)) throw new StoreChangedError(dataDir, name)
  }
}

/** What of it cannot be read tells nothing: whoever reads the log will say so. */
async function evidenceIn(log: string): Promise<LogEvidence> {
  const environment = await openExisting(log, ['meta'], 'meta', new Findings(0))
  if (environment === null) return noEvidence
  try {
    const { pids, owner } = readEvidence(environment, openTable(environment, 'meta', textKeys))
    return { pids: pids.filter((pid) => pid !== process.pid), owner }
  } catch {
    return noEvidence
  } finally {
    await environment.close()
  }
}

const noEvidence: LogEvidence = Object.freeze({ pids: [], owner: undefined })

async function transactionsIn(dataDir: string): Promise<Transactions> {
  const there = await environmentsIn(dataDir)
  return new Map(there.map((each) => [each, lastTransaction(join(dataDir, each, 'data.mdb'))]))
}

/** Without LMDB, which would keep a file open that somebody else has replaced. */
function lastTransaction(path: string): number | null {
  try {
    const file = new DataFile(path)
    try {
      return file.readMeta().transaction
    } finally {
      file.close()
    }
  } catch {
    return null
  }
}
