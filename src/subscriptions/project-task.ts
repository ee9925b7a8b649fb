/**
 * One turn of a projector: piece after piece of the log, until its time is up or nothing is left.
 *
 * How a piece takes effect is `project-piece.ts`'s.
 *
 * Invariant: a turn ends after `budgetMs`, so that other tasks of the thread get theirs.
 */

import { yieldToEventLoop } from '../base/signal.js'
import type { Position } from '../events/event.js'
import { Flight } from './flight.js'
import {
  applyPiece,
  isWorthWriting,
  type ProjectFailure,
  type ProjectPorts,
  readCursor,
} from './project-piece.js'

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

/** Events that change rows in memory before they are written, which is what a view that is far behind costs. */
const pieceEventsMax = 8_192

export async function runProjectTask(
  ports: ProjectPorts,
  request: ProjectRequest,
): Promise<ProjectOutcome> {
  const { database, clock } = ports
  const startedMs = clock.elapsedMs()
  const flight = new Flight(request.flight)
  database.refresh()
  let stored = readCursor(database)
  let cursor = stored
  const eventsMax = request.eventsMax ?? Number.POSITIVE_INFINITY
  let events = 0
  for (;;) {
    const piece = await applyPiece(ports, stored, flight, {
      after: cursor,
      to: request.to,
      eventsMax: Math.min(pieceEventsMax, eventsMax - events),
    })
    const { head, failure } = piece
    cursor = piece.scannedTo
    if (isWorthWriting(piece, stored)) stored = cursor
    events += piece.events
    const durationMs = clock.elapsedMs() - startedMs
    const isThrough = cursor >= Math.min(head, request.to ?? head)
    const isSpent = events >= eventsMax || durationMs >= request.budgetMs
    if (failure !== null || isThrough || isSpent) {
      return { cursor, head, events, durationMs, failure }
    }
    await yieldToEventLoop()
  }
}
