/**
 * `verifyStore`: everything of a data directory checked against everything else, without an app.
 *
 * For directories that nobody has open, and for backups. What every layer knows of its own tables is checked there; this
 * file says in which order, and that nobody wrote to it. Nothing is written but LMDB's file of readers.
 */

import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { systemClock } from '../../base/clock.js'
import { InvalidArgumentError } from '../../base/errors.js'
import { functionAt, integerIn, knownKeys, signalAt } from '../../base/options.js'
import { yieldToEventLoop } from '../../base/signal.js'
import type { Position } from '../../events/event.js'
import { assertAtRest, assertStillAtRest } from '../../store/lmdb/at-rest.js'
import { assertUnlocked } from '../../store/lmdb/lock.js'
import { openExistingTables } from '../../store/lmdb/verify/open-existing.js'
import { verifyLog } from '../../store/lmdb/verify/verify-log.js'
import { verifyPages } from '../../store/lmdb/verify/verify-pages.js'
import {
  Findings,
  type LogCounts,
  type StoreFinding,
  type VerifyFlow,
  type VerifyProgress,
} from '../../store/verification.js'
import { verifyRows } from '../../subscriptions/verify-rows.js'
import { verifyWork, type WorkCounts } from '../../subscriptions/verify-work.js'
import { viewTables } from '../../subscriptions/view-keys.js'
import { workTables } from '../../subscriptions/work-store.js'

const findingsMaxDefault = 100

export interface VerifyStoreOptions {
  /** Called about every thousand events, and at least once for each step. */
  readonly onProgress?: (progress: VerifyProgress) => void
  /** Ends the check; it rejects with the signal's reason. */
  readonly signal?: AbortSignal
  /** How many findings are reported in full; the others are counted. Integer in [0, 100_000]. @default 100 */
  readonly findingsMax?: number
}

/** What a check has counted, and what it found wrong. Frozen. */
export interface StoreReport extends LogCounts, WorkCounts {
  /** Absolute. */
  readonly dataDir: string
  /** Directories below `views/`. */
  readonly views: number
  /** Rows of all of them. */
  readonly rows: number
  /** The first of what is wrong, in the order in which it was found; empty: all is well. */
  readonly findings: readonly StoreFinding[]
  /** How many there are, those beyond `findingsMax` included. */
  readonly findingsCount: number
  /** Whether nothing is wrong. */
  readonly isSound: boolean
  readonly durationMs: number
}

/**
 * Checks a data directory that no process writes to, or a backup: every segment, record, chain of a stream, head, snapshot,
 * tag, claim and key, and the bookkeeping against the log. Goes on after what it finds. Takes a few microseconds per event
 * and a few dozen bytes of memory per stream.
 *
 * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
 * @throws {StoreLockedError} DRAMATIS_STORE_LOCKED: a process owns it, whatever became of its lock file.
 * @throws {StoreChangedError} DRAMATIS_STORE_CHANGED: it was written to meanwhile.
 * @throws {StoreUnavailableError} DRAMATIS_STORE_UNAVAILABLE: there is no log, or it cannot be opened.
 * @throws {FormatVersionError} DRAMATIS_FORMAT_VERSION
 */
export async function verifyStore(
  dataDir: string,
  options: VerifyStoreOptions = {},
): Promise<StoreReport> {
  knownKeys('verifyStore', options, ['onProgress', 'signal', 'findingsMax'])
  const path = parseDirectory('dataDir', dataDir)
  assertFlowOptions(options)
  integerIn('findingsMax', options.findingsMax ?? findingsMaxDefault, 0, 100_000)
  const startedMs = systemClock.elapsedMs()
  return await whileAtRest(path, options, () => checkContents(path, options, startedMs))
}

/**
 * Does what needs a directory that nobody writes to, once its pages were looked at.
 *
 * @throws {StoreLockedError} DRAMATIS_STORE_LOCKED
 * @throws {StoreChangedError} DRAMATIS_STORE_CHANGED: what was done rests on what is there no more.
 * @throws {StoreUnavailableError} DRAMATIS_STORE_UNAVAILABLE
 */
export async function whileAtRest<Done>(
  path: string,
  options: VerifyStoreOptions,
  work: () => Promise<Done>,
): Promise<Done> {
  assertUnlocked(path)
  // LMDB opens the log to say who owns it, which has to be safe.
  await checkPages(path, options)
  const before = await assertAtRest(path)
  const done = await work()
  await assertStillAtRest(path, before)
  return done
}

/** Checks a directory that is the caller's own. */
export async function checkStore(path: string, options: VerifyStoreOptions): Promise<StoreReport> {
  const startedMs = systemClock.elapsedMs()
  await checkPages(path, options)
  return await checkContents(path, options, startedMs)
}

/** Looks at every page before LMDB does. @throws {StoreUnavailableError} DRAMATIS_STORE_UNAVAILABLE */
export async function checkPages(path: string, options: VerifyStoreOptions): Promise<void> {
  await verifyPages(path, createFlow(options))
}

/**
 * Checks a directory that is the caller's own, whose pages were looked at.
 *
 * @param startedMs - When that began.
 */
export async function checkContents(
  path: string,
  options: VerifyStoreOptions,
  startedMs: number,
): Promise<StoreReport> {
  const flow = createFlow(options)
  const findings = new Findings(options.findingsMax ?? findingsMaxDefault)
  const log = await verifyLog(path, findings, flow)
  const work = await checkWork(path, log.head, findings, flow)
  const views = await checkViews(path, log.head, findings, flow)
  return Object.freeze({
    dataDir: path,
    ...log,
    ...work,
    ...views,
    findings: Object.freeze(findings.kept),
    findingsCount: findings.count,
    isSound: findings.count === 0,
    durationMs: systemClock.elapsedMs() - startedMs,
  })
}

/** The path of a directory, absolute. @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT */
export function parseDirectory(argument: string, path: unknown): string {
  if (typeof path === 'string' && path !== '' && !path.includes('\0')) return resolve(path)
  throw new InvalidArgumentError(argument, 'a path', path)
}

/** Checks what a long work reports to and is ended by. @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT */
export function assertFlowOptions(options: {
  readonly onProgress?: unknown
  readonly signal?: unknown
}): void {
  const { onProgress, signal } = options
  if (onProgress !== undefined) functionAt('onProgress', onProgress)
  if (signal !== undefined) signalAt('signal', signal)
}

function createFlow({ onProgress, signal }: VerifyStoreOptions): VerifyFlow {
  return {
    pause: async (step, positions, head) => {
      signal?.throwIfAborted()
      onProgress?.(Object.freeze({ step, positions, head }))
      await yieldToEventLoop()
    },
  }
}

async function checkWork(
  dataDir: string,
  head: Position,
  findings: Findings,
  flow: VerifyFlow,
): Promise<WorkCounts> {
  await flow.pause('work', head, head)
  const tables = await openExistingTables(dataDir, 'work', workTables, 'work', findings)
  if (tables === null) return { handlers: 0, blockedKeys: 0, timers: 0 }
  try {
    return verifyWork(tables, head, findings)
  } finally {
    await tables.close()
  }
}

async function checkViews(
  dataDir: string,
  head: Position,
  findings: Findings,
  flow: VerifyFlow,
): Promise<{ readonly views: number; readonly rows: number }> {
  const path = join(dataDir, 'views')
  let views = 0
  let rows = 0
  for (const directory of existsSync(path) ? (await readdir(path)).sort() : []) {
    const name = join('views', directory)
    const tables = await openExistingTables(dataDir, name, viewTables, 'view', findings)
    if (tables === null) continue
    views++
    try {
      rows += await verifyRows(directory, tables, head, findings, flow)
    } finally {
      await tables.close()
    }
  }
  return { views, rows }
}
