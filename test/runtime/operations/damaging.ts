/** Ways of changing a store behind its back, each packed as if all were well. */

import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { openEnvironment, openTable } from '../../../src/store/lmdb/environment.js'
import { textKeys } from '../../../src/store/lmdb/keys.js'
import { openLmdbTables } from '../../../src/store/lmdb/lmdb-tables.js'
import { LogTables } from '../../../src/store/lmdb/log-tables.js'
import { encodeSegment } from '../../../src/store/lmdb/segment.js'
import type { TableChange } from '../../../src/store/tables.js'
import { noKeys } from '../../events/no-keys.js'

export type Damage = (dataDir: string) => Promise<void>

/** Changes the log behind the store's back. */
export function inLog(change: (tables: LogTables) => Promise<unknown>): Damage {
  return async (dataDir) => {
    const tables = new LogTables(await openEnvironment(join(dataDir, 'log'), 'flush'), noKeys)
    await change(tables)
    await tables.environment.close()
  }
}

/** Changes the records of the segment that a position is in, and packs them anew as if all were well. */
export function inRecords(position: number, change: (record: Buffer) => void): Damage {
  return inLog(async (tables) => {
    tables.refresh()
    const { first, records } = tables.segmentWith(position)
    const record = records[position - first]!
    change(record)
    record.writeUInt32BE(crc32(record.subarray(4), position), 0)
    await tables.events.put(first, encodeSegment(first, records, 0, records.length))
  })
}

/** Changes the segment that begins at position 1, where it lies. */
export function inSegment(change: (bytes: Buffer) => Buffer): Damage {
  return inLog((tables) => tables.events.put(1, change(Buffer.from(tables.events.getBinary(1)!))))
}

export function inTables(
  directory: string,
  names: readonly string[],
  changes: readonly TableChange[],
): Damage {
  return async (dataDir) => {
    const tables = await openLmdbTables(join(dataDir, directory), names)
    await tables.write(changes)
    await tables.close()
  }
}

export function inMeta(name: string, value: Buffer | null): Damage {
  return async (dataDir) => {
    const environment = await openEnvironment(join(dataDir, 'log'), 'flush')
    const meta = openTable(environment, 'meta', textKeys)
    await (value === null ? meta.remove(name) : meta.put(name, value))
    await environment.close()
  }
}

/** Puts bytes under the key ['zz'] that are no row of it. */
export function overwritten(directory: string, table: string): Damage {
  return async (dataDir) => {
    const environment = await openEnvironment(join(dataDir, directory), 'flush')
    await openTable(environment, table, textKeys).put('\u0006zz\u0000', Buffer.from([0x93, 1]))
    await environment.close()
  }
}
