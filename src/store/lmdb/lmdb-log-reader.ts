/**
 * Reading the log on a worker thread, straight from the memory map.
 *
 * For threads of the process that owns the store, opened after the store and closed before it. Each
 * call sees everything that was durable when it was made.
 */

import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { uninterrupted } from '../../base/uninterrupted.js'
import type { LogReader } from '../contracts.js'
import { StoreStoppedError, StoreUnavailableError } from '../errors.js'
import { SlotReader } from '../keys/slot-reader.js'
import { readHeadNow, scanLog } from '../scan-log.js'
import { openGuarded, unavailable } from './environment.js'
import { slotPath } from './lmdb-key-vault.js'
import { LogTables } from './log-tables.js'
import { assertOpenable } from './openable.js'

/** A log reader that holds the log open until it is closed. */
export interface ClosableLogReader extends LogReader {
  /** Lets go of the log. Idempotent. A thread closes before it ends. */
  close(): void
}

/** Opens a reader. @throws {StoreUnavailableError} DRAMATIS_STORE_UNAVAILABLE */
export async function openLmdbLogReader(dataDir: string): Promise<ClosableLogReader> {
  const keys = new SlotReader(slotPath(dataDir))
  const tables = await openTables(dataDir, keys)
  let isOpen = true
  const assertOpen = (): void => {
    if (!isOpen) throw new StoreStoppedError('the reader is closed')
  }
  return Object.freeze({
    readBatch: async (options) => {
      assertOpen()
      return uninterrupted(() => scanLog(tables, options))
    },
    readHead: async () => {
      assertOpen()
      return uninterrupted(() => readHeadNow(tables))
    },
    close: () => {
      if (!isOpen) return
      isOpen = false
      void tables.environment.close()
      keys.close()
    },
  } satisfies ClosableLogReader)
}

async function openTables(dataDir: string, keys: SlotReader): Promise<LogTables> {
  const path = join(dataDir, 'log')
  const dataFile = join(path, 'data.mdb')
  // LMDB would begin a log in an empty file.
  if (!existsSync(dataFile) || statSync(dataFile).size === 0) {
    throw new StoreUnavailableError(dataDir, 'there is no log in it')
  }
  try {
    await assertOpenable(path)
    return new LogTables(openGuarded(path, 'flush'), keys)
  } catch (cause) {
    throw unavailable(path, cause)
  }
}
