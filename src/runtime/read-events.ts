/**
 * The events of one actor as hosts read them.
 *
 * Versions and times are resolved against what is durable when the reading begins.
 */

import { InvalidArgumentError } from '../base/errors.js'
import { integerIn, knownKeys } from '../base/options.js'
import type { RecordedEvent } from '../events/event.js'
import type { UpcastTable } from '../events/upcasting.js'
import type { EventStore, ReadStreamOptions } from '../store/contracts.js'
import {
  type ParsedRange,
  parseRecordedRange,
  positionsOf,
  type RecordedRange,
} from './recorded-range.js'
import { upcastEvents } from './upcast-events.js'

/** Which events of an actor to read: all that fit everything that is said. */
export interface ReadEventsOptions extends ReadStreamOptions, RecordedRange {
  /** Events as they were recorded. @default false */
  readonly raw?: boolean
}

const optionNames = [
  'afterVersion',
  'toVersion',
  'backward',
  'limit',
  'raw',
  'recordedFrom',
  'recordedBefore',
]

/** @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT, at once */
export function readEvents(
  store: EventStore,
  upcasts: UpcastTable,
  streamId: string,
  given: ReadEventsOptions = {},
): AsyncIterable<RecordedEvent> {
  const options = knownKeys('events', given, optionNames)
  const { raw = false, recordedFrom: _from, recordedBefore: _before, ...versions } = options
  const range = parseOptions(options)
  const events =
    range === null
      ? store.readStream(streamId, versions)
      : readRecorded(store, streamId, versions, range)
  if (raw) return events
  return upcastEvents(events, (event) => {
    const parts = upcasts.upcast(event)
    return parts === null || options.backward !== true ? parts : parts.toReversed()
  })
}

async function* readRecorded(
  store: EventStore,
  streamId: string,
  options: ReadStreamOptions,
  range: ParsedRange,
): AsyncGenerator<RecordedEvent> {
  const { after, to } = await positionsOf(store, range)
  const first = await store.readStreamPlace(streamId, after)
  const last =
    to === null ? await store.readStreamHead(streamId) : await store.readStreamPlace(streamId, to)
  const { afterVersion = 0, toVersion = last.version } = options
  yield* store.readStream(streamId, {
    ...options,
    afterVersion: Math.max(afterVersion, first.version),
    toVersion: Math.min(toVersion, last.version),
  })
}

function parseOptions(options: ReadEventsOptions): ParsedRange | null {
  for (const name of ['afterVersion', 'toVersion', 'limit'] as const) {
    integerIn(`events.${name}`, options[name] ?? 0, 0, Number.MAX_SAFE_INTEGER)
  }
  for (const name of ['backward', 'raw'] as const) {
    const value: unknown = options[name] ?? false
    if (typeof value === 'boolean') continue
    throw new InvalidArgumentError(`events.${name}`, 'true or false', value)
  }
  return parseRecordedRange('events', options)
}
