/**
 * The lock of a data directory: one owner process at a time.
 *
 * `lock` holds the owner's process id, its start identity and its epoch. A lock whose owner is not
 * running is taken over. Taking happens inside a write transaction of the log's environment, whose
 * mutex the system frees when its holder dies: so two processes that find the same dead owner cannot
 * both take over, and nobody is locked out by a crash.
 */

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { failpoint } from '../../base/failpoint.js'
import { StoreLockedError } from '../errors.js'
import { unavailable } from './environment.js'
import { isRunning, ownIdentity, type ProcessIdentity } from './process-identity.js'

export interface LockContent extends ProcessIdentity {
  readonly epoch: number
}

/** @throws {StoreLockedError} DRAMATIS_STORE_LOCKED when the owner is running, this process too. */
export function assertUnlocked(dataDir: string): void {
  const owner = readLock(dataDir)
  if (owner !== undefined && isRunning(owner)) throw new StoreLockedError(dataDir, owner.pid)
}

/**
 * Takes the lock. Only inside a write transaction of the directory's log.
 *
 * @throws {StoreLockedError} DRAMATIS_STORE_LOCKED
 */
export function takeLock(dataDir: string, epoch: number): void {
  assertUnlocked(dataDir)
  const content: LockContent = { ...ownIdentity(), epoch }
  const path = lockPath(dataDir)
  // One name for all: the transaction lets nobody else in, and a crash leaves no more than this.
  const complete = `${path}.next`
  writeFileSync(complete, `${JSON.stringify(content)}\n`)
  renameSync(complete, path)
  failpoint('open.lock-written')
}

/** Whether this process still holds the lock of that epoch. */
export function holdsLock(dataDir: string, epoch: number): boolean {
  const owner = readLock(dataDir)
  return owner !== undefined && owner.pid === process.pid && owner.epoch === epoch
}

/** Gives the lock up, unless it has passed to somebody else. */
export function releaseLock(dataDir: string, epoch: number): void {
  if (holdsLock(dataDir, epoch)) rmSync(lockPath(dataDir), { force: true })
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
    typeof content.epoch === 'number'
  )
}

function lockPath(dataDir: string): string {
  return join(dataDir, 'lock')
}
