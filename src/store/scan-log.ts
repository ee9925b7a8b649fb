/**
 * Scanning the log: one batch of wanted events, from a position on.
 *
 * Records that lie together are checked at once, and passed over at once when no shape among them is wanted.
 * Where that cannot be told, each is looked at: its header says whether it is wanted, but only when its
 * checksum is right, since a damaged header must not make an event look unwanted. Runs per event, on any thread.
 */

import assert from 'node:assert/strict'
import type { Position, RecordedEvent } from '../events/event.js'
import { keyHashOf, shapeNumberOf } from '../events/record.js'
import type { KeyReader } from '../events/seal.js'
import type { Shape } from '../events/shapes.js'
import type { LogBatch, ReadBatchOptions } from './contracts.js'
import type { RecordRun, RecordSource } from './log-storage.js'
import { eventOfRecord, shapeOfRecord, soundRecordAt } from './record-reader.js'

const bytesMaxDefault = 8 * 1024 * 1024
const scanMaxDefault = 65_536
const eventsMaxLimit = 100_000

/** Of a record that lies alone, or among others of which nothing can be told. */
const nothingKnown: RecordRun = Object.freeze({ last: 0, isSound: false, shapes: null })

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
  let run = nothingKnown
  while (position < to && events.length < eventsMax && bytesRead < bytesMax) {
    position++
    if (position > run.last) {
      run = source.runAt(position) ?? nothingKnown
      if (!shapes.wantsAnyOf(run)) {
        position = Math.min(run.last, to)
        continue
      }
    }
    const bytes = run.isSound ? source.recordAt(position)! : soundRecordAt(source, position)
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

  /** Whether any record of a run may be wanted. */
  wantsAnyOf({ shapes }: RecordRun): boolean {
    if (shapes === null || this.#wantsType === undefined) return true
    for (const number of shapes) {
      const known = this.#known[number]
      if (known === null) continue
      if (known !== undefined) return true
      const shape = this.#source.shapeAt(number)
      // One that the store does not have is found, and told, with the record.
      if (shape === undefined || this.#remember(shape) !== null) return true
    }
    return false
  }

  wanted(position: Position, bytes: Buffer): Shape | null {
    const known = this.#known[shapeNumberOf(bytes)]
    if (known !== undefined) return known
    return this.#remember(shapeOfRecord(this.#source, position, bytes))
  }

  #remember(shape: Shape): Shape | null {
    const { number, type, aggregateType, schemaVersion } = shape
    const wants = this.#wantsType?.(type, aggregateType, schemaVersion) ?? true
    this.#known[number] = wants ? shape : null
    return this.#known[number]
  }
}
