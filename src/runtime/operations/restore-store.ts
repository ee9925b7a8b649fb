/**
 * `restoreStore`: a backup becomes a data directory.
 *
 * The backup is left as it is. What is restored is the same store at an earlier time: it keeps its `storeId`, and goes on
 * where its bookkeeping says. So the one it was made of must not run any more.
 */

import { systemClock } from '../../base/clock.js'
import { InvalidArgumentError } from '../../base/errors.js'
import { knownKeys } from '../../base/options.js'
import { type BackupOptions, type BackupResult, copyVerified } from './backups.js'
import { alreadyUndisturbed } from './copy-directory.js'
import { UnsoundStoreError } from './operation-errors.js'
import { finishWhole } from './unfinished.js'
import { assertFlowOptions, checkContents, parseDirectory, whileAtRest } from './verify-store.js'

export type RestoreOptions = BackupOptions

/**
 * Copies a backup, or any data directory that nobody writes to, to a directory that is empty or not there. Both are checked,
 * and nothing appears there unless both are sound. Views are not copied; they are built again when a runtime opens.
 *
 * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
 * @throws {DirectoryNotEmptyError} DRAMATIS_DIRECTORY_NOT_EMPTY
 * @throws {UnsoundStoreError} DRAMATIS_STORE_UNSOUND
 * @throws {CopyFailedError} DRAMATIS_COPY_FAILED
 * @throws {StoreLockedError} DRAMATIS_STORE_LOCKED
 * @throws {StoreChangedError} DRAMATIS_STORE_CHANGED
 * @throws {StoreUnavailableError} DRAMATIS_STORE_UNAVAILABLE
 * @throws {FormatVersionError} DRAMATIS_FORMAT_VERSION
 */
export async function restoreStore(
  backupDir: string,
  dataDir: string,
  options: RestoreOptions = {},
): Promise<BackupResult> {
  knownKeys('restoreStore', options, ['onProgress', 'signal'])
  assertFlowOptions(options)
  const from = parseDirectory('backupDir', backupDir)
  const to = parseDirectory('dataDir', dataDir)
  if (from === to) throw new InvalidArgumentError('dataDir', 'another directory', dataDir)
  const { signal, onProgress } = options
  const startedMs = systemClock.elapsedMs()
  const watched = signal === undefined ? {} : { signal }
  const made = await finishWhole(to, (unfinished) =>
    whileAtRest(from, watched, async () => {
      const found = await checkContents(from, watched, startedMs)
      if (!found.isSound) throw new UnsoundStoreError(from, found)
      const how = { undisturbed: alreadyUndisturbed, isCompact: true }
      return await copyVerified(from, unfinished, how, { signal, onProgress })
    }),
  )
  const report = Object.freeze({ ...made.report, dataDir: to })
  const durationMs = systemClock.elapsedMs() - startedMs
  return Object.freeze({ position: report.head, bytes: made.bytes, durationMs, report })
}
