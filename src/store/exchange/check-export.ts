/**
 * Checking an export before anything is written: that it is whole, unchanged, and continues a store.
 *
 * Every line is parsed and is what an export would write, places and versions are dense, streams end once,
 * times do not go back, and count and checksum are those of the last line. What the store has already must be
 * what the file has. Memory: about a hundred bytes for each stream of the file.
 */

import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import type { Position, RecordedEvent, Version } from '../../events/event.js'
import { eventFromJson, eventToJson } from '../../events/event-json.js'
import { type StreamState, streamDeleted, streamStateAfter } from '../../events/stream-end.js'
import type { EventStore } from '../contracts.js'
import { asFileUnavailable, ExportDamagedError, ImportRefusedError } from './exchange-errors.js'
import {
  type ExportEnd,
  type ExportRange,
  headerLine,
  isLineError,
  parseEnd,
  parseHeader,
} from './exchange-format.js'
import { exportLines } from './export-lines.js'
import { readLines } from './read-lines.js'

const writtenOtherwise = 'a line that an export would write otherwise'

export interface CheckedExport extends ExportRange {
  readonly events: number
  readonly sha256: string
}

/**
 * Checks the whole file against itself and against the store that is to take it.
 *
 * @param onRange - Called once the range is known; what it returns is called with each position.
 * @throws {FileUnavailableError} DRAMATIS_FILE_UNAVAILABLE
 * @throws {ExportDamagedError} DRAMATIS_EXPORT_DAMAGED
 * @throws {ImportRefusedError} DRAMATIS_IMPORT_REFUSED
 */
export async function checkExport(
  store: EventStore,
  file: string,
  onRange: (range: ExportRange) => (position: Position) => void,
): Promise<CheckedExport> {
  const hash = createHash('sha256')
  let bytes = 0
  let number = 0
  let check: EventCheck | undefined
  let end: ExportEnd | undefined
  try {
    for await (const line of readLines(file)) {
      number = line.number
      bytes += line.bytes.length
      if (end !== undefined) throw new TypeError('a line behind the end')
      end = check === undefined ? undefined : parseEnd(line.text)
      if (end !== undefined) continue
      hash.update(line.bytes)
      if (check === undefined) {
        const range = acceptableRange(store, file, parseHeader(line.text))
        if (headerLine(range) !== `${line.text}\n`) throw new TypeError(writtenOtherwise)
        check = new EventCheck(store, file, range, onRange(range))
      } else await check.next(line.text)
    }
    number++
    if (check === undefined || end === undefined) throw new TypeError('no end: it was cut off')
    if ((await sizeOf(file)) !== bytes) throw new TypeError('a part of a line behind the end')
    check.assertEnd(end, hash.digest('hex'))
    return { ...check.range, events: end.events, sha256: end.sha256 }
  } catch (cause) {
    if (!isLineError(cause)) throw cause
    throw new ExportDamagedError(file, number, (cause as Error).message, { cause })
  }
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size
  } catch (cause) {
    // Not reached by tests: it was read a moment before.
    throw asFileUnavailable(file, 'read', cause)
  }
}

function acceptableRange(store: EventStore, file: string, range: ExportRange): ExportRange {
  const { head } = store
  const { after, to } = range
  if (head >= after && head <= to) return range
  const reason = `it ends at position ${head}, and the export holds those from ${after + 1} to ${to}`
  throw new ImportRefusedError(file, head, reason)
}

/** Checks the events of a file one by one. */
class EventCheck {
  readonly range: ExportRange
  readonly #store: EventStore
  readonly #file: string
  readonly #onPosition: (position: Position) => void
  /** The lines of what the store has already. */
  readonly #stored: AsyncGenerator<string, void>
  /** The version at which each stream is, as far as the file has told. */
  readonly #versions = new Map<string, Version>()
  /** Those of them that have ended. */
  readonly #ended = new Map<string, StreamState>()
  readonly #head: Position
  #position: Position
  #recordedAtMs = 0
  #events = 0

  constructor(
    store: EventStore,
    file: string,
    range: ExportRange,
    onPosition: (position: Position) => void,
  ) {
    this.range = range
    this.#store = store
    this.#file = file
    this.#onPosition = onPosition
    this.#head = store.head
    this.#position = range.after
    this.#stored = storedLines(store, range.after)
  }

  /** Throws a `TypeError` about the line. */
  async next(line: string): Promise<void> {
    const event = eventFromJson(line)
    // Whatever else a line says would be lost, and noticed only when all of it has been written.
    if (eventToJson(event) !== line) throw new TypeError(writtenOtherwise)
    this.#assertPlace(event)
    this.#position = event.position
    this.#recordedAtMs = event.recordedAt.getTime()
    this.#events += 1
    if (event.position <= this.#head) await this.#assertStored(line)
    else await this.#assertStream(event)
    this.#note(event)
    this.#onPosition(event.position)
  }

  /** The last line is about what was read. */
  assertEnd({ end, events, sha256 }: ExportEnd, sha256Read: string): void {
    if (end !== this.range.to || this.#position !== end) {
      throw new TypeError(`an end at position ${end} behind ${this.#position}`)
    }
    if (events !== this.#events) throw new TypeError(`${this.#events} events instead of ${events}`)
    if (sha256 !== sha256Read) throw new TypeError('another checksum than that of the lines')
  }

  #assertPlace({ position, recordedAt }: RecordedEvent): void {
    const place = this.#position + 1
    if (position !== place) throw new TypeError(`position ${position} where ${place} is next`)
    if (position > this.range.to) throw new TypeError(`position ${position} behind the range`)
    if (!(recordedAt.getTime() >= this.#recordedAtMs)) throw new TypeError('a time that goes back')
  }

  async #assertStored(line: string): Promise<void> {
    const { value } = await this.#stored.next()
    if (value === line) return
    const reason = `it has another event at position ${this.#position}`
    throw new ImportRefusedError(this.#file, this.#head, reason)
  }

  async #assertStream({ streamId, version, type }: RecordedEvent): Promise<void> {
    const known = this.#versions.get(streamId)
    const head = known === undefined ? await this.#store.readStreamHead(streamId) : undefined
    const next = (known ?? head!.version) + 1
    if (version !== next) throw new TypeError(`version ${version} of ${streamId}, not ${next}`)
    const state = head?.state ?? this.#ended.get(streamId) ?? 'open'
    if (type !== streamDeleted) {
      if (state !== 'open') throw new TypeError(`an event behind the end of ${streamId}`)
      return
    }
    // A deletion overwrites the stream where it lies: what was exported before and after it does not fit.
    const isBehindEvents = known !== undefined && state !== 'deleted'
    if (isBehindEvents) throw new TypeError(`${streamId}, which was deleted during the export`)
  }

  #note({ streamId, version, type }: RecordedEvent): void {
    this.#versions.set(streamId, version)
    const state = streamStateAfter(type)
    if (state !== 'open') this.#ended.set(streamId, state)
  }
}

async function* storedLines(store: EventStore, after: Position): AsyncGenerator<string, void> {
  for await (const { text } of exportLines(store, { after, to: store.head }, false)) {
    yield* text.split('\n').slice(0, -1)
  }
}
