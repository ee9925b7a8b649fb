/**
 * Counting the log by shape: how many events of each there are, on their headers alone.
 *
 * Every record's checksum is looked at, as when reading: a damaged header must not be counted as something
 * else. Runs per event, on any thread.
 */

import type { Position } from '../events/event.js'
import { shapeNumberOf } from '../events/record.js'
import type { Shape } from '../events/shapes.js'
import type { CountOptions, ShapeCounts } from './contracts.js'
import type { RecordSource } from './log-storage.js'
import { shapeOfRecord, soundRecordAt } from './record-reader.js'

const scanMaxDefault = 65_536

/** Counts one piece in one go and lets go of the source. Throws as `ShapeReader.countShapes` says. */
export function countShapes(source: RecordSource, options: CountOptions): ShapeCounts {
  const { after, scanMax = scanMaxDefault } = options
  source.refresh()
  try {
    const head = source.readHead()
    const to = Math.min(head, options.to ?? head, after + scanMax)
    return { events: countRange(source, after, to), scannedTo: Math.max(after, to), head }
  } finally {
    source.release()
  }
}

function countRange(source: RecordSource, after: Position, to: Position): Map<number, number> {
  const events = new Map<number, number>()
  for (let position = after + 1; position <= to; position++) {
    const bytes = soundRecordAt(source, position)
    const number = shapeNumberOf(bytes)
    const count = events.get(number)
    // A shape that the store does not have is damage.
    if (count === undefined) shapeOfRecord(source, position, bytes)
    events.set(number, (count ?? 0) + 1)
  }
  return events
}

/** The shapes of the source, in the order of their numbers. */
export function readShapes(source: RecordSource): readonly Shape[] {
  source.refresh()
  try {
    const shapes: Shape[] = []
    for (;;) {
      const shape = source.shapeAt(shapes.length + 1)
      if (shape === undefined) return shapes
      shapes.push(shape)
    }
  } finally {
    source.release()
  }
}
