/**
 * The lock of a data directory: one owner process at a time.
 *
 * `lock` holds the owner's process id, its start identity and its epoch. A lock whose owner is not
 * running is taken over. Taking happens inside a write transaction of the log's environment, whose
 * mutex the system frees when its holder dies: so two processes that find the same dead owner cannot
 * both take over, and nobody is locked out by a crash.
 *
 * Where the file cannot tell, because it was deleted, or copied with its directory, or names a process of another
 * container, the slots of the log's readers do: the owner takes one before anybody can see that it is the owner,
 * keeps it while it has the log open, and the system takes it away when the owner ends, however it ends.
 */

import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { failpoint } from '../../base/failpoint.js'
import { StoreLockedError } from '../errors.js'
import { unavailable } from './environment.js'
import { isRunning, ownIdentity, type ProcessIdentity } from './process-identity.js'

export interface LockContent extends ProcessIdentity {
  readonly epoch: number
  /** The directory that was locked, as the file system knows it. Absent in what earlier versions wrote. */
  readonly directory?: string
}

/** What the log itself knows of its owner. */
export interface LogEvidence {
  /** Processes that have the log open, this one left out unless it had before. */
  readonly pids: readonly number[]
  /** Who owned it last and did not give it up; `undefined`: nobody. */
  readonly owner: number | undefined
}

/**
 * Without the log, as far as the file can tell.
 *
 * @throws {StoreLockedError} DRAMATIS_STORE_LOCKED when the owner is running, this process too.
 */
export function assertUnlocked(dataDir: string): void {
  const lock = readLock(dataDir)
  if (lock === undefined || isCopied(lock, dataDir)) return
  if (isRunning(lock) === true) throw new StoreLockedError(dataDir, lock.pid)
}

/**
 * With the log, whatever became of the file.
 *
 * @throws {StoreLockedError} DRAMATIS_STORE_LOCKED
 */
export function assertUnowned(dataDir: string, { pids, owner }: LogEvidence): void {
  assertUnlocked(dataDir)
  const named = readLock(dataDir)?.pid ?? owner
  if (named !== undefined && pids.includes(named) && !isDead(dataDir)) {
    throw new StoreLockedError(dataDir, named)
  }
}

/**
 * Takes the lock. Only inside a write transaction of the directory's log, before this process reads it.
 *
 * @throws {StoreLockedError} DRAMATIS_STORE_LOCKED
 */
export function takeLock(dataDir: string, epoch: number, evidence: LogEvidence): void {
  assertUnowned(dataDir, evidence)
  const directory = directoryOf(dataDir)
  const content: LockContent = { ...ownIdentity(), epoch, directory }
  const path = lockPath(dataDir)
  // One name for all: the transaction lets nobody else in, and a crash leaves no more than this.
  const complete = `${path}.next`
  writeFileSync(complete, `${JSON.stringify(content)}\n`)
  renameSync(complete, path)
  failpoint('open.lock-written')
}

/** Gives the lock up, unless it has passed to somebody else. */
export function releaseLock(dataDir: string, epoch: number): void {
  const owner = readLock(dataDir)
  if (owner?.pid === process.pid && owner.epoch === epoch)
    rmSync(lockPath(dataDir), { force: true })
}

/** The file names a process that has certainly ended: who has the log open under that id only reads. */
function isDead(dataDir: string): boolean {
  const lock = readLock(dataDir)
  return lock !== undefined && !isCopied(lock, dataDir) && isRunning(lock) === false
}

/** Whether the lock is of another directory than the one that it lies in. */
function isCopied({ directory }: LockContent, dataDir: string): boolean {
  return directory !== undefined && directory !== directoryOf(dataDir)
}

function directoryOf(dataDir: string): string {
  const { dev, ino } = statSync(dataDir, { bigint: true })
  return `${dev}:${ino}`
}

/**
 * `undefined`: no lock, or none that anybody could hold.
 *
 * @throws {StoreUnavailableError} DRAMATIS_STORE_UNAVAILABLE: there is no reading it.
 */
function readLock(dataDir: string): LockContent | undefined {
  try {
    return parseLock(readFileSync(lockPath(dataDir), 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw unavailable(dataDir, error)
  }
}

/** What a lock file says; `undefined`: nothing that anybody could hold. */
export function parseLock(text: string): LockContent | undefined {
  try {
    const content: unknown = JSON.parse(text)
    return isLockContent(content) ? content : undefined
  } catch {
    return undefined
  }
}

function isLockContent(value: unknown): value is LockContent {
  const content = value as Partial<LockContent> | null
  return (
    typeof content?.pid === 'number' &&
    Number.isInteger(content.pid) &&
    content.pid > 0 &&
    typeof content.started === 'string' &&
    typeof content.epoch === 'number' &&
    ['string', 'undefined'].includes(typeof content.pidNamespace) &&
    ['string', 'undefined'].includes(typeof content.directory)
  )
}

function lockPath(dataDir: string): string {
  return join(dataDir, 'lock')
}
