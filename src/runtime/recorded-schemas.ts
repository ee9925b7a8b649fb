/**
 * What a store has recorded: every event type, schema version and shape, and how often.
 *
 * Plain data, so that what one process counted can be kept and checked elsewhere. Counting reads headers
 * only, in pieces between which everything else has its turn. The ends of streams, which the runtime records
 * itself, are left out.
 */

import { InvalidArgumentError } from '../base/errors.js'
import { arrayAt, integerIn } from '../base/options.js'
import { yieldToEventLoop } from '../base/signal.js'
import type { Position } from '../events/event.js'
import type { Shape } from '../events/shapes.js'
import { isStreamEnd } from '../events/stream-end.js'
import type { ShapeReader } from '../store/contracts.js'

/** One set of fields that payloads of a type and version had. */
export interface RecordedShape {
  readonly number: number
  /** Field names, in the order in which they are stored; `null`: they differ from event to event. */
  readonly fields: readonly string[] | null
}

/** One schema version of an event type, under the name that it had when it was recorded. */
export interface RecordedSchema {
  readonly aggregateType: string
  readonly type: string
  readonly schemaVersion: number
  readonly shapes: readonly RecordedShape[]
  /** How many events there are. Left out where they were not counted. */
  readonly events?: number
}

/** How far counting is. */
export interface CountProgress {
  /** Everything up to here is counted, of `head`. */
  readonly position: Position
  readonly head: Position
}

export interface CountSchemasOptions {
  /** Ends the counting: it rejects with the signal's reason. */
  readonly signal?: AbortSignal
  /** Called after each piece of 65,536 events. */
  readonly onProgress?: (progress: CountProgress) => void
}

/** Counts the whole log. Throws as `ShapeReader.countShapes` does, and the signal's reason. */
export async function countRecorded(
  store: ShapeReader,
  { signal, onProgress }: CountSchemasOptions,
): Promise<readonly RecordedSchema[]> {
  const events = new Map<number, number>()
  for (let to = 0; ; ) {
    signal?.throwIfAborted()
    const piece = await store.countShapes({ after: to })
    for (const [shape, count] of piece.events) events.set(shape, (events.get(shape) ?? 0) + count)
    to = piece.scannedTo
    onProgress?.({ position: to, head: piece.head })
    if (to >= piece.head) return recordedSchemas(await store.readShapes(), events)
    await yieldToEventLoop()
  }
}

/**
 * Shapes by type and version, sorted by actor, type and version.
 *
 * @param counts - Events of each shape that has any; left out: they are not counted.
 */
export function recordedSchemas(
  shapes: readonly Shape[],
  counts?: ReadonlyMap<number, number>,
): readonly RecordedSchema[] {
  const found = new Map<string, Shape[]>()
  for (const shape of shapes) {
    // No event of it is left, or the first one is being written.
    if (isStreamEnd(shape.type) || counts?.has(shape.number) === false) continue
    const key = `${shape.aggregateType} ${shape.type} ${String(shape.schemaVersion).padStart(7, '0')}`
    const known = found.get(key)
    if (known === undefined) found.set(key, [shape])
    else known.push(shape)
  }
  return [...found.keys()].sort().map((key) => toRecorded(found.get(key)!, counts))
}

function toRecorded(
  shapes: readonly Shape[],
  counts: ReadonlyMap<number, number> | undefined,
): RecordedSchema {
  const { aggregateType, type, schemaVersion } = shapes[0]!
  const count = (sum: number, { number }: Shape): number => sum + (counts?.get(number) ?? 0)
  return {
    aggregateType,
    type,
    schemaVersion,
    shapes: shapes.map(({ number, fields }) => ({ number, fields })),
    ...(counts === undefined ? {} : { events: shapes.reduce(count, 0) }),
  }
}

/** Throws unless it is what counting returned. @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT */
export function assertRecorded(recorded: readonly RecordedSchema[]): void {
  arrayAt('recorded', recorded).forEach((each, at) => {
    const { aggregateType, type, schemaVersion } = Object(each) as RecordedSchema
    if (typeof aggregateType === 'string' && typeof type === 'string') {
      integerIn(`recorded[${at}].schemaVersion`, schemaVersion, 1, 1_000_000)
    } else throw new InvalidArgumentError(`recorded[${at}]`, 'as countSchemas returned it', each)
  })
}
