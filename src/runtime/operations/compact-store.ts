/**
 * `compactStore`: gives back the room that a data directory takes and does not need.
 *
 * Everything is copied compactly to `dataDir/compacting`, checked there, and moved into place file by file. What an
 * environment says does not change by that, and one file takes the place of another at once: so whatever the moment of a
 * crash, the directory is what it was, partly compact.
 *
 * The directory is owned meanwhile, so nobody opens it.
 */

import { existsSync } from 'node:fs'
import { readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '../../base/clock.js'
import { DramatisError } from '../../base/errors.js'
import { knownKeys } from '../../base/options.js'
import { syncPath } from '../../store/durable-directory.js'
import { CopyFailedError, StoreUnavailableError } from '../../store/errors.js'
import { copyEnvironment } from '../../store/lmdb/copy-environment.js'
import { type Environment, openEnvironment } from '../../store/lmdb/environment.js'
import { assertUnlocked, releaseLock } from '../../store/lmdb/lock.js'
import { takeOwnership } from '../../store/lmdb/log-owner.js'
import { hasEnvironment } from '../../store/lmdb/verify/open-existing.js'
import { type BackupOptions, copyVerified } from './backups.js'
import { alreadyUndisturbed } from './copy-directory.js'
import { UnsoundStoreError } from './operation-errors.js'
import {
  assertFlowOptions,
  checkContents,
  checkPages,
  parseDirectory,
  type StoreReport,
} from './verify-store.js'

/** Where copies are made, below the data directory. */
const copiesName = 'compacting'

export type CompactOptions = BackupOptions

export interface CompactResult {
  /** Of the files that were compacted, before. */
  readonly bytesBefore: number
  readonly bytesAfter: number
  readonly durationMs: number
  /** What checking the compact copy has counted; it is sound. */
  readonly report: StoreReport
}

/** What is about to be done: for tests, which end the process there. */
export type CompactStep = 'owned' | 'checked' | 'copied' | `moved ${string}` | 'removed'

/**
 * Compacts a data directory that no process has open. Needs as much free room as the compact copy takes. Whatever happens on
 * the way, a power cut too, the directory can be opened and has lost nothing.
 *
 * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
 * @throws {StoreLockedError} DRAMATIS_STORE_LOCKED
 * @throws {UnsoundStoreError} DRAMATIS_STORE_UNSOUND: nothing was moved.
 * @throws {CopyFailedError} DRAMATIS_COPY_FAILED
 * @throws {StoreUnavailableError} DRAMATIS_STORE_UNAVAILABLE
 * @throws {FormatVersionError} DRAMATIS_FORMAT_VERSION
 */
export async function compactStore(
  dataDir: string,
  options: CompactOptions = {},
): Promise<CompactResult> {
  knownKeys('compactStore', options, ['onProgress', 'signal'])
  assertFlowOptions(options)
  return await compactWithFailpoint(parseDirectory('dataDir', dataDir), options, () => {})
}

/** @param failpoint - Called at each step; what it throws ends the work there. */
export async function compactWithFailpoint(
  dataDir: string,
  options: CompactOptions,
  failpoint: (step: CompactStep) => void,
): Promise<CompactResult> {
  assertUnlocked(dataDir)
  if (!hasEnvironment(join(dataDir, 'log'))) {
    throw new StoreUnavailableError(dataDir, 'there is no log in it')
  }
  await checkPages(dataDir, watched(options))
  const { environment, epoch } = await own(dataDir)
  const copies = join(dataDir, copiesName)
  try {
    failpoint('owned')
    await rm(copies, { recursive: true, force: true })
    return await compactOwned(dataDir, copies, options, failpoint)
  } catch (error) {
    await rm(copies, { recursive: true, force: true })
    if (error instanceof DramatisError || options.signal?.aborted === true) throw error
    throw new CopyFailedError(copies, (error as Error).message, { cause: error })
  } finally {
    await environment.close()
    releaseLock(dataDir, epoch)
  }
}

/** What is checked before anything is copied tells nobody how far it is. */
function watched({ signal }: CompactOptions): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal }
}

/** Becomes the owner. The log stays open, since that is how others can see that it is owned. */
async function own(dataDir: string): Promise<{
  readonly environment: Environment
  readonly epoch: number
}> {
  const environment = await openEnvironment(join(dataDir, 'log'), 'flush')
  try {
    const { epoch } = takeOwnership(environment, dataDir, { clock: systemClock })
    return { environment, epoch }
  } catch (error) {
    await environment.close()
    throw error
  }
}

async function compactOwned(
  dataDir: string,
  copies: string,
  options: CompactOptions,
  failpoint: (step: CompactStep) => void,
): Promise<CompactResult> {
  const startedMs = systemClock.elapsedMs()
  const { signal, onProgress } = options
  const found = await checkContents(dataDir, watched(options), startedMs)
  if (!found.isSound) throw new UnsoundStoreError(dataDir, found)
  failpoint('checked')
  const how = { undisturbed: alreadyUndisturbed, isCompact: true }
  const { report } = await copyVerified(dataDir, copies, how, { signal, onProgress })
  assertSame(dataDir, found, report)
  const environments = ['work', 'log', 'keys', ...(await copyViews(dataDir, copies))]
  failpoint('copied')
  let bytesBefore = 0
  let bytesAfter = 0
  for (const name of environments.filter((each) => hasEnvironment(join(copies, each)))) {
    const [from, to] = [copies, dataDir].map((each) => join(each, name, 'data.mdb')) as [
      string,
      string,
    ]
    bytesBefore += (await stat(to)).size
    bytesAfter += (await stat(from)).size
    await rename(from, to)
    await syncPath(join(dataDir, name))
    failpoint(`moved ${name}`)
  }
  await rm(copies, { recursive: true, force: true })
  failpoint('removed')
  const durationMs = systemClock.elapsedMs() - startedMs
  return Object.freeze({
    bytesBefore,
    bytesAfter,
    durationMs,
    report: Object.freeze({ ...report, dataDir }),
  })
}

/** @returns the environments of views, below the data directory. */
async function copyViews(dataDir: string, copies: string): Promise<readonly string[]> {
  const views = join(dataDir, 'views')
  const names = existsSync(views) ? (await readdir(views)).map((each) => join('views', each)) : []
  for (const name of names) {
    if (hasEnvironment(join(dataDir, name))) {
      await copyEnvironment(join(dataDir, name), join(copies, name), true)
    }
  }
  return names
}

/** Both are sound; they must also hold the same. */
function assertSame(dataDir: string, original: StoreReport, copy: StoreReport): void {
  const counted = [
    'head',
    'events',
    'segments',
    'shapes',
    'streams',
    'snapshots',
    'tags',
    'claims',
    'subjects',
    'handlers',
    'blockedKeys',
    'timers',
  ] as const
  const differing = counted.filter((name) => original[name] !== copy[name])
  if (differing.length === 0) return
  throw new CopyFailedError(dataDir, `the compact copy has other ${differing.join(', ')}`)
}
