/**
 * Scanning the log: one batch of wanted events, from a position on.
 *
 * Unwanted records are passed over on their header alone, but their checksum is looked at all the
 * same: a damaged header must not make an event look unwanted. Runs per event, on any thread.
 */

import assert from 'node:assert/strict'
import type { Position, RecordedEvent } from '../events/event.js'
import { keyHashOf, shapeNumberOf } from '../events/record.js'
import type { KeyReader } from '../events/seal.js'
import type { Shape } from '../events/shapes.js'
import type { LogBatch, ReadBatchOptions } from './contracts.js'
import type { RecordSource } from './log-storage.js'
import { eventOfRecord, shapeOfRecord, soundRecordAt } from './record-reader.js'

const bytesMaxDefault = 8 * 1024 * 1024
const scanMaxDefault = 65_536
const eventsMaxLimit = 100_000

/** Opens no seal. */
const everybodyForgotten: KeyReader = Object.freeze({ keyAt: () => null })

/** Reads one batch in one go and lets go of the source. Throws as `LogReader.readBatch` says. */
export function scanLog(source: RecordSource, options: ReadBatchOptions): LogBatch {
  assert(options.after >= 0)
  assert(options.eventsMax >= 1)
  assert(options.eventsMax <= eventsMaxLimit)
  source.refresh()
  try {
    return scan(source, options, source.readHead())
  } finally {
    source.release()
  }
}

/** The last durable position, now. */
export function readHeadNow(source: RecordSource): Position {
  source.refresh()
  try {
    return source.readHead()
  } finally {
    source.release()
  }
}

function scan(source: RecordSource, options: ReadBatchOptions, head: Position): LogBatch {
  const { after, wantsKey, eventsMax, bytesMax = bytesMaxDefault } = options
  const to = Math.min(head, options.to ?? head, after + (options.scanMax ?? scanMaxDefault))
  const shapes = new WantedShapes(source, options)
  const events: RecordedEvent[] = []
  const keyHashes: number[] = []
  const keys = options.asForgotten === true ? everybodyForgotten : source.keys
  let bytesRead = 0
  let position = after
  while (position < to && events.length < eventsMax && bytesRead < bytesMax) {
    position++
    const bytes = soundRecordAt(source, position)
    const shape = shapes.wanted(position, bytes)
    if (shape === null) continue
    const keyHash = keyHashOf(bytes)
    if (wantsKey !== undefined && !wantsKey(keyHash)) continue
    bytesRead += bytes.length
    events.push(eventOfRecord(source, position, bytes, shape, keys))
    keyHashes.push(keyHash)
  }
  return { events, keyHashes, scannedTo: position, head }
}

/** Which shapes are wanted: the filter is asked once for each, then remembered for the batch. */
class WantedShapes {
  readonly #source: RecordSource
  readonly #wantsType: ReadBatchOptions['wantsType']
  /** Index = shape number; `null` = not wanted. */
  readonly #known: (Shape | null | undefined)[] = []

  constructor(source: RecordSource, { wantsType }: ReadBatchOptions) {
    this.#source = source
    this.#wantsType = wantsType
  }

  wanted(position: Position, bytes: Buffer): Shape | null {
    const number = shapeNumberOf(bytes)
    const known = this.#known[number]
    if (known !== undefined) return known
    const shape = shapeOfRecord(this.#source, position, bytes)
    const { type, aggregateType, schemaVersion } = shape
    const wants = this.#wantsType?.(type, aggregateType, schemaVersion) ?? true
    this.#known[number] = wants ? shape : null
    return wants ? shape : null
  }
}
