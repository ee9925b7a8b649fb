/**
 * When was what recorded: the log is its own index of time.
 *
 * Positions are dense and the time of recording never decreases along them, so a binary search over
 * the headers of records finds a time in as many reads as the head has bits. There is no table to write,
 * to keep in step or to repair.
 *
 * Invariants:
 *   - an answer rests on two sound records beside each other, or on an end of the log;
 *   - a damaged record is passed over while its neighbours say enough, and an error when they do not.
 */

import type { Position } from '../events/event.js'
import { damageOf, recordedAtMsOf } from '../events/record.js'
import { DamagedRecordError } from './errors.js'
import type { RecordSource } from './log-storage.js'

/** Damaged records in a row that are passed over; more than that is no log to search in. */
const damagedMax = 1_000

/** The last position recorded at that time or before, 0 for none. Throws as `EventStore.positionAt` says. */
export function findPositionAt(source: RecordSource, timeMs: number): Position {
  source.refresh()
  try {
    return search(source, timeMs)
  } finally {
    source.release()
  }
}

function search(source: RecordSource, timeMs: number): Position {
  // Recorded at or before: sound, or the beginning. Recorded later: sound, or beyond the end.
  let before = 0
  let later = source.readHead() + 1
  while (later - before > 1) {
    const middle = before + Math.floor((later - before) / 2)
    const { position, recordedAtMs } = soundRecordNear(source, middle, before, later)
    if (recordedAtMs <= timeMs) before = position
    else later = position
  }
  return before
}

interface Recorded {
  readonly position: Position
  readonly recordedAtMs: number
}

/** A sound record between two positions: the one in the middle, or the nearest that is sound. */
function soundRecordNear(
  source: RecordSource,
  middle: Position,
  before: Position,
  later: Position,
): Recorded {
  for (let away = 0; away <= damagedMax; away++) {
    for (const position of [middle + away, middle - away]) {
      if (position <= before || position >= later) continue
      const bytes = source.recordAt(position)
      if (bytes === undefined || damageOf(bytes, position) !== null) continue
      return { position, recordedAtMs: recordedAtMsOf(bytes) }
    }
  }
  throw new DamagedRecordError(middle, 'damage, in a search by time')
}
