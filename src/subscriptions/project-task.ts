/**
 * One turn of a projector: reads a piece of the log and applies it to the view.
 *
 * Rows, index entries and the cursor commit in one transaction, so each event takes effect exactly
 * once; the projector itself runs before it. When an event fails, or cannot be upcast, everything
 * before it is kept and the failure is reported with its place.
 * Runs per event.
 *
 * Invariants:
 *   - the stored cursor never passes an event that has not taken effect;
 *   - a turn ends after `budgetMs`, so that other tasks of the thread get theirs.
 */

import assert from 'node:assert/strict'
import type { Clock } from '../base/clock.js'
import { type ErrorData, errorToData } from '../base/errors.js'
import { yieldToEventLoop } from '../base/signal.js'
import type { AnyProjector } from '../define/projector.js'
import type { Position, RecordedEvent } from '../events/event.js'
import type { LogBatch, LogReader } from '../store/contracts.js'
import type { TableDatabase } from '../store/tables.js'
import { ProjectorFailedError } from './errors.js'
import { Flight } from './flight.js'
import type { SubscribedEvents } from './subscribed-events.js'
import { ViewBatch, type ViewChange } from './view-batch.js'

export interface ProjectRequest {
  readonly task: 'project'
  readonly projector: string
  /** Directory of the rows, below `views/`. */
  readonly directory: string
  /** Go no further than this position; `null`: to the head. */
  readonly to: Position | null
  /** End after so many events; `null`: no such limit. */
  readonly eventsMax: number | null
  readonly budgetMs: number
  /** One slot. */
  readonly flight: SharedArrayBuffer
}

export interface ProjectOutcome {
  /** Everything up to here has taken effect. */
  readonly cursor: Position
  readonly head: Position
  /** Wanted events applied in this turn. */
  readonly events: number
  readonly durationMs: number
  readonly failure: ProjectFailure | null
}

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

/**
 * Events that change rows in memory before they are written, which is what a view that is far behind
 * costs. Each is read in pieces of at most 8 MiB.
 */
const batchEventsMax = 8_192
/** A cursor that moved less, past events nobody wanted, is not worth a commit. */
const cursorWriteEvery = 8_192

export async function runProjectTask(
  ports: ProjectPorts,
  request: ProjectRequest,
): Promise<ProjectOutcome> {
  const { database, log, clock } = ports
  const startedMs = clock.elapsedMs()
  const flight = new Flight(request.flight)
  database.refresh()
  let stored = readCursor(database)
  let cursor = stored
  const eventsMax = request.eventsMax ?? Number.POSITIVE_INFINITY
  let events = 0
  for (;;) {
    const batch = await log.readBatch({
      after: cursor,
      ...(request.to === null ? {} : { to: request.to }),
      eventsMax: Math.min(batchEventsMax, eventsMax - events),
      wantsType: ports.events.wantsType,
    })
    const failure = applyBatch(ports, batch, stored, flight)
    cursor = failure === null ? batch.scannedTo : failure.position - 1
    if (batch.events.length > 0 || cursor - stored >= cursorWriteEvery) stored = cursor
    events += batch.events.filter((event) => event.position <= cursor).length
    const durationMs = clock.elapsedMs() - startedMs
    const isThrough = cursor >= Math.min(batch.head, request.to ?? batch.head)
    const isSpent = events >= eventsMax || durationMs >= request.budgetMs
    if (failure !== null || isThrough || isSpent) {
      return { cursor, head: batch.head, events, durationMs, failure }
    }
    await yieldToEventLoop()
  }
}

/** Everything up to here has taken effect in the view. */
export function readCursor(database: TableDatabase): Position {
  return (database.table('meta').get(['cursor']) as number | undefined) ?? 0
}

/** Applies a batch, or as much of it as comes before an event that fails. */
function applyBatch(
  ports: ProjectPorts,
  batch: LogBatch,
  stored: Position,
  flight: Flight,
): ProjectFailure | null {
  if (batch.events.length === 0 && batch.scannedTo - stored < cursorWriteEvery) return null
  let { events, failure: failed } = upcastBatch(ports.events, batch, flight)
  const to = failed === null ? batch.scannedTo : failed.position - 1
  for (let last = tryApply(ports, events, { from: stored, to }, flight); last !== null; ) {
    failed = last
    const { position } = failed
    events = events.filter((event) => event.position < position)
    last = tryApply(ports, events, { from: stored, to: position - 1 }, flight)
  }
  return failed
}

/** What the events of a batch are today, up to the first that cannot be upcast. */
function upcastBatch(
  subscribed: SubscribedEvents,
  batch: LogBatch,
  flight: Flight,
): { readonly events: readonly RecordedEvent[]; readonly failure: ProjectFailure | null } {
  if (!subscribed.hasSeenOld) return { events: batch.events, failure: null }
  const events: RecordedEvent[] = []
  for (const event of batch.events) {
    const { position } = event
    flight.begin(0, position)
    try {
      const parts = subscribed.partsOf(event)
      if (parts === null) events.push(event)
      else events.push(...parts)
    } catch (error) {
      return { events, failure: { position, error: errorToData(error) } }
    } finally {
      flight.end(0)
    }
  }
  return { events, failure: null }
}

/** @throws what the database throws: then nothing is known against an event. */
function tryApply(
  { projector, database }: ProjectPorts,
  events: readonly RecordedEvent[],
  cursors: { readonly from: Position; readonly to: Position },
  flight: Flight,
): ProjectFailure | null {
  const view = new ViewBatch(projector, database)
  let suspect: Position | null = null
  database.refresh()
  try {
    for (const event of events) {
      view.position = suspect = event.position
      flight.begin(0, event.position)
      assertSynchronous(projector.on[event.type]!(event, view))
    }
    const changes = view.changes()
    flight.end(0)
    database.transactSync(() => {
      suspect = null
      assert(readCursor(database) === cursors.from, 'a view has one writer')
      for (const change of changes) {
        view.position = suspect = change.position
        writeChange(database, change)
      }
      suspect = null
      database.table('meta').put(['cursor'], cursors.to)
    })
    return null
  } catch (error) {
    if (suspect === null) throw error
    const failure = new ProjectorFailedError(projector.name, view.position, error)
    return { position: view.position, error: errorToData(failure) }
  } finally {
    flight.end(0)
  }
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
