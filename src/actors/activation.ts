/**
 * Activation: reading an actor's state back, from its snapshot and the events after it.
 *
 * Events are folded as what they are today: older ones are upcast first.
 * Reads and returns data; who asked, and what waits meanwhile, is the residents' affair. A snapshot is
 * a cache: whatever is wrong with one, the stream is read from its beginning instead.
 *
 * Invariant: the state equals the fold of the whole upcast stream, with or without a snapshot.
 */

import { describeValue } from '../base/errors.js'
import { deepFreeze } from '../base/freeze.js'
import type { Position, Version } from '../events/event.js'
import type { EventStore, Snapshot } from '../store/contracts.js'
import type { ActorType } from './actor-type.js'
import { CommandWindow } from './command-window.js'
import { evolveState, initialStateOf } from './evolution.js'
import { isSnapshotUsable } from './snapshot-policy.js'

/** A state and where it stands. */
export interface ActivatedState {
  readonly state: unknown
  readonly version: Version
  readonly position: Position
  /** Version of the snapshot it began with; 0: none. */
  readonly versionKept: Version
  /** The named commands recorded after the snapshot; `null`: none. */
  readonly window: CommandWindow | null
}

/**
 * @param windowEvents - The limit `commandWindowEvents`.
 * @throws {DamagedRecordError} DRAMATIS_DAMAGED_RECORD
 * @throws {EvolveFailedError} DRAMATIS_EVOLVE_FAILED
 * @throws {UpcastFailedError} DRAMATIS_UPCAST_FAILED
 * @throws {SchemaVersionUnknownError} DRAMATIS_SCHEMA_VERSION_UNKNOWN
 * @throws {UnknownEventError} DRAMATIS_UNKNOWN_EVENT
 */
export async function activateState(
  store: EventStore,
  type: ActorType,
  streamId: string,
  windowEvents: number,
): Promise<ActivatedState> {
  const snapshot = await findSnapshot(store, type, streamId)
  if (snapshot !== undefined) {
    try {
      return await replay(store, type, streamId, windowEvents, {
        state: deepFreeze(snapshot.state),
        version: snapshot.version,
        position: snapshot.position,
        versionKept: snapshot.version,
      })
    } catch {
      // The state of an older `evolve`, perhaps. The stream decides; if it is at fault, it says so.
    }
  }
  const state = initialStateOf(type)
  const from = { state, version: 0, position: 0, versionKept: 0 }
  return replay(store, type, streamId, windowEvents, from)
}

async function findSnapshot(
  store: EventStore,
  type: ActorType,
  streamId: string,
): Promise<Snapshot | undefined> {
  if (type.snapshot === null) return undefined
  try {
    const snapshot = await store.readSnapshot(streamId)
    if (snapshot === undefined) return undefined
    const head = await store.readStreamHead(streamId)
    return isSnapshotUsable(snapshot, type.snapshot.version, head) ? snapshot : undefined
  } catch {
    return undefined
  }
}

async function replay(
  store: EventStore,
  type: ActorType,
  streamId: string,
  windowEvents: number,
  from: Omit<ActivatedState, 'window'>,
): Promise<ActivatedState> {
  let { state, version, position } = from
  let window: CommandWindow | null = null
  for await (const event of store.readStream(streamId, { afterVersion: version })) {
    if (event.version !== version + 1) throw new GapError(streamId, version + 1, event.version)
    const parts = type.upcasts.upcast(event)
    if (parts === null) state = evolveState(type, state, event)
    else for (const part of parts) state = evolveState(type, state, part)
    version = event.version
    position = event.position
    if (event.metadata.commandHash === undefined || windowEvents === 0) continue
    window ??= new CommandWindow(windowEvents)
    window.addNewer(event)
  }
  return { state, version, position, versionKept: from.versionKept, window }
}

/** A stream that skips a version was damaged: a state folded from it would be wrong. */
class GapError extends Error {
  constructor(streamId: string, expected: Version, found: unknown) {
    super(`Expected version ${expected} of ${streamId} next, found ${describeValue(found)}.`)
    this.name = 'GapError'
  }
}
