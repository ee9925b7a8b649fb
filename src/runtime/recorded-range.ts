/**
 * From when to when: which positions of the log were recorded in a span of time.
 *
 * Spans are of `recordedAt`, the runtime's clock at the commit, because that never decreases along the
 * log; `occurredAt` is the sender's word. They hold their beginning and not their end, so that one day ends
 * where the next one begins.
 */

import { InvalidArgumentError } from '../base/errors.js'
import { dateAt } from '../base/options.js'
import type { Position } from '../events/event.js'
import type { EventStore } from '../store/contracts.js'

/** A span of `recordedAt`. */
export interface RecordedRange {
  /** Only events recorded at that time or later. */
  readonly recordedFrom?: Date
  /** Only events recorded before that time. */
  readonly recordedBefore?: Date
}

/** Positions (after, to]; `null`: no end. */
export interface PositionRange {
  readonly after: Position
  readonly to: Position | null
}

/** A span after parsing: milliseconds since the epoch. */
export interface ParsedRange {
  readonly fromMs: number | null
  readonly beforeMs: number | null
}

/**
 * @returns `null`: no span was given.
 * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
 */
export function parseRecordedRange(argument: string, options: RecordedRange): ParsedRange | null {
  const { recordedFrom, recordedBefore } = options
  if (recordedFrom === undefined && recordedBefore === undefined) return null
  const fromMs = timeOf(`${argument}.recordedFrom`, recordedFrom)
  const beforeMs = timeOf(`${argument}.recordedBefore`, recordedBefore)
  if (fromMs !== null && beforeMs !== null && fromMs > beforeMs) {
    const name = `${argument}.recordedBefore`
    throw new InvalidArgumentError(name, 'recordedFrom or later', recordedBefore?.toISOString())
  }
  return { fromMs, beforeMs }
}

/** The positions of a span, of what is durable now. Throws as `EventStore.positionAt` does. */
export async function positionsOf(store: EventStore, range: ParsedRange): Promise<PositionRange> {
  const { fromMs, beforeMs } = range
  return {
    after: fromMs === null ? 0 : await store.positionAt(fromMs - 1),
    to: beforeMs === null ? null : await store.positionAt(beforeMs - 1),
  }
}

function timeOf(argument: string, date: Date | undefined): number | null {
  return date === undefined ? null : dateAt(argument, date).getTime()
}
