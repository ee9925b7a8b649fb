/**
 * Reading one stream: its events are chained backwards, each naming the position of the one before.
 *
 * Forward reading walks the chain back once, keeping positions only, then reads forward in chunks;
 * backward reading reads as it walks. Every link is checked: a chain that leads to another stream or
 * skips a version is damage. Nothing is held open between chunks. Runs per event.
 */

import { hashText } from '../base/hash.js'
import type { Position, RecordedEvent, Version } from '../events/event.js'
import { keyHashOf, previousPositionOf, versionOf } from '../events/record.js'
import type { ReadStreamOptions, StreamHead } from './contracts.js'
import { DamagedRecordError } from './errors.js'
import type { RecordSource } from './log-storage.js'
import { eventOfRecord, shapeOfRecord, soundRecordAt } from './record-reader.js'

/** Events that are read and decoded in one go. */
const chunkEvents = 256

/** Versions to return: [first, last]; nothing when first > last. */
export interface VersionRange {
  readonly first: Version
  readonly last: Version
}

/** Which versions a read asks for, given where the stream ends. */
export function versionRange(head: Version, options: ReadStreamOptions): VersionRange {
  const { afterVersion = 0, toVersion = head, backward = false, limit = head } = options
  const first = afterVersion + 1
  const last = Math.min(toVersion, head)
  return backward
    ? { first: Math.max(first, last - limit + 1), last }
    : { first, last: Math.min(last, afterVersion + limit) }
}

/** A place in the chain: the event of that version is at that position. */
interface Link {
  readonly version: Version
  readonly position: Position
}

/** Reads the stream from its head. Throws as `EventStore.readStream` says. */
export class StreamWalk {
  readonly #source: RecordSource
  readonly #streamId: string
  readonly #keyHash: number

  constructor(source: RecordSource, streamId: string) {
    this.#source = source
    this.#streamId = streamId
    this.#keyHash = hashText(streamId)
  }

  /** Oldest first, in chunks. */
  *forward(head: StreamHead, range: VersionRange): Generator<readonly RecordedEvent[]> {
    if (range.first > range.last) return
    const positions = this.#reading(() => this.#positions(head, range))
    for (let end = positions.length; end > 0; end -= chunkEvents) {
      const chunk = positions.slice(Math.max(0, end - chunkEvents), end).reverse()
      yield this.#reading(() => chunk.map((position) => this.#eventAt(position)))
    }
  }

  /** Newest first, in chunks. */
  *backward(head: StreamHead, range: VersionRange): Generator<readonly RecordedEvent[]> {
    if (range.first > range.last) return
    let link: Link = this.#reading(() => this.#linkAt(head, range.last))
    while (link.version >= range.first) {
      const events: RecordedEvent[] = []
      link = this.#reading(() => this.#collect(link, range.first, events))
      yield events
    }
  }

  /** The positions of all its events, newest first. */
  positions(head: StreamHead): readonly Position[] {
    return this.#reading(() => this.#positions(head, { first: 1, last: head.version }))
  }

  /** The positions of the range, newest first. */
  #positions(head: StreamHead, range: VersionRange): Position[] {
    const positions: Position[] = []
    let link = this.#linkAt(head, range.last)
    while (link.version >= range.first) {
      positions.push(link.position)
      link = this.#before(link)
    }
    return positions
  }

  /** Reads events down from `link` until the chunk is full. Returns where to go on. */
  #collect(link: Link, first: Version, events: RecordedEvent[]): Link {
    let next = link
    while (next.version >= first && events.length < chunkEvents) {
      events.push(this.#eventAt(next.position))
      next = this.#before(next)
    }
    return next
  }

  #linkAt(head: Link, version: Version): Link {
    let link = head
    while (link.version > version) link = this.#before(link)
    return link
  }

  #before(link: Link): Link {
    const bytes = soundRecordAt(this.#source, link.position)
    const position = previousPositionOf(bytes)
    const fits = versionOf(bytes) === link.version && keyHashOf(bytes) === this.#keyHash
    const goesBack = position < link.position && position > 0 === link.version > 1
    if (fits && goesBack) return { version: link.version - 1, position }
    throw new DamagedRecordError(link.position, `no event ${link.version} of ${this.#streamId}`)
  }

  #eventAt(position: Position): RecordedEvent {
    const bytes = soundRecordAt(this.#source, position)
    const shape = shapeOfRecord(this.#source, position, bytes)
    const event = eventOfRecord(this.#source, position, bytes, shape)
    if (event.streamId === this.#streamId) return event
    throw new DamagedRecordError(position, `an event of ${event.streamId}, not ${this.#streamId}`)
  }

  #reading<T>(work: () => T): T {
    this.#source.refresh()
    try {
      return work()
    } finally {
      this.#source.release()
    }
  }
}
