/**
 * Bringing an export into a store: checked first, then written, then compared.
 *
 * Positions, ids, versions, times and metadata become what they were. An import that was interrupted
 * goes on where the store ends. Nobody else may write to the store meanwhile.
 */

import { createHash } from 'node:crypto'
import type { Clock } from '../../base/clock.js'
import type { EventValue, Position, RecordedEvent } from '../../events/event.js'
import { eventFromJson } from '../../events/event-json.js'
import type { EventStore, StreamAppend } from '../contracts.js'
import { type CheckedExport, checkExport } from './check-export.js'
import { ImportRefusedError, ImportUnverifiedError } from './exchange-errors.js'
import { type ExportRange, headerLine, parseEnd } from './exchange-format.js'
import { createProgress, type ExchangeOptions } from './exchange-progress.js'
import { exportLines } from './export-lines.js'
import { readLines } from './read-lines.js'

export interface ImportResult extends ExportRange {
  /** Events in the file. */
  readonly events: number
  /** Events written now; the others were there already. */
  readonly eventsWritten: number
}

/** Events of one commit. */
const commitEvents = 1_024
/** Bytes of lines of one commit, about. */
const commitBytes = 8 * 1024 * 1024

/** A file that may be written into a store with that head. */
export interface AcceptedExport extends CheckedExport {
  readonly head: Position
}

/**
 * Checks a file against itself and against the store that is to take it. Writes nothing.
 *
 * @throws {FileUnavailableError} DRAMATIS_FILE_UNAVAILABLE
 * @throws {ExportDamagedError} DRAMATIS_EXPORT_DAMAGED
 * @throws {ImportRefusedError} DRAMATIS_IMPORT_REFUSED
 */
export async function acceptExport(
  store: EventStore,
  file: string,
  clock: Clock,
  options: ExchangeOptions,
): Promise<AcceptedExport> {
  const checked = await checkExport(store, file, (range) =>
    everyThousand(createProgress(clock, 'checking', range, options)),
  )
  return { ...checked, head: store.head }
}

/**
 * Writes what was accepted, as far as the store does not have it, and compares.
 *
 * @throws {FileUnavailableError} DRAMATIS_FILE_UNAVAILABLE
 * @throws {ImportRefusedError} DRAMATIS_IMPORT_REFUSED: the store has moved on since.
 * @throws {ImportUnverifiedError} DRAMATIS_IMPORT_UNVERIFIED
 */
export async function importFromFile(
  store: EventStore,
  file: string,
  accepted: AcceptedExport,
  clock: Clock,
  options: ExchangeOptions,
): Promise<ImportResult> {
  const { head } = store
  if (head !== accepted.head) {
    throw new ImportRefusedError(file, head, `it went on from position ${accepted.head} to ${head}`)
  }
  await write(store, file, accepted, clock, options)
  await verify(store, file, accepted, clock, options)
  const { after, to, events } = accepted
  return { after, to, events, eventsWritten: store.head - head }
}

async function write(
  store: EventStore,
  file: string,
  checked: CheckedExport,
  clock: Clock,
  options: ExchangeOptions,
): Promise<void> {
  const progress = createProgress(clock, 'writing', checked, options)
  const { head } = store
  let staged = 0
  let bytes = 0
  for await (const line of readLines(file)) {
    if (line.number === 1 || parseEnd(line.text) !== undefined) continue
    const event = eventFromJson(line.text)
    if (event.position <= head) continue
    store.stage([appendOf(event)])
    staged += 1
    bytes += line.bytes.length
    if (staged < commitEvents && bytes < commitBytes) continue
    progress((await store.commit()).to)
    staged = 0
    bytes = 0
  }
  progress((await store.commit()).to)
}

function appendOf(event: RecordedEvent): StreamAppend {
  const { aggregateType, aggregateId, version, recordedAt, occurredAt } = event
  const recordedAtMs = recordedAt.getTime()
  const occurredAtMs = occurredAt.getTime()
  return {
    aggregateType,
    aggregateId,
    expectedVersion: version - 1,
    recordedAtMs,
    events: [
      {
        type: event.type,
        schemaVersion: event.schemaVersion,
        data: event.data as Readonly<Record<string, EventValue>>,
        metadata: event.metadata,
        ...(occurredAtMs === recordedAtMs ? {} : { occurredAtMs }),
      },
    ],
  }
}

/** What the store gives now must be what the file has. */
async function verify(
  store: EventStore,
  file: string,
  checked: CheckedExport,
  clock: Clock,
  options: ExchangeOptions,
): Promise<void> {
  const progress = createProgress(clock, 'verifying', checked, options)
  const hash = createHash('sha256').update(headerLine(checked))
  let events = 0
  for await (const lines of exportLines(store, checked, false)) {
    progress(lines.position)
    hash.update(lines.text)
    events += lines.events.length
  }
  if (hash.digest('hex') === checked.sha256 && events === checked.events) return
  throw new ImportUnverifiedError(file)
}

function everyThousand<T>(report: (value: T) => void): (value: T) => void {
  let calls = 0
  return (value) => {
    if (++calls % 1_024 === 0) report(value)
  }
}
