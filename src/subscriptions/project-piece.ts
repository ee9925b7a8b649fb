/**
 * One piece of the log taking effect in a view.
 *
 * Rows, index entries and the cursor commit in one transaction, so each event takes effect exactly
 * once; the projector itself runs before it. When an event fails, or cannot be upcast, everything
 * before it is kept and the failure is reported with its place. Runs per event.
 *
 * Invariant: the stored cursor never passes an event that has not taken effect.
 */

import assert from 'node:assert/strict'
import type { Clock } from '../base/clock.js'
import { type ErrorData, errorToData } from '../base/errors.js'
import { failpoint } from '../base/failpoint.js'
import type { AnyProjector } from '../define/projector.js'
import type { Position, RecordedEvent } from '../events/event.js'
import type { LogBatch, LogReader } from '../store/contracts.js'
import type { TableDatabase } from '../store/tables.js'
import { ProjectorFailedError } from './errors.js'
import type { Flight } from './flight.js'
import type { SubscribedEvents } from './subscribed-events.js'
import { ViewBatch, type ViewChange } from './view-batch.js'

/** The event that a projector cannot take. */
export interface ProjectFailure {
  readonly position: Position
  readonly error: ErrorData
}

export interface ProjectPorts {
  readonly projector: AnyProjector
  /** What the projector sees of the log. */
  readonly events: SubscribedEvents
  readonly database: TableDatabase
  readonly log: LogReader
  readonly clock: Clock
}

/** Positions of a piece, wanted or not. */
const pieceScanMax = 65_536
/** Events read at once: what is dropped young costs little, what lives long is copied twice. */
const readEventsMax = 1_024
/** A cursor that moved less, past events nobody wanted, is not worth a commit. */
const cursorWriteEvery = 8_192

/** Everything up to here has taken effect in the view. */
export function readCursor(database: TableDatabase): Position {
  return (database.table('meta').get(['cursor']) as number | undefined) ?? 0
}

/** How far a piece of the log may reach. */
interface Reach {
  readonly after: Position
  readonly to: Position | null
  readonly eventsMax: number
}

/** A piece of the log that was projected. */
export interface Piece {
  readonly scannedTo: Position
  readonly head: Position
  /** Wanted events. */
  readonly events: number
  readonly failure: ProjectFailure | null
}

/** Applies a piece, or as much of it as comes before an event that fails. */
export async function applyPiece(
  ports: ProjectPorts,
  stored: Position,
  flight: Flight,
  reach: Reach,
): Promise<Piece> {
  let failed: ProjectFailure | null = null
  let { to } = reach
  for (;;) {
    ports.database.refresh()
    const view = new ViewBatch(ports.projector, ports.database)
    const piece = await projectPiece(ports, view, flight, { ...reach, to })
    const cursors = { from: stored, to: piece.scannedTo }
    const isWritten = piece.failure !== null || !isWorthWriting(piece, stored)
    const failure = isWritten ? piece.failure : writePiece(ports, view, cursors, flight)
    if (failure === null) return { ...piece, failure: failed }
    // What comes before it is read once more, and kept.
    failed = failure
    to = failure.position - 1
  }
}

/** Whether it moves what is stored: the cursor, where no row changed. */
export function isWorthWriting({ events, scannedTo }: Piece, stored: Position): boolean {
  return events > 0 || scannedTo - stored >= cursorWriteEvery
}

/** Reads a piece and has the projector change the view's rows in memory, up to the first event that fails. */
async function projectPiece(
  ports: ProjectPorts,
  view: ViewBatch,
  flight: Flight,
  { after, to, eventsMax }: Reach,
): Promise<Piece> {
  let scannedTo = after
  let events = 0
  for (;;) {
    const batch = await ports.log.readBatch({
      after: scannedTo,
      ...(to === null ? {} : { to }),
      eventsMax: Math.min(readEventsMax, eventsMax - events),
      wantsType: ports.events.wantsType,
    })
    const { head } = batch
    const failure = projectBatch(ports, view, batch, flight)
    if (failure !== null) return { scannedTo, head, events, failure }
    scannedTo = batch.scannedTo
    events += batch.events.length
    const isThrough = scannedTo >= Math.min(head, to ?? head)
    const isFull = events >= eventsMax || scannedTo - after >= pieceScanMax
    if (isThrough || isFull) return { scannedTo, head, events, failure: null }
  }
}

function projectBatch(
  { projector, events: subscribed }: ProjectPorts,
  view: ViewBatch,
  batch: LogBatch,
  flight: Flight,
): ProjectFailure | null {
  const isUpcast = subscribed.hasSeenOld
  for (const event of batch.events) {
    const { position } = event
    view.position = position
    flight.begin(0, position)
    const failure = isUpcast
      ? projectParts(projector, subscribed, event, view)
      : projectEvent(projector, event, view)
    flight.end(0)
    if (failure !== null) return failure
  }
  return null
}

/** What an event is today, one part after the other. */
function projectParts(
  projector: AnyProjector,
  subscribed: SubscribedEvents,
  event: RecordedEvent,
  view: ViewBatch,
): ProjectFailure | null {
  let parts: readonly RecordedEvent[] | null
  try {
    parts = subscribed.partsOf(event)
  } catch (error) {
    return { position: event.position, error: errorToData(error) }
  }
  if (parts === null) return projectEvent(projector, event, view)
  for (const part of parts) {
    const failure = projectEvent(projector, part, view)
    if (failure !== null) return failure
  }
  return null
}

function projectEvent(
  projector: AnyProjector,
  event: RecordedEvent,
  view: ViewBatch,
): ProjectFailure | null {
  try {
    assertSynchronous(projector.on[event.type]!(event, view))
    return null
  } catch (error) {
    return failureAt(event.position, projector, error)
  }
}

/**
 * Writes the rows that a piece has changed, and the cursor.
 *
 * @throws what the database throws: then nothing is known against an event.
 */
function writePiece(
  { projector, database }: ProjectPorts,
  view: ViewBatch,
  cursors: { readonly from: Position; readonly to: Position },
  flight: Flight,
): ProjectFailure | null {
  let suspect: Position | null = 0
  try {
    const changes = changesOf(view, flight)
    failpoint('view.projected')
    database.transactSync(() => {
      suspect = null
      assert(readCursor(database) === cursors.from, 'a view has one writer')
      for (const change of changes) {
        view.position = suspect = change.position
        writeChange(database, change)
      }
      suspect = null
      failpoint('view.rows-written')
      database.table('meta').put(['cursor'], cursors.to)
    })
    failpoint('view.committed')
    return null
  } catch (error) {
    if (suspect === null) throw error
    return failureAt(view.position, projector, error)
  }
}

/** Index functions are the user's too: one that never returns is found by the flight. */
function changesOf(view: ViewBatch, flight: Flight): readonly ViewChange[] {
  flight.begin(0, view.position)
  try {
    return view.changes()
  } finally {
    flight.end(0)
  }
}

function failureAt(position: Position, projector: AnyProjector, error: unknown): ProjectFailure {
  return { position, error: errorToData(new ProjectorFailedError(projector.name, position, error)) }
}

function writeChange(database: TableDatabase, { table, key, value }: ViewChange): void {
  if (value === undefined) database.table(table).remove(key)
  else database.table(table).put(key, value)
}

function assertSynchronous(returned: unknown): void {
  if (returned === null || typeof returned !== 'object' || !('then' in returned)) return
  // Its rejection, if any, is answered here.
  void Promise.resolve(returned as Promise<unknown>).catch(() => {})
  throw new TypeError('a projector must be synchronous, but it returned a promise')
}
