/**
 * Past states: what an actor was at a version, a position or a time, and what changed in between.
 *
 * Read from the durable stream, beside the actor: nothing is woken, waited for or kept. A snapshot is used
 * where one is not ahead of the moment that is asked about.
 *
 * Invariants:
 *   - the state at a moment is the fold of the upcast events up to it;
 *   - the answer about a moment never changes: what is still to come is not answered.
 */

import type { Clock } from '../base/clock.js'
import type { Position, RecordedEvent, Version } from '../events/event.js'
import type { EventStore, StreamPlace } from '../store/contracts.js'
import { type ActivatedState, foldOn, stateAtVersion } from './activation.js'
import type { ActorType } from './actor-type.js'
import { diffStates, type StateChange } from './diff-states.js'
import { MomentNotReachedError } from './errors.js'
import type { Moment } from './moment.js'

/** The stream of one actor, and what it takes to read its past. */
export interface PastStream {
  readonly store: EventStore
  readonly clock: Clock
  readonly type: ActorType
  readonly streamId: string
}

/** Names an event, without its payload. */
export interface EventName {
  /** `streamId@version`. */
  readonly id: string
  readonly type: string
  readonly version: Version
  readonly position: Position
  readonly recordedAt: Date
  /** Only where an upcaster made several events of one. */
  readonly part?: number
}

/** What lies between two states of an actor. */
export interface StateDifference {
  readonly before: StreamPlace
  readonly after: StreamPlace
  /** What makes the state after of the state before: see `diffStates`. */
  readonly changes: readonly StateChange[]
  /** What was recorded between the two, as it is today, oldest first, whichever way round was asked. */
  readonly events: readonly EventName[]
}

/** Throws as `ActorSystem.stateAt` says. */
export async function readPastState(stream: PastStream, moment: Moment): Promise<ActivatedState> {
  return readVersion(stream, await versionAt(stream, moment))
}

/** @param after - `null`: the newest durable state. Throws as `ActorSystem.stateAt` says. */
export async function readDifference(
  stream: PastStream,
  before: Moment,
  after: Moment | null,
): Promise<StateDifference> {
  const { store, streamId } = stream
  const asked = await versionAt(stream, before)
  const other =
    after === null ? (await store.readStreamHead(streamId)).version : await versionAt(stream, after)
  const events: EventName[] = []
  const older = await readVersion(stream, Math.min(asked, other))
  const newer = await foldOn(store, stream.type, streamId, older, Math.max(asked, other), (event) =>
    events.push(nameOf(event)),
  )
  const [from, to] = asked <= other ? [older, newer] : [newer, older]
  return {
    before: placeOf(from),
    after: placeOf(to),
    changes: diffStates(from.state, to.state),
    events,
  }
}

function readVersion({ store, type, streamId }: PastStream, version: Version) {
  return stateAtVersion(store, type, streamId, version)
}

/** @throws {MomentNotReachedError} DRAMATIS_MOMENT_NOT_REACHED */
async function versionAt(stream: PastStream, moment: Moment): Promise<Version> {
  const { store, streamId } = stream
  if (moment.at !== undefined) return versionAtTime(stream, moment.at)
  if (moment.position !== undefined) {
    const { position } = moment
    if (position <= store.head) return (await store.readStreamPlace(streamId, position)).version
    throw new MomentNotReachedError(streamId, `position ${position}`, `position ${store.head}`)
  }
  const { version } = await store.readStreamHead(streamId)
  if (moment.version <= version) return moment.version
  throw new MomentNotReachedError(streamId, `version ${moment.version}`, `version ${version}`)
}

async function versionAtTime({ store, clock, streamId }: PastStream, at: Date): Promise<Version> {
  const atMs = at.getTime()
  const nowMs = clock.nowMs()
  // After the clock was set back, the log may be ahead of it: that time has come all the same.
  const isToCome = atMs > nowMs && (await store.positionAt(atMs - 1)) === store.head
  if (isToCome) {
    const now = new Date(nowMs).toISOString()
    throw new MomentNotReachedError(streamId, `time ${at.toISOString()}`, `time ${now}`)
  }
  const position = await store.positionAt(atMs)
  return (await store.readStreamPlace(streamId, position)).version
}

function placeOf({ version, position }: StreamPlace): StreamPlace {
  return { version, position }
}

function nameOf({ id, type, version, position, recordedAt, part }: RecordedEvent): EventName {
  const name = { id, type, version, position, recordedAt }
  return part === undefined ? name : { ...name, part }
}
