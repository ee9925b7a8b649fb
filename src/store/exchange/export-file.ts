/**
 * Writing an export to a file: whole, or not at all under that name.
 *
 * What is written first goes to `FILE.partial`. An export that was interrupted is taken up there again,
 * after a look at whether its last line is what this store has; only a complete and flushed file gets
 * its name.
 */

import { createHash, type Hash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Clock } from '../../base/clock.js'
import { InvalidArgumentError } from '../../base/errors.js'
import type { Position } from '../../events/event.js'
import { eventFromJson } from '../../events/event-json.js'
import { streamDeleted } from '../../events/stream-end.js'
import type { LogReader } from '../contracts.js'
import { syncPath } from '../durable-directory.js'
import { writeWhole } from '../write-whole.js'
import { DeletionsMidway } from './deletions-midway.js'
import { asFileUnavailable, ExportDamagedError, ExportDisturbedError } from './exchange-errors.js'
import {
  type ExportRange,
  endLine,
  headerLine,
  isLineError,
  parseEnd,
  parseHeader,
} from './exchange-format.js'
import { createProgress, type ExchangeOptions } from './exchange-progress.js'
import { exportLines } from './export-lines.js'
import { readLines } from './read-lines.js'

export interface ExportFileOptions extends ExchangeOptions {
  /** Personal fields as if everybody were forgotten. @default false */
  readonly asForgotten?: boolean
}

export interface ExportResult extends ExportRange {
  readonly file: string
  readonly events: number
  /** Of all lines but the last, in hexadecimal; the last line has it too. */
  readonly sha256: string
}

/** A file that is being written, and what of the export it holds already. */
interface Partial {
  readonly range: ExportRange
  readonly hash: Hash
  readonly deletions: DeletionsMidway
  /** What is to be kept of it. */
  bytes: number
  events: number
  position: Position
}

/**
 * Exports positions (after, to] to a file that does not exist yet.
 *
 * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT: the file exists.
 * @throws {FileUnavailableError} DRAMATIS_FILE_UNAVAILABLE
 * @throws {ExportDamagedError} DRAMATIS_EXPORT_DAMAGED: `FILE.partial` is no part of this export.
 * @throws {ExportDisturbedError} DRAMATIS_EXPORT_DISTURBED: `FILE.partial` is removed.
 */
export async function exportToFile(
  store: LogReader,
  file: string,
  range: ExportRange,
  clock: Clock,
  options: ExportFileOptions,
): Promise<ExportResult> {
  if (existsSync(file)) {
    throw new InvalidArgumentError('file', 'a path where nothing is yet', file)
  }
  const path = partialPath(file)
  try {
    const result = await writePartial(store, file, range, clock, options)
    await rename(path, file)
    await syncPath(dirname(file))
    return result
  } catch (error) {
    if (error instanceof ExportDisturbedError) await rm(path, { force: true })
    throw asFileUnavailable(file, 'write', error)
  }
}

async function writePartial(
  store: LogReader,
  file: string,
  range: ExportRange,
  clock: Clock,
  options: ExportFileOptions,
): Promise<ExportResult> {
  const path = partialPath(file)
  const partial = existsSync(path)
    ? await readPartial(store, file, range, options.asForgotten ?? false)
    : undefined
  const handle = await open(path, partial === undefined ? 'w' : 'r+')
  try {
    const begun = partial ?? createPartial(file, range)
    const result = await write(store, handle, begun, clock, options, file)
    await handle.sync()
    return result
  } finally {
    await handle.close()
  }
}

function partialPath(file: string): string {
  return `${file}.partial`
}

async function write(
  store: LogReader,
  handle: FileHandle,
  partial: Partial,
  clock: Clock,
  options: ExportFileOptions,
  file: string,
): Promise<ExportResult> {
  const { range, hash, deletions } = partial
  await handle.truncate(partial.bytes)
  const append = async (text: string): Promise<void> => {
    const bytes = Buffer.from(text)
    await writeWhole(handle, bytes, partial.bytes)
    partial.bytes += bytes.length
  }
  if (partial.bytes === 0) {
    hash.update(headerLine(range))
    await append(headerLine(range))
  }
  const progress = createProgress(clock, 'writing', range, options)
  const rest = { after: partial.position, to: range.to }
  for await (const lines of exportLines(store, rest, options.asForgotten ?? false)) {
    progress(lines.position)
    for (const event of lines.events) deletions.note(event)
    hash.update(lines.text)
    await append(lines.text)
    partial.events += lines.events.length
  }
  await deletions.finish(store)
  const sha256 = hash.digest('hex')
  await append(endLine({ end: range.to, events: partial.events, sha256 }))
  return { file, ...range, events: partial.events, sha256 }
}

function createPartial(file: string, range: ExportRange): Partial {
  const deletions = new DeletionsMidway(file, range)
  const position = range.after
  return { range, hash: createHash('sha256'), deletions, bytes: 0, events: 0, position }
}

/** `undefined`: not even its header is there. */
async function readPartial(
  store: LogReader,
  file: string,
  wanted: ExportRange,
  asForgotten: boolean,
): Promise<Partial | undefined> {
  const path = partialPath(file)
  let partial: Partial | undefined
  let last: string | undefined
  let number = 0
  try {
    for await (const line of readLines(path)) {
      number = line.number
      if (partial === undefined) {
        partial = createPartial(file, sameRange(parseHeader(line.text), wanted))
      } else if (parseEnd(line.text) !== undefined) break
      else {
        last = line.text
        partial.events += 1
        // A look at the text spares parsing nearly all of them.
        if (last.includes(streamDeleted)) partial.deletions.note(eventFromJson(last))
      }
      partial.hash.update(line.bytes)
      partial.bytes += line.bytes.length
    }
    if (partial !== undefined && last !== undefined) {
      partial.position = eventFromJson(last).position
      await assertOfStore(store, partial.position, last, asForgotten)
    }
    return partial
  } catch (cause) {
    if (!isLineError(cause)) throw cause
    const reason = `${(cause as Error).message}; to start anew, delete it`
    throw new ExportDamagedError(path, number, reason, { cause })
  }
}

/** An export without an end goes on to the one that it was begun with. */
function sameRange(range: ExportRange, wanted: ExportRange): ExportRange {
  if (range.after === wanted.after && range.to <= wanted.to) return range
  throw new TypeError(
    `an export of (${range.after}, ${range.to}], not of (${wanted.after}, ${wanted.to}]`,
  )
}

async function assertOfStore(
  store: LogReader,
  position: Position,
  last: string,
  asForgotten: boolean,
): Promise<void> {
  const range = { after: position - 1, to: position }
  for await (const { text } of exportLines(store, range, asForgotten)) {
    if (text === `${last}\n`) return
  }
  throw new TypeError(`another event ${position} than the store has`)
}
