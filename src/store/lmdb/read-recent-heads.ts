/**
 * Reading back, when a log is opened, the heads that are not in their table yet.
 *
 * An entry that is damaged is made anew from the records of its group, which begins where the one before it
 * ends. The first entry is there for that alone: what it says is in the table.
 */

import type { Position } from '../../events/event.js'
import { unknownIndex, versionOf } from '../../events/record.js'
import { streamStateAfter } from '../../events/stream-end.js'
import type { ChainHead } from '../log-storage.js'
import { eventOfRecord, shapeOfRecord, soundRecordAt } from '../record-reader.js'
import { decodeEntry } from './group-entry.js'
import type { LogTables } from './log-tables.js'
import { RecentHeads } from './recent-heads.js'

/**
 * @throws {DamagedRecordError} DRAMATIS_DAMAGED_RECORD: an entry is damaged, and so is a record of its group.
 */
export function readRecentHeads(tables: LogTables): RecentHeads {
  const recent = new RecentHeads()
  tables.reloadShapes()
  try {
    for (const to of [...tables.groups.getKeys()]) {
      const heads = decodeEntry(to, tables.groups.getBinary(to)!)
      recent.add(to, heads ?? headsBetween(tables, recent.newest ?? to, to))
    }
  } finally {
    tables.release()
  }
  return recent
}

/** The heads of the group of those positions, from its records. */
function headsBetween(tables: LogTables, after: Position, to: Position): Map<string, ChainHead> {
  const heads = new Map<string, ChainHead>()
  for (let position = to; position > after; position--) {
    const bytes = soundRecordAt(tables, position)
    const shape = shapeOfRecord(tables, position, bytes)
    const { streamId } = eventOfRecord(tables, position, bytes, shape)
    const state = streamStateAfter(shape.type)
    const version = versionOf(bytes)
    if (!heads.has(streamId)) heads.set(streamId, { version, position, index: unknownIndex, state })
  }
  return heads
}
