/**
 * Activation: reading an actor's state back, from its snapshot and the events after it.
 *
 * Events are folded as what they are today: older ones are upcast first.
 * Reads and returns data; who asked, and what waits meanwhile, is the residents' affair. A snapshot is
 * a cache: whatever is wrong with one, the stream is read from its beginning instead.
 *
 * Invariant: the state equals the fold of the upcast stream up to its version, with or without a snapshot.
 */

import { deepFreeze } from '../base/freeze.js'
import type { Position, RecordedEvent, Version } from '../events/event.js'
import type { EventStore, Snapshot } from '../store/contracts.js'
import { DamagedRecordError } from '../store/errors.js'
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

/** What else a fold does, and where it ends. */
interface FoldOptions {
  /** The limit `commandWindowEvents`; 0: no commands are looked for. */
  readonly windowEvents: number
  /** The last version to fold; `null`: the head. */
  readonly toVersion: Version | null
  /** Called with each event that was folded, as it is today. */
  readonly onEvent: ((event: RecordedEvent) => void) | null
}

/**
 * Reads the newest state.
 *
 * @param windowEvents - The limit `commandWindowEvents`.
 * @throws {DamagedRecordError} DRAMATIS_DAMAGED_RECORD
 * @throws {EvolveFailedError} DRAMATIS_EVOLVE_FAILED
 * @throws {UpcastFailedError} DRAMATIS_UPCAST_FAILED
 * @throws {SchemaVersionUnknownError} DRAMATIS_SCHEMA_VERSION_UNKNOWN
 * @throws {UnknownEventError} DRAMATIS_UNKNOWN_EVENT
 */
export function activateState(
  store: EventStore,
  type: ActorType,
  streamId: string,
  windowEvents: number,
): Promise<ActivatedState> {
  return readState(store, type, streamId, { windowEvents, toVersion: null, onEvent: null })
}

/** Reads the state at a version that the stream has. Throws as {@link activateState} does. */
export function stateAtVersion(
  store: EventStore,
  type: ActorType,
  streamId: string,
  toVersion: Version,
): Promise<ActivatedState> {
  return readState(store, type, streamId, { windowEvents: 0, toVersion, onEvent: null })
}

/** Goes on from a state to a later version. Throws as {@link activateState} does. */
export function foldOn(
  store: EventStore,
  type: ActorType,
  streamId: string,
  from: ActivatedState,
  toVersion: Version,
  onEvent: (event: RecordedEvent) => void,
): Promise<ActivatedState> {
  return fold(store, type, streamId, from, { windowEvents: 0, toVersion, onEvent })
}

async function readState(
  store: EventStore,
  type: ActorType,
  streamId: string,
  options: FoldOptions,
): Promise<ActivatedState> {
  const snapshot = await findSnapshot(store, type, streamId, options.toVersion)
  if (snapshot !== undefined) {
    try {
      const { version, position } = snapshot
      const state = deepFreeze(snapshot.state)
      const from = { state, version, position, versionKept: version, window: null }
      return await fold(store, type, streamId, from, options)
    } catch {
      // The state of an older `evolve`, perhaps. The stream decides; if it is at fault, it says so.
    }
  }
  const state = initialStateOf(type)
  const from = { state, version: 0, position: 0, versionKept: 0, window: null }
  return fold(store, type, streamId, from, options)
}

async function findSnapshot(
  store: EventStore,
  type: ActorType,
  streamId: string,
  toVersion: Version | null,
): Promise<Snapshot | undefined> {
  if (type.snapshot === null || toVersion === 0) return undefined
  try {
    const snapshot = await store.readSnapshot(streamId)
    if (snapshot === undefined) return undefined
    const versionMax = toVersion ?? Number.POSITIVE_INFINITY
    return isSnapshotUsable(snapshot, type.snapshot.version, versionMax) ? snapshot : undefined
  } catch {
    return undefined
  }
}

async function fold(
  store: EventStore,
  type: ActorType,
  streamId: string,
  from: ActivatedState,
  options: FoldOptions,
): Promise<ActivatedState> {
  const { toVersion } = options
  const range = { afterVersion: from.version, ...(toVersion === null ? {} : { toVersion }) }
  let at = from
  for await (const events of store.readStreamBatches(streamId, range)) {
    at = foldEvents(type, streamId, at, events, options)
  }
  return at
}

/** Runs per event. */
function foldEvents(
  type: ActorType,
  streamId: string,
  from: ActivatedState,
  events: readonly RecordedEvent[],
  { windowEvents, onEvent }: FoldOptions,
): ActivatedState {
  let { state, version, position, window } = from
  for (const event of events) {
    if (event.version !== version + 1) throw gap(streamId, version + 1, event)
    const parts = type.upcasts.upcast(event) ?? [event]
    for (const part of parts) {
      state = evolveState(type, state, part)
      onEvent?.(part)
    }
    version = event.version
    position = event.position
    if (event.metadata.commandHash === undefined || windowEvents === 0) continue
    window ??= new CommandWindow(windowEvents)
    window.addNewer(event)
  }
  return { state, version, position, versionKept: from.versionKept, window }
}

/** A stream that skips a version was damaged: a state folded from it would be wrong. */
function gap(streamId: string, expected: Version, { version, position }: RecordedEvent): Error {
  const found = `version ${version} of ${streamId} where ${expected} was next`
  return new DamagedRecordError(position, found)
}
