/**
 * The log as hosts read it: all events in order, from a position on, live if wanted.
 *
 * Events are what they are today, unless they are asked for raw: as they were recorded. One that no
 * definition knows is given as it was recorded either way: whoever reads the whole log decides himself.
 */

import type { Clock } from '../base/clock.js'
import { ClosedError } from '../base/closed-error.js'
import { InvalidArgumentError } from '../base/errors.js'
import { arrayAt, dateAt, integerIn, knownKeys, oneOf } from '../base/options.js'
import type { AnyRecordedEvent } from '../define/projector.js'
import type { Position, RecordedEvent } from '../events/event.js'
import { PresentTypes } from '../events/present-types.js'
import type { UpcastTable } from '../events/upcasting.js'
import type { EventStore } from '../store/contracts.js'
import type { ExchangeOptions } from '../store/exchange/exchange-progress.js'
import { type ExportResult, exportToFile } from '../store/exchange/export-file.js'
import { type ReadLogOptions as ReadRecordsOptions, readLog } from '../store/read-log.js'
import { parseTags } from './decision-query.js'
import {
  type ParsedRange,
  parseRecordedRange,
  positionsOf,
  type RecordedRange,
} from './recorded-range.js'
import { upcastEvents } from './upcast-events.js'

/** What of the log to export, and where to. */
export interface ExportLogOptions extends ExchangeOptions {
  /** A path where nothing is yet. `FILE.partial` is written first. */
  readonly file: string
  /** Only later positions. @default 0 */
  readonly after?: Position
  /** Only positions up to this one. @default the head at the time of the call */
  readonly to?: Position
  /**
   * What to write of personal fields: `plain`, in the clear, out of the reach of `forget`; or `forgotten`,
   * as if everybody were. Must be said where the log has any.
   */
  readonly personal?: 'plain' | 'forgotten'
}

/** What of the log to read. `types` are present names; with `raw`, recorded ones. */
export interface ReadLogOptions extends ReadRecordsOptions, RecordedRange {
  /** Only events that have all of these tags. Not with `live`. @default all events */
  readonly tags?: readonly string[]
  /** Events as they were recorded, under their names and versions of that time. @default false */
  readonly raw?: boolean
}

const optionNames = [
  'after',
  'to',
  'types',
  'tags',
  'live',
  'signal',
  'batchEvents',
  'raw',
  'recordedFrom',
  'recordedBefore',
]

export class Log {
  readonly #store: EventStore
  readonly #upcasts: UpcastTable
  readonly #clock: Clock
  readonly #closing = new AbortController()

  constructor(store: EventStore, upcasts: UpcastTable, clock: Clock) {
    this.#store = store
    this.#upcasts = upcasts
    this.#clock = clock
  }

  /** Position of the last durable event; 0: there is none. */
  get head(): Position {
    return this.#store.head
  }

  /**
   * Reads events in order. Without `live` it ends at the head of the moment; with it, it goes on until
   * the signal aborts or the runtime closes.
   *
   * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
   * @throws {DamagedRecordError} DRAMATIS_DAMAGED_RECORD, while reading
   * @throws {UpcastFailedError} DRAMATIS_UPCAST_FAILED, while reading; never with `raw`
   * @throws {SchemaVersionUnknownError} DRAMATIS_SCHEMA_VERSION_UNKNOWN, likewise
   */
  read(given: ReadLogOptions = {}): AsyncIterable<AnyRecordedEvent> {
    if (this.#closing.signal.aborted) throw new ClosedError('the runtime')
    const options = knownKeys('log.read', given, optionNames)
    const range = parseReadOptions(options)
    const { raw = false, tags, recordedFrom: _from, recordedBefore: _before, ...records } = options
    // What has an end is read to it, or fails with the store: a part must not pass for the whole.
    const reading = options.live === true ? { ...records, signal: this.#signal(records) } : records
    const read = (wanted: ReadRecordsOptions): AsyncIterable<RecordedEvent> => {
      if (tags !== undefined) return this.#readTagged(tags, raw, wanted)
      return raw ? readLog(this.#store, wanted) : this.#readUpcast(wanted)
    }
    return range === null ? read(reading) : this.#readRecorded(reading, range, read)
  }

  /**
   * The last position that was recorded at a time or before it (`recordedAt`); 0: none was. Found in the log
   * itself, in as many reads as its head has bits.
   *
   * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
   * @throws {DamagedRecordError} DRAMATIS_DAMAGED_RECORD, where damage hides the answer
   */
  async positionAt(time: Date): Promise<Position> {
    if (this.#closing.signal.aborted) throw new ClosedError('the runtime')
    return this.#store.positionAt(dateAt('log.positionAt', time).getTime())
  }

  #readRecorded(
    options: ReadRecordsOptions,
    range: ParsedRange,
    read: (options: ReadRecordsOptions) => AsyncIterable<RecordedEvent>,
  ): AsyncIterable<RecordedEvent> {
    const { after = 0, live = false } = options
    // As without a span: what is committed after the call is not part of it.
    const end = live ? options.to : Math.min(options.to ?? this.#store.head, this.#store.head)
    const bounded = { ...options, after, ...(end === undefined ? {} : { to: end }) }
    return this.#readSpan(bounded, range, read)
  }

  async *#readSpan(
    options: ReadRecordsOptions & { readonly after: Position },
    range: ParsedRange,
    read: (options: ReadRecordsOptions) => AsyncIterable<RecordedEvent>,
  ): AsyncGenerator<RecordedEvent> {
    const { after, to } = await positionsOf(this.#store, range)
    const end = to === null ? options.to : Math.min(to, options.to ?? to)
    const reading = {
      ...options,
      after: Math.max(after, options.after),
      ...(end === undefined ? {} : { to: end }),
    }
    const events = read(reading)
    if (options.live !== true) return yield* events
    // Live reading may begin before its span does.
    for await (const event of events) {
      if (event.recordedAt.getTime() >= range.fromMs!) yield event
    }
  }

  #signal({ signal }: { readonly signal?: AbortSignal }): AbortSignal {
    const closing = this.#closing.signal
    return signal === undefined ? closing : AbortSignal.any([signal, closing])
  }

  #readUpcast(options: ReadRecordsOptions): AsyncIterable<RecordedEvent> {
    const present = new PresentTypes(this.#upcasts, options.types)
    const wantsType = present.wants.bind(present)
    const events = readLog(this.#store, { ...options, wantsType })
    return upcastEvents(events, (event) => present.partsOf(event))
  }

  #readTagged(
    tags: readonly string[],
    raw: boolean,
    { types, after, to, signal }: ReadRecordsOptions,
  ): AsyncIterable<RecordedEvent> {
    const present = new PresentTypes(this.#upcasts, types)
    const wantsType = (type: string, aggregateType: string, schemaVersion: number): boolean =>
      raw ? (types?.includes(type) ?? true) : present.wants(type, aggregateType, schemaVersion)
    const range = { ...(after === undefined ? {} : { after }), ...(to === undefined ? {} : { to }) }
    const found = this.#store.readTagged([{ tags, wantsType }], range)
    const events = signal === undefined ? found : until(signal, found)
    return raw ? events : upcastEvents(events, (event) => present.partsOf(event))
  }

  /**
   * Writes events, as they were recorded, to a file of newline-delimited JSON that `importLog` reads.
   * Commands go on meanwhile. One that was interrupted goes on where it stopped.
   *
   * @returns What the file holds.
   * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT, also where the file exists
   * @throws {FileUnavailableError} DRAMATIS_FILE_UNAVAILABLE
   * @throws {ExportDamagedError} DRAMATIS_EXPORT_DAMAGED: `FILE.partial` is of another export
   * @throws {ExportDisturbedError} DRAMATIS_EXPORT_DISTURBED: a stream was deleted between its first event and its last
   * @throws {DamagedRecordError} DRAMATIS_DAMAGED_RECORD
   */
  async export(given: ExportLogOptions): Promise<ExportResult> {
    if (this.#closing.signal.aborted) throw new ClosedError('the runtime')
    const options = knownKeys('log.export', given, exportOptionNames)
    const { file, after, to } = parseExportOptions(options, this.head)
    const asForgotten = this.#isForgotten(options.personal)
    const signal = this.#signal(options)
    const { onProgress } = options
    return await exportToFile(this.#store, file, { after, to }, this.#clock, {
      asForgotten,
      signal,
      ...(onProgress === undefined ? {} : { onProgress }),
    })
  }

  /** What leaves the log in the clear can never be forgotten: that is for somebody to decide. */
  #isForgotten(personal: ExportLogOptions['personal']): boolean {
    const choices = ['plain', 'forgotten'] as const
    if (personal !== undefined)
      return oneOf('log.export.personal', personal, choices) === 'forgotten'
    if (this.#store.subjects.sealedTypes.length === 0) return false
    const expected = "'plain' or 'forgotten', because the log has personal fields"
    throw new InvalidArgumentError('log.export.personal', expected, personal)
  }

  /** Ends live readings and exports. */
  close(): void {
    this.#closing.abort()
  }
}

/** Ends reading without an error when the signal aborts. */
async function* until(
  signal: AbortSignal,
  events: AsyncIterable<RecordedEvent>,
): AsyncGenerator<RecordedEvent> {
  for await (const event of events) {
    if (signal.aborted) return
    yield event
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}

const exportOptionNames = ['file', 'after', 'to', 'personal', 'onProgress', 'signal']

function parseReadOptions(options: ReadLogOptions): ParsedRange | null {
  const { after = 0, to = 0, types, batchEvents = 1 } = options
  integerIn('log.read.after', after, 0, Number.MAX_SAFE_INTEGER)
  integerIn('log.read.to', to, 0, Number.MAX_SAFE_INTEGER)
  integerIn('log.read.batchEvents', batchEvents, 1, 100_000)
  const isList = types === undefined || arrayAt('log.read.types', types).every(isText)
  if (options.tags !== undefined) {
    parseTags('log.read.tags', options.tags)
    if (options.live === true) {
      throw new InvalidArgumentError('log.read.live', 'left out beside tags', options.live)
    }
  }
  if (!isList) {
    throw new InvalidArgumentError('log.read.types', 'a list of event types', types)
  }
  if (options.live === true && options.recordedBefore !== undefined) {
    const { recordedBefore } = options
    throw new InvalidArgumentError('log.read.recordedBefore', 'left out with live', recordedBefore)
  }
  return parseRecordedRange('log.read', options)
}

function parseExportOptions(
  options: ExportLogOptions,
  head: Position,
): Required<Pick<ExportLogOptions, 'file' | 'after' | 'to'>> {
  const { file } = options
  if (typeof file !== 'string' || file === '' || file.includes('\0')) {
    throw new InvalidArgumentError('log.export.file', 'the path of a file', file)
  }
  const to = integerIn('log.export.to', options.to ?? head, 0, head)
  return { file, after: integerIn('log.export.after', options.after ?? 0, 0, to), to }
}
