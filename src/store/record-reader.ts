/**
 * Reading single records: every byte that becomes an event passes through here.
 *
 * A record that is missing, damaged or not decodable is an error that names its position; it is
 * never returned and never skipped. Runs per event.
 */

import { DramatisError } from '../base/errors.js'
import type { Position, RecordedEvent } from '../events/event.js'
import { damageOf, decodeRecord, shapeNumberOf } from '../events/record.js'
import { BrokenSealError, type KeyReader } from '../events/seal.js'
import type { Shape } from '../events/shapes.js'
import { DamagedRecordError } from './errors.js'
import type { RecordSource } from './log-storage.js'

/**
 * The bytes at a position, checked. Valid until the next read.
 *
 * @param index - Where in its segment it is, which finds it sooner. @default not known
 * @throws {DamagedRecordError} DRAMATIS_DAMAGED_RECORD
 */
export function soundRecordAt(source: RecordSource, position: Position, index?: number): Buffer {
  const bytes = source.recordAt(position, index)
  if (bytes === undefined) throw new DamagedRecordError(position, 'no record')
  const damage = damageOf(bytes, position)
  if (damage !== null) throw new DamagedRecordError(position, damage)
  return bytes
}

/** The shape of a sound record. @throws {DamagedRecordError} DRAMATIS_DAMAGED_RECORD */
export function shapeOfRecord(source: RecordSource, position: Position, bytes: Buffer): Shape {
  const number = shapeNumberOf(bytes)
  const shape = source.shapeAt(number)
  if (shape !== undefined) return shape
  throw new DamagedRecordError(position, `shape ${number}, which the store does not have`)
}

/**
 * Decodes a sound record, by default with the keys of its source.
 *
 * @throws {DamagedRecordError} DRAMATIS_DAMAGED_RECORD
 * @throws {DamagedKeyError} DRAMATIS_DAMAGED_KEY
 */
export function eventOfRecord(
  source: RecordSource,
  position: Position,
  bytes: Buffer,
  shape: Shape,
  keys: KeyReader = source.keys,
): RecordedEvent {
  try {
    return decodeRecord(bytes, position, shape, keys)
  } catch (cause) {
    if (cause instanceof DramatisError) throw cause
    const why = cause instanceof BrokenSealError ? 'a broken seal' : 'undecodable body'
    throw new DamagedRecordError(position, why, { cause })
  }
}
