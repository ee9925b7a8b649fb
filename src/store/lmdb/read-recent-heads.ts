/**
 * Reading back, when a log is opened, the heads that are not in their table yet.
 *
 * An entry that is damaged is made anew from the records of its group. Which these are follows from the
 * table: of an event that belongs to an earlier group, the head of its stream is there.
 */

import type { Position } from '../../events/event.js'
import { unknownIndex, versionOf } from '../../events/record.js'
import { streamStateAfter } from '../../events/stream-end.js'
import type { ChainHead } from '../log-storage.js'
import { eventOfRecord, shapeOfRecord, soundRecordAt } from '../record-reader.js'
import type { LogTables } from './log-tables.js'
import { decodeEntry, RecentHeads } from './recent-heads.js'

/**
 * @throws {DamagedRecordError} DRAMATIS_DAMAGED_RECORD: an entry is damaged, and so is a record of its group.
 */
export function readRecentHeads(tables: LogTables): RecentHeads {
  const recent = new RecentHeads()
  tables.reloadShapes()
  try {
    for (const to of [...tables.groups.getKeys()]) {
      const heads = decodeEntry(to, tables.groups.getBinary(to)!) ?? headsBack(tables, to, recent)
      recent.add(to, heads)
    }
  } finally {
    tables.release()
  }
  return recent
}

/** The heads of the group that ends there, from its records. */
function headsBack(tables: LogTables, to: Position, recent: RecentHeads): Map<string, ChainHead> {
  const heads = new Map<string, ChainHead>()
  const before = recent.entries.at(-1) ?? 0
  for (let position = to; position > before; position--) {
    const bytes = soundRecordAt(tables, position)
    const version = versionOf(bytes)
    const shape = shapeOfRecord(tables, position, bytes)
    const { streamId } = eventOfRecord(tables, position, bytes, shape)
    if (tables.readStreamHead(streamId).position >= position) break
    const state = streamStateAfter(shape.type)
    if (!heads.has(streamId)) heads.set(streamId, { version, position, index: unknownIndex, state })
  }
  return heads
}
