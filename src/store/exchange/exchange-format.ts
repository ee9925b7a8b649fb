/**
 * The format of an export: newline-delimited JSON.
 *
 *   { "dramatis": "export", "format": 1, "after": 0, "to": 2 }      what follows: positions (after, to]
 *   { "position": 1, "id": "Order-4711@1", ... }                    one line per event: `event-json.ts`
 *   { "position": 2, ... }
 *   { "end": 2, "events": 2, "sha256": "..." }                      of every byte before this line
 *
 * Nothing in it tells stores apart: the same events make the same bytes.
 */

import { describeValue } from '../../base/errors.js'
import type { Position } from '../../events/event.js'

const format = 1

/** Positions (after, to]. */
export interface ExportRange {
  readonly after: Position
  readonly to: Position
}

/** What an export ends with. */
export interface ExportEnd {
  readonly end: Position
  readonly events: number
  /** SHA-256 of every byte before the last line, in hexadecimal. */
  readonly sha256: string
}

export function headerLine({ after, to }: ExportRange): string {
  return `${JSON.stringify({ dramatis: 'export', format, after, to })}\n`
}

export function endLine({ end, events, sha256 }: ExportEnd): string {
  return `${JSON.stringify({ end, events, sha256 })}\n`
}

/** Throws a `TypeError` or `SyntaxError` that says what is wrong. */
export function parseHeader(line: string): ExportRange {
  const header = JSON.parse(line) as Partial<ExportRange & { dramatis: string; format: number }>
  if (header?.dramatis !== 'export') throw new TypeError('no header of an export')
  if (header.format !== format) throw new TypeError(`format ${describeValue(header.format)}`)
  const { after, to } = header
  if (!isPosition(after) || !isPosition(to) || after > to) throw new TypeError('no range')
  return { after, to }
}

/** `undefined`: a line of an event. Throws as {@link parseHeader} does. */
export function parseEnd(line: string): ExportEnd | undefined {
  if (!line.startsWith('{"end":')) return undefined
  const { end, events, sha256 } = JSON.parse(line) as Partial<ExportEnd>
  if (isPosition(end) && isPosition(events) && typeof sha256 === 'string') {
    return { end, events, sha256 }
  }
  throw new TypeError('no end of an export')
}

function isPosition(value: unknown): value is Position {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

/** Everything that parsing throws, and no error of the file system or of the store. */
export function isLineError(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof SyntaxError) return true
  const code = (error as { code?: unknown } | null)?.code
  return code === 'DRAMATIS_INVALID_ID' || code === 'DRAMATIS_EVENT_VALUE'
}
