/**
 * Checking the log itself: every segment and every record, from the first position to the last.
 *
 * Reads as every reader does (`OpenSegment`, `damageOf`, `eventOfRecord`) and compares what they give with what went
 * before. Changes nothing. What cannot be read is found once: an event that names it as its predecessor is taken at
 * its word. Runs per event.
 */

import { hashText } from '../../../base/hash.js'
import type { Position, RecordedEvent } from '../../../events/event.js'
import {
  damageOf,
  keyHashOf,
  previousIndexOf,
  previousPositionOf,
  recordedAtMsOf,
  shapeNumberOf,
  unknownIndex,
  versionOf,
} from '../../../events/record.js'
import { streamStateAfter, streamStates } from '../../../events/stream-end.js'
import type { RecordRun } from '../../log-storage.js'
import { eventOfRecord, shapeOfRecord } from '../../record-reader.js'
import type { Findings, VerifyFlow } from '../../verification.js'
import type { LogTables } from '../log-tables.js'
import { OpenSegment } from '../segment.js'
import { keysIn } from './keys-in.js'
import { StreamChains } from './stream-chains.js'

export class RecordCheck {
  readonly chains: StreamChains = new StreamChains()
  segments = 0
  events = 0
  /** The last position that a segment has, sound or not. */
  last: Position = 0
  readonly #tables: LogTables
  readonly #findings: Findings
  readonly #segment = new OpenSegment()
  #recordedAtMs = 0

  constructor(tables: LogTables, findings: Findings) {
    this.#tables = tables
    this.#findings = findings
  }

  async run(flow: VerifyFlow): Promise<void> {
    const head = this.#tables.readHead()
    let before: Position | null = null
    for await (const keys of keysIn(this.#tables.events, 'events', this.#findings)) {
      // A damaged segment may claim positions of the next one: it is cut where that begins.
      for (const first of keys) {
        if (before !== null) this.#checkSegment(before, first)
        before = first
      }
      await flow.pause('log', this.last, head)
    }
    if (before !== null) this.#checkSegment(before, Number.POSITIVE_INFINITY)
    await flow.pause('log', this.last, head)
  }

  #checkSegment(first: Position, nextFirst: Position): void {
    this.segments++
    if (first <= this.last) {
      const message = `Expected a segment behind position ${this.last}, found one at ${first}.`
      this.#findings.add('segment', { position: first }, message)
      return
    }
    if (first > this.last + 1) this.#missing(this.last + 1, first - 1)
    const value = this.#tables.events.getBinaryFast(first)
    if (value !== undefined) this.#segment.open(first, value)
    if (value === undefined || !this.#segment.holds(first)) {
      this.#unreadable(first, nextFirst)
      return
    }
    const run = this.#segment.run()
    const last = run.isSound ? run.last : Math.min(run.last, nextFirst - 1)
    if (!run.isSound) {
      this.#findings.add(
        'segment',
        { position: first },
        `Expected the segment of positions ${first} to ${last} to have its checksum, found another.`,
      )
    }
    this.#checkRecords(first, last, run)
    this.last = last
  }

  #checkRecords(first: Position, last: Position, run: RecordRun): void {
    const shapes = new Set<number>()
    let isComplete = true
    for (let position = first; position <= last; position++) {
      const bytes = this.#segment.recordAt(position)
      const damage = damageOf(bytes, position)
      if (damage === null) {
        shapes.add(shapeNumberOf(bytes))
        this.#checkRecord(position, position - first, bytes)
      } else {
        isComplete = false
        this.#findings.noteUnreadable(position, position)
        const message = `Expected a sound record at position ${position}, found ${damage}.`
        this.#findings.add('record', { position }, message)
      }
    }
    if (run.shapes === null || !isComplete) return
    const named = new Set(run.shapes)
    const isSame = named.size === shapes.size && [...shapes].every((each) => named.has(each))
    if (isSame) return
    const message = `Expected the segment to name shapes ${[...shapes]}, found ${[...named]}.`
    this.#findings.add('segment', { position: first }, message)
  }

  #checkRecord(position: Position, index: number, bytes: Buffer): void {
    this.#checkTime(position, recordedAtMsOf(bytes))
    const event = this.#decoded(position, bytes)
    if (event === undefined) return
    this.events++
    const { streamId } = event
    const keyHash = hashText(streamId)
    if (keyHash !== keyHashOf(bytes)) {
      const message = `Expected the header to have hash ${keyHash} of its stream, found ${keyHashOf(bytes)}.`
      this.#findings.add('record', { position, streamId }, message)
    }
    this.#checkChain(event, keyHash, bytes)
    const version = versionOf(bytes)
    const state = streamStates.indexOf(streamStateAfter(event.type))
    // Version 0 is found above, and would look like no stream at all.
    if (version > 0) this.chains.set(streamId, keyHash, { version, position, index, state })
  }

  #decoded(position: Position, bytes: Buffer): RecordedEvent | undefined {
    try {
      const shape = shapeOfRecord(this.#tables, position, bytes)
      const event = eventOfRecord(this.#tables, position, bytes, shape)
      if (typeof event.aggregateId === 'string') return event
      throw new Error(`Expected the id of an actor in its body, found none.`)
    } catch (error) {
      this.#findings.noteUnreadable(position, position)
      this.#findings.add('record', { position }, (error as Error).message)
      return undefined
    }
  }

  #checkTime(position: Position, recordedAtMs: number): void {
    if (recordedAtMs < this.#recordedAtMs) {
      const message = `Expected a time of recording from ${this.#recordedAtMs} on, found ${recordedAtMs}.`
      this.#findings.add('order', { position }, message)
    }
    this.#recordedAtMs = Math.max(recordedAtMs, this.#recordedAtMs)
  }

  /** Whether its stream leads to it: version by version, each naming the place of the one before. */
  #checkChain({ streamId, position }: RecordedEvent, keyHash: number, bytes: Buffer): void {
    const version = versionOf(bytes)
    const previous = previousPositionOf(bytes)
    const slot = this.chains.find(streamId, keyHash)
    const end = slot === -1 ? noEnd : this.chains.endAt(slot)
    const previousIndex = previousIndexOf(bytes)
    if (previous === end.position && version === end.version + 1) {
      if (previousIndex === unknownIndex || previousIndex === end.index) return
      const message = `Expected index ${end.index} of the previous event, found ${previousIndex}.`
      this.#findings.add('chain', { position, streamId }, message)
      return
    }
    if (previous > end.position && version > end.version && this.#findings.isUnreadable(previous)) {
      return
    }
    this.#findings.add(
      'chain',
      { position, streamId },
      `Expected version ${end.version + 1} behind position ${end.position}, found version ${version} behind ${previous}.`,
    )
  }

  #missing(from: Position, to: Position): void {
    this.#findings.noteUnreadable(from, to)
    const message = `Expected records at positions ${from} to ${to}, found none.`
    this.#findings.add('gap', { position: from }, message)
  }

  /** A segment that holds nothing: the positions up to the next one are lost. */
  #unreadable(first: Position, nextFirst: Position): void {
    const last = nextFirst === Number.POSITIVE_INFINITY ? first : nextFirst - 1
    this.#findings.noteUnreadable(first, last)
    const message = `Expected a segment of positions ${first} to ${last}, found bytes that are no segment.`
    this.#findings.add('segment', { position: first }, message)
    this.last = last
  }
}

const noEnd = Object.freeze({ version: 0, position: 0, index: unknownIndex, state: 0 })
