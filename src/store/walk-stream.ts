/**
 * Reading one stream: its events are chained backwards, each naming the position of the one before.
 *
 * Backward reading reads as it walks. Forward reading walks the chain back once, reading the newest
 * events and keeping the positions of the others, then reads forward in chunks. Every link is checked:
 * a chain that leads to another stream or skips a version is damage. Nothing is held open between
 * chunks. Runs per event.
 */

import { hashText } from '../base/hash.js'
import type { Position, RecordedEvent, Version } from '../events/event.js'
import {
  keyHashOf,
  previousIndexOf,
  previousPositionOf,
  unknownIndex,
  versionOf,
} from '../events/record.js'
import { splitStreamId } from '../events/stream-id.js'
import type { ReadStreamOptions, StreamPlace } from './contracts.js'
import { DamagedRecordError } from './errors.js'
import type { RecordSource } from './log-storage.js'
import { eventOfRecord, shapeOfRecord, soundRecordAt } from './record-reader.js'

/** Events that are read and decoded in one go. */
const chunkEvents = 256
/** Of a forward reading, the newest events are read on the way back, and held: at most so many. */
const heldEvents = 1_024
/** Either of them is over once its records have so many bytes. */
const goBytes = 4 * 1024 * 1024
/** Headers that are looked at in one go: some milliseconds. */
const backLinks = 4_096

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

/** A place in the chain: the event of that version is at that position, and there in its segment. */
interface Link extends StreamPlace {
  readonly index: number
}

/** What a walk back found. */
interface Walked {
  /** To the events that were not read, newest first. */
  readonly links: readonly Link[]
  /** The events that were, newest first. */
  readonly newest: RecordedEvent[]
}

/** Reads the stream from its head. Throws as `EventStore.readStream` says. */
export class StreamWalk {
  readonly #source: RecordSource
  readonly #streamId: string
  readonly #parts: ReturnType<typeof splitStreamId>
  readonly #keyHash: number

  constructor(source: RecordSource, streamId: string) {
    this.#source = source
    this.#streamId = streamId
    this.#parts = splitStreamId(streamId)
    this.#keyHash = hashText(streamId)
  }

  /** Walks from one place back to where the stream stood at a position, or part of the way. Headers only. */
  back(from: StreamPlace, at: Position): StreamPlace {
    return this.#reading(() => {
      let link = linkTo(from)
      for (let steps = 0; link.position > at && steps < backLinks; steps++) {
        link = this.#before(link)
      }
      return link
    })
  }

  /** Oldest first, in chunks. */
  *forward(head: StreamPlace, range: VersionRange): Generator<readonly RecordedEvent[]> {
    if (range.first > range.last) return
    const { links, newest } = this.#reading(() => this.#walkBack(linkTo(head), range))
    for (let end = links.length; end > 0; end -= chunkEvents) {
      const chunk = links.slice(Math.max(0, end - chunkEvents), end).reverse()
      yield this.#reading(() => chunk.map((link) => this.#eventAt(link)))
    }
    yield newest.reverse()
  }

  /** Newest first, in chunks. */
  *backward(head: StreamPlace, range: VersionRange): Generator<readonly RecordedEvent[]> {
    if (range.first > range.last) return
    let link = this.#reading(() => this.#linkAt(linkTo(head), range.last))
    while (link.version >= range.first) {
      const events: RecordedEvent[] = []
      link = this.#reading(() => this.#collect(link, range.first, chunkEvents, events))
      yield events
    }
  }

  /** The positions of all its events, newest first. */
  positions(head: StreamPlace): readonly Position[] {
    const links = this.#reading(() => this.#linksFrom(linkTo(head), 1))
    return links.map(({ position }) => position)
  }

  /** Reads the newest events on the way back, as many as may be held, and notes where the others are. */
  #walkBack(head: Link, range: VersionRange): Walked {
    const newest: RecordedEvent[] = []
    const rest = this.#collect(this.#linkAt(head, range.last), range.first, heldEvents, newest)
    return { links: this.#linksFrom(rest, range.first), newest }
  }

  /** From a place back to a version, newest first. */
  #linksFrom(from: Link, first: Version): readonly Link[] {
    const links: Link[] = []
    for (let link = from; link.version >= first; link = this.#before(link)) links.push(link)
    return links
  }

  /** Reads events down from `link` until there are enough. Returns where to go on. */
  #collect(link: Link, first: Version, eventsMax: number, events: RecordedEvent[]): Link {
    let next = link
    let bytesRead = 0
    while (next.version >= first && events.length < eventsMax && bytesRead < goBytes) {
      const bytes = soundRecordAt(this.#source, next.position, next.index)
      bytesRead += bytes.length
      const before = this.#linkBefore(next, bytes)
      events.push(this.#eventOf(next.position, bytes))
      next = before
    }
    return next
  }

  #linkAt(head: Link, version: Version): Link {
    let link = head
    while (link.version > version) link = this.#before(link)
    return link
  }

  #before(link: Link): Link {
    return this.#linkBefore(link, this.#bytesAt(link))
  }

  /** @param bytes - The record of the link. */
  #linkBefore(link: Link, bytes: Buffer): Link {
    const position = previousPositionOf(bytes)
    const fits = versionOf(bytes) === link.version && keyHashOf(bytes) === this.#keyHash
    const goesBack = position < link.position && position > 0 === link.version > 1
    if (fits && goesBack) {
      return { version: link.version - 1, position, index: previousIndexOf(bytes) }
    }
    throw new DamagedRecordError(link.position, `no event ${link.version} of ${this.#streamId}`)
  }

  #eventAt(link: Link): RecordedEvent {
    return this.#eventOf(link.position, this.#bytesAt(link))
  }

  #bytesAt({ position, index }: Link): Buffer {
    return soundRecordAt(this.#source, position, index)
  }

  #eventOf(position: Position, bytes: Buffer): RecordedEvent {
    const shape = shapeOfRecord(this.#source, position, bytes)
    const event = eventOfRecord(this.#source, position, bytes, shape)
    // Of the two parts, which are texts already: joining them for a comparison costs more than it says.
    const { aggregateType, aggregateId } = this.#parts
    if (event.aggregateId === aggregateId && event.aggregateType === aggregateType) return event
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

/** Where to begin: a head of this store says where in its segment it is, any other place does not. */
function linkTo({ version, position, index = unknownIndex }: StreamPlace & Partial<Link>): Link {
  return { version, position, index }
}
