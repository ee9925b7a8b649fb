/**
 * Backups of a store that is in use: copied beside the work, checked as a whole, and only then given their name.
 *
 * One at a time. A backup has everything that was durable when it was asked for, and perhaps some of what came after; its
 * bookkeeping is never newer than its log.
 */

import { dirname, relative, sep } from 'node:path'
import { type Clock, settledWithin } from '../../base/clock.js'
import { ClosedError } from '../../base/closed-error.js'
import { InvalidArgumentError } from '../../base/errors.js'
import { knownKeys } from '../../base/options.js'
import type { Position } from '../../events/event.js'
import type { Subjects } from '../../store/contracts.js'
import type { VerifyProgress } from '../../store/verification.js'
import { type CopiedPart, copyDirectory } from './copy-directory.js'
import { UnsoundStoreError } from './operation-errors.js'
import { finishWhole } from './unfinished.js'
import { assertFlowOptions, checkStore, parseDirectory, type StoreReport } from './verify-store.js'

/** How far a copy is. */
export interface CopyProgress {
  readonly step: 'copying' | 'verifying'
  /** What is being copied, or looked at in the copy. */
  readonly part: 'work' | 'log' | 'keys' | VerifyProgress['step']
  /** Positions that were looked at, or pages: see {@link VerifyProgress}; 0 while copying. */
  readonly positions: Position
  /** Positions that there are in the copy, or pages; 0 while copying. */
  readonly head: Position
}

export interface BackupOptions {
  readonly onProgress?: (progress: CopyProgress) => void
  /** Ends the backup; it rejects with the signal's reason and leaves nothing. */
  readonly signal?: AbortSignal
}

export interface BackupResult {
  /** The last position that is in it. */
  readonly position: Position
  /** Of its files. */
  readonly bytes: number
  readonly durationMs: number
  /** What checking it has counted; it is sound. */
  readonly report: StoreReport
}

export interface BackupParts {
  /** `null`: in memory, of which there is no backup. */
  readonly dataDir: string | null
  readonly subjects: Subjects
  readonly clock: Clock
}

export class Backups {
  readonly #parts: BackupParts
  readonly #closing = new AbortController()
  #running: Promise<unknown> | null = null

  constructor(parts: BackupParts) {
    this.#parts = parts
  }

  async backup(directory: string, options: BackupOptions): Promise<BackupResult> {
    knownKeys('backup', options, ['onProgress', 'signal'])
    assertFlowOptions(options)
    const { dataDir } = this.#parts
    if (dataDir === null) {
      throw new InvalidArgumentError('backup', 'asked of a runtime with a dataDir', 'one in memory')
    }
    const target = parseDirectory('directory', directory)
    if (isWithin(target, dataDir) || isWithin(dataDir, target)) {
      throw new InvalidArgumentError('directory', `a directory outside of ${dataDir}`, directory)
    }
    if (this.#running !== null) {
      throw new InvalidArgumentError('backup', 'asked for one at a time', 'another under way')
    }
    const running = this.#run(dataDir, target, options)
    this.#running = running
    try {
      return await running
    } finally {
      this.#running = null
    }
  }

  /**
   * Ends the backup that is under way, as soon as LMDB is through with what it copies. That may take longer than there is
   * time: then it goes on by itself, and is removed in the end.
   */
  async close(timeoutMs: number): Promise<void> {
    this.#closing.abort(new ClosedError('the runtime'))
    const ended = this.#running?.catch(() => {})
    if (ended !== undefined) await settledWithin(this.#parts.clock, timeoutMs, ended)
  }

  async #run(dataDir: string, target: string, options: BackupOptions): Promise<BackupResult> {
    const { clock, subjects } = this.#parts
    const startedMs = clock.elapsedMs()
    const { signal: own, onProgress } = options
    const closing = this.#closing.signal
    const signal = own === undefined ? closing : AbortSignal.any([own, closing])
    const undisturbed = (work: () => Promise<void>): Promise<void> => subjects.undisturbed(work)
    const made = await finishWhole(target, (unfinished) =>
      copyVerified(dataDir, unfinished, { undisturbed, isCompact: false }, { signal, onProgress }),
    )
    const report = Object.freeze({ ...made.report, dataDir: target })
    const durationMs = clock.elapsedMs() - startedMs
    return Object.freeze({ position: report.head, bytes: made.bytes, durationMs, report })
  }
}

/**
 * Copies a data directory and checks the copy.
 *
 * @throws {UnsoundStoreError} DRAMATIS_STORE_UNSOUND
 */
export async function copyVerified(
  from: string,
  to: string,
  how: {
    readonly undisturbed: (work: () => Promise<void>) => Promise<void>
    readonly isCompact: boolean
  },
  flow: {
    readonly signal: AbortSignal | undefined
    readonly onProgress: BackupOptions['onProgress']
  },
): Promise<{ readonly bytes: number; readonly report: StoreReport }> {
  const { signal, onProgress } = flow
  const onNext = (part: CopiedPart): void => {
    signal?.throwIfAborted()
    onProgress?.(Object.freeze({ step: 'copying', part, positions: 0, head: 0 }))
  }
  const bytes = await copyDirectory(from, to, { ...how, onNext })
  const report = await checkStore(to, {
    onProgress: ({ step: part, positions, head }) =>
      onProgress?.(Object.freeze({ step: 'verifying', part, positions, head })),
    ...(signal === undefined ? {} : { signal }),
  })
  signal?.throwIfAborted()
  if (!report.isSound) throw new UnsoundStoreError(from, report)
  return { bytes, report }
}

/** Whether one path is the other, or below it. */
function isWithin(path: string, directory: string): boolean {
  const way = relative(directory, path)
  return way === '' || !(way === '..' || way.startsWith(`..${sep}`) || dirname(path) === path)
}
