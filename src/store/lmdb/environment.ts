/**
 * Opening an LMDB environment: one place for every option that decides what can be lost.
 *
 * `overlappingSync` is off: LMDB then flushes a transaction before readers can see it, so no reader
 * on any thread ever acts on what a power cut could undo. With durability `commit` the meta page is
 * not flushed (`noMetaSync`): a power cut may undo the last transactions, but never tears one.
 * Never set: `useWritemap`, `noMemInit`, `noSync`, `cache`, `compression`.
 *
 * The first opener in a process decides the flags for all its threads: the host opens before any
 * worker does.
 */

import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  type Database,
  type Key,
  open,
  type RootDatabase,
  type RootDatabaseOptions,
  type RootDatabaseOptionsWithPath,
} from 'lmdb'
import { yieldToEventLoop } from '../../base/signal.js'
import { uninterrupted } from '../../base/uninterrupted.js'
import type { Durability } from '../contracts.js'
import { makeDurableDirectory, syncPath } from '../durable-directory.js'
import { CommitUnknownError, StoreUnavailableError } from '../errors.js'
import { placeBlankFile } from './blank-file.js'
import type { KeyEncoder } from './keys.js'
import { assertOpenable } from './openable.js'

export type Environment = RootDatabase<Buffer, Buffer>
export type BytesTable<K extends Key> = Database<Buffer, K>

/** Tables in one environment. */
const tablesMax = 64
/** Threads and processes that read at the same time. */
const readersMax = 2_048

/** Opens, or creates, the environment in the directory `path`. @throws StoreUnavailableError */
export async function openEnvironment(path: string, durability: Durability): Promise<Environment> {
  try {
    const dataFile = join(path, 'data.mdb')
    const isNew = !existsSync(dataFile)
    // Where the file is, its directories were made durable before it was made.
    if (isNew) await makeDurableDirectory(path)
    await assertOpenable(path)
    if (isNew) await placeBlankFile(dataFile)
    const environment = openGuarded(path, durability)
    if (isNew) await syncCreated(path)
    return environment
  } catch (cause) {
    throw unavailable(path, cause)
  }
}

/** Opens what is there. A thread that is ended while LMDB opens takes the process with it. */
export function openGuarded(path: string, durability: Durability): Environment {
  return uninterrupted(() => open(environmentOptions(path, durability)))
}

/** What every opener passes to LMDB, on any thread. */
export function environmentOptions(
  path: string,
  durability: Durability,
): RootDatabaseOptionsWithPath {
  return {
    path,
    // A dot in a directory's name would otherwise make it a file.
    noSubdir: false,
    encoding: 'binary',
    keyEncoding: 'binary',
    maxDbs: tablesMax,
    maxReaders: readersMax,
    overlappingSync: false,
    noMetaSync: durability === 'commit',
  }
}

/** Opens one of the log's tables. Every table is opened before anything is written. */
export function openTable<K extends Key>(
  environment: Environment,
  name: string,
  keyEncoder: KeyEncoder<K>,
): BytesTable<K> {
  const options: RootDatabaseOptions & { readonly name: string } = {
    name,
    encoding: 'binary',
    keyEncoder,
  }
  return uninterrupted(() => environment.openDB<Buffer, K>(options))
}

/** A new file survives a power cut only when the directories that name it were flushed too. */
export async function syncCreated(path: string): Promise<void> {
  await syncPath(join(path, 'data.mdb'))
  await syncPath(path)
  await syncPath(dirname(path))
}

/**
 * Waits for a write to be durable.
 *
 * LMDB rejects with an error whose `commitError` is a second promise that rejects with the reason;
 * it must not become an unhandled rejection.
 *
 * @param database - A table, or the environment, that was written to.
 * @throws {CommitUnknownError} DRAMATIS_COMMIT_UNKNOWN
 */
export async function settled(
  database: Committing,
  written: Promise<unknown>,
  what: string,
): Promise<void> {
  void adoptTurn(database)
  try {
    await written
  } catch (cause) {
    const reason = (cause as { commitError?: Promise<unknown> } | null)?.commitError
    reason?.catch(() => {})
    throw new CommitUnknownError(what, { cause })
  }
}

/** The part of a database that says how its last commit went. */
interface Committing {
  readonly committed: PromiseLike<unknown>
}

/**
 * What is written in one turn of the event loop LMDB closes at its end, sometimes with a promise that it
 * gives to nobody. When the commit fails that one rejects too, and unhandled it would end the process.
 */
async function adoptTurn({ committed }: Committing): Promise<void> {
  // Asked for after the last put, so it comes after LMDB's own end of the turn.
  await yieldToEventLoop()
  committed.then(ignore, ignore)
}

function ignore(): void {}

/** An error of the file system or of LMDB, as the documented one. */
export function unavailable(path: string, cause: unknown): StoreUnavailableError {
  return new StoreUnavailableError(path, (cause as Error).message, { cause })
}
