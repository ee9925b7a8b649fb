/**
 * Staging: giving events their versions, positions and bytes, before any of it is written.
 *
 * It keeps the events that wait for the next commit and those of the commit under way, so that the
 * next command of a stream can be checked against events that are not durable yet. It never writes:
 * the store takes a group, writes it, and says when it has landed. Runs per event.
 *
 * Invariants:
 *   - a call stages all its events or, when it throws, none (shapes it made may stay);
 *   - one group at a time is under way; the next collects behind it;
 *   - recordedAt never decreases, whatever the clock does.
 */

import assert from 'node:assert/strict'
import type { Clock } from '../base/clock.js'
import { hashText } from '../base/hash.js'
import type { Position, RecordedEvent } from '../events/event.js'
import { encodeRecord, eventIdOf, type RecordInput } from '../events/record.js'
import type { Shape, ShapeTable } from '../events/shapes.js'
import { type StreamState, streamDeleted, streamStateAfter } from '../events/stream-end.js'
import { streamIdOf } from '../events/stream-id.js'
import { type ClaimChanges, type ClaimedKeys, StagedClaims } from './claims.js'
import type { EventToStage, ExpectedVersion, StreamAppend, StreamHead } from './contracts.js'
import {
  BoundaryConflictError,
  RecordTooLargeError,
  StreamEndedError,
  VersionConflictError,
} from './errors.js'
import { HeadCache } from './head-cache.js'
import type { KeyVault } from './keys/key-vault.js'
import {
  type ChainHead,
  type LogTail,
  noStream,
  type StagedGroup,
  type StreamDeletion,
} from './log-storage.js'
import { type SealedEvent, sealEvent } from './seal-event.js'
import { SegmentLayout } from './segment-layout.js'
import { type TagBoundary, type TaggedEvent, TaggedGroup, type TagQuery } from './tags.js'

export interface StagingOptions {
  readonly clock: Clock
  readonly recordBytesMax: number
  readonly headsMax: number
  /** The keys of personal fields. */
  readonly keys: KeyVault
  /** Reads a durable head that is not in the cache. */
  readonly readHead: (streamId: string) => ChainHead
  /** Reads the durable owner of a claim, by its key. */
  readonly readClaimOwner: (key: string) => string | undefined
  /** Whether a query finds anything durable in (after, to]. */
  readonly hasTagged: (query: TagQuery, after: Position, to: Position) => boolean
  /** What the records of a durable stream become when it is deleted; `shape` is for all of them. */
  readonly tombstones: (
    streamId: string,
    head: StreamHead,
    shape: Shape,
  ) => StreamDeletion['records']
}

/** The events of each append of a call, in order. */
export type Placed = readonly (readonly RecordedEvent[])[]

/** Where an append leads to. */
interface End extends ChainHead {
  readonly streamId: string
}

interface OpenGroup extends StagedGroup {
  readonly records: Buffer[]
  readonly heads: Map<string, ChainHead>
  readonly deletions: StreamDeletion[]
}

/** What is called before anything is queued: see `EventStore.stage`. */
export type Accept = (placed: Placed) => readonly ClaimChanges[] | undefined

const noClaims: ClaimedKeys = new Map()

export class Staging {
  readonly #options: StagingOptions
  readonly #shapes: ShapeTable
  readonly #cache: HeadCache
  /** The position of the last staged event. */
  #last: Position
  #recordedAtMs: number
  #group: OpenGroup
  #underWay: StagedGroup | null = null
  readonly #claims: StagedClaims
  #tagged = new TaggedGroup()
  #taggedUnderWay: TaggedGroup | null = null
  /** What is encoded: one for all records, filled by each. */
  readonly #record = {} as { -readonly [Key in keyof RecordInput]: RecordInput[Key] }
  /** The tagged events of the call under way. */
  readonly #taggedNow: TaggedEvent[] = []

  constructor(tail: LogTail, options: StagingOptions) {
    this.#options = options
    this.#shapes = tail.shapes
    this.#cache = new HeadCache(options.headsMax)
    this.#last = tail.head
    this.#recordedAtMs = tail.recordedAtMs
    this.#group = openGroup(tail.head)
    this.#claims = new StagedClaims(options.readClaimOwner)
  }

  /** What a decision that rests on a query rests on now. @param head - The last durable position. */
  boundaryOf(query: TagQuery, head: Position): TagBoundary {
    return { query, head, staged: this.#findStaged(query, head), after: this.#last, owner: this }
  }

  /** Places events and queues them for the next group. Throws as `EventStore.stage` says. */
  stage(appends: readonly StreamAppend[], accept?: Accept, boundary?: TagBoundary): Placed {
    const last = this.#last
    if (boundary !== undefined) this.#checkBoundary(boundary)
    const recordedAtMs = appends[0]?.recordedAtMs ?? this.#recordingMs()
    assert(recordedAtMs >= this.#recordedAtMs, 'time does not go back')
    const { records, layout } = this.#group
    const recordsBefore = records.length
    try {
      // Of their length at once: what grows by `push` begins with room for seventeen.
      const placed = new Array<RecordedEvent[]>(appends.length)
      const ends = new Array<End>(appends.length)
      for (let at = 0; at < appends.length; at++) {
        placed[at] = this.#place(appends, at, recordedAtMs, ends)
      }
      const changes = accept?.(placed)
      const deletions = this.#deletions(appends)
      assert(this.#last === last + records.length - recordsBefore, 'accept must not stage')
      if (changes !== undefined) this.#claims.apply(this.#claims.check(changes))
      // Nothing behind this line throws: the call has happened.
      for (const end of ends) this.#group.heads.set(end.streamId, end)
      if (this.#taggedNow.length > 0) this.#keepTagged()
      for (const deletion of deletions) this.#group.deletions.push(deletion)
      this.#recordedAtMs = recordedAtMs
      return placed
    } catch (error) {
      records.length = recordsBefore
      layout.cut(last + 1)
      this.#last = last
      this.#taggedNow.length = 0
      throw error
    }
  }

  /** Whether a stream is deleted, durably or by what is staged. */
  isDeleted(streamId: string): boolean {
    return this.#headOf(streamId).state === 'deleted'
  }

  /** Closes the group that collects and hands it over; `undefined` when it is empty. */
  take(): StagedGroup | undefined {
    assert(this.#underWay === null)
    if (this.#group.records.length === 0 && this.#claims.isEmpty) return undefined
    const group = {
      ...this.#group,
      shapes: this.#shapes.takeAdded(),
      tagged: this.#tagged.events,
      claims: this.#claims.isEmpty ? noClaims : this.#claims.take(),
    }
    this.#underWay = group
    if (group.tagged.length > 0) {
      this.#taggedUnderWay = this.#tagged
      this.#tagged = new TaggedGroup()
    }
    this.#group = openGroup(this.#last)
    return group
  }

  /** The group that was taken is durable. */
  landed(): void {
    assert(this.#underWay !== null)
    this.#underWay.heads.forEach((head, streamId) => {
      this.#cache.set(streamId, head)
    })
    this.#underWay = null
    this.#taggedUnderWay = null
    this.#claims.landed()
  }

  #findStaged(query: TagQuery, after: Position): readonly RecordedEvent[] {
    const underWay = this.#taggedUnderWay?.find(query, after) ?? []
    return [...underWay, ...this.#tagged.find(query, after)]
  }

  #checkBoundary({ query, after, owner }: TagBoundary): void {
    const isCurrent = owner === this
    // What was staged behind the boundary is durable by now, or still staged.
    const staged = isCurrent && this.#last > after ? this.#findStaged(query, after) : []
    const { after: durable } = this.#underWay ?? this.#group
    const { hasTagged } = this.#options
    const isMet =
      isCurrent && staged.length === 0 && (durable <= after || !hasTagged(query, after, durable))
    if (!isMet) throw new BoundaryConflictError([...new Set(query.flatMap(({ tags }) => tags))], 1)
  }

  #recordingMs(): number {
    return Math.max(this.#options.clock.nowMs(), this.#recordedAtMs)
  }

  #headOf(streamId: string): ChainHead {
    const staged = this.#group.heads.get(streamId) ?? this.#underWay?.heads.get(streamId)
    if (staged !== undefined) return staged
    const cached = this.#cache.get(streamId)
    if (cached !== undefined) return cached
    const stored = this.#options.readHead(streamId)
    if (stored !== noStream) this.#cache.set(streamId, stored)
    return stored
  }

  /**
   * @param at - Which of the appends.
   * @param ends - Where each of them leads to; this one's is noted.
   */
  #place(
    appends: readonly StreamAppend[],
    at: number,
    recordedAtMs: number,
    ends: End[],
  ): RecordedEvent[] {
    const { records, layout } = this.#group
    const append = appends[at]!
    const { aggregateType, aggregateId } = append
    assert(append.events.length > 0)
    const streamId = append.streamId ?? streamIdOf(aggregateType, aggregateId)
    const head = this.#headOf(streamId)
    checkState(streamId, append.events[0]!.type, head.state)
    checkVersion(streamId, append.expectedVersion, head.version)
    for (let before = 0; before < at; before++) {
      assert(ends[before]!.streamId !== streamId, 'each stream appears once')
    }
    const record = this.#record
    record.keyHash = hashText(streamId)
    record.aggregateId = aggregateId
    record.recordedAtMs = recordedAtMs
    const count = append.events.length
    const events = new Array<RecordedEvent>(count)
    let { version, position: previousPosition, index: previousIndex } = head
    for (let next = 0; next < count; next++) {
      const event = append.events[next]!
      version++
      const position = this.#last + 1
      const shape = this.#shapes.resolve(aggregateType, event.type, event.schemaVersion, event.data)
      const sealed = this.#sealed(aggregateType, streamId, version, event)
      record.shape = shape
      record.version = version
      record.position = position
      record.previousPosition = previousPosition
      record.previousIndex = previousIndex
      record.occurredAtMs = event.occurredAtMs ?? null
      record.data = sealed === null ? event.data : sealed.data
      record.metadata = event.metadata
      record.sealed = sealed === null ? null : sealed.sealed
      const bytes = encodeRecord(record)
      this.#checkSize(streamId, shape, bytes.length)
      records.push(bytes)
      this.#last = position
      const recorded = recordedEvent(event, append, streamId, version, position, recordedAtMs)
      events[next] = recorded
      if (event.tags !== undefined) this.#taggedNow.push({ event: recorded, tags: event.tags })
      previousPosition = position
      previousIndex = layout.add(position, bytes.length)
    }
    const state = streamStateAfter(append.events[count - 1]!.type)
    ends[at] = { streamId, version, position: previousPosition, index: previousIndex, state }
    return events
  }

  #sealed(
    aggregateType: string,
    streamId: string,
    version: number,
    event: EventToStage,
  ): SealedEvent | null {
    const { personal } = event
    if (personal === undefined) return null
    return sealEvent(this.#options.keys, aggregateType, streamId, version, event, personal)
  }

  #checkSize(streamId: string, shape: Shape, bytes: number): void {
    const { recordBytesMax } = this.#options
    if (bytes > recordBytesMax) {
      throw new RecordTooLargeError(streamId, shape.type, bytes, recordBytesMax)
    }
  }

  #keepTagged(): void {
    for (const each of this.#taggedNow) this.#tagged.add(each)
    this.#taggedNow.length = 0
  }

  #deletions(appends: readonly StreamAppend[]): readonly StreamDeletion[] {
    let deletions = noDeletions
    for (const { aggregateType, aggregateId, events } of appends) {
      const { type, schemaVersion, data } = events[0]!
      if (type !== streamDeleted) continue
      const streamId = streamIdOf(aggregateType, aggregateId)
      const head = this.#headOf(streamId)
      // One that is deleted already has nothing to overwrite: imports write it event by event.
      if (head.state === 'deleted' || head.version === 0) continue
      assert(!this.#isUnderWay(streamId), 'only durable streams are deleted')
      const shape = this.#shapes.resolve(aggregateType, type, schemaVersion, data)
      const records = this.#options.tombstones(streamId, head, shape)
      deletions = [...deletions, { streamId, records }]
    }
    return deletions
  }

  #isUnderWay(streamId: string): boolean {
    return this.#group.heads.has(streamId) || this.#underWay?.heads.has(streamId) === true
  }
}

const noDeletions: readonly StreamDeletion[] = Object.freeze([])

function openGroup(after: Position): OpenGroup {
  return {
    ...{ after, records: [], layout: new SegmentLayout(), heads: new Map(), shapes: [] },
    ...{ tagged: [], claims: noClaims, deletions: [] },
  }
}

function checkState(streamId: string, type: string, state: StreamState): void {
  if (state !== 'open' && type !== streamDeleted) throw new StreamEndedError(streamId, state)
}

function checkVersion(streamId: string, expected: ExpectedVersion, actual: number): void {
  if (expected === 'any') return
  const version = expected === 'none' ? 0 : expected
  if (version !== actual) throw new VersionConflictError(streamId, version, actual)
}

/** The event as reading it back will give it: see `decodeRecord`. */
function recordedEvent(
  event: EventToStage,
  { aggregateType, aggregateId }: StreamAppend,
  streamId: string,
  version: number,
  position: Position,
  recordedAtMs: number,
): RecordedEvent {
  const recordedAt = new Date(recordedAtMs)
  return Object.freeze({
    id: eventIdOf(streamId, version),
    type: event.type,
    schemaVersion: event.schemaVersion,
    aggregateType,
    aggregateId,
    streamId,
    version,
    position,
    recordedAt,
    occurredAt: event.occurredAtMs === undefined ? recordedAt : new Date(event.occurredAtMs),
    data: event.data,
    metadata: Object.freeze(event.metadata),
  })
}
