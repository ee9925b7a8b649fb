/**
 * Which key an event belongs to for a handler, and which partition that key lives in.
 *
 * The default key is the stream, whose hash every record's header has, so foreign partitions are
 * skipped without decoding. A key function needs the event as it is today; what an upcaster split has
 * the key of its first part. With `deadLetter: 'event'` each event is a
 * key of its own, so that nothing waits behind it, in the partition of its real key. Runs per event.
 */

import type { DramatisError } from '../base/errors.js'
import { hashText, partitionOf } from '../base/hash.js'
import type { HandlerDefinition } from '../define/handler.js'
import type { RecordedEvent } from '../events/event.js'
import { InvalidKeyError } from './errors.js'
import type { SubscribedEvents } from './subscribed-events.js'
import type { KeyName } from './work-store.js'

const keyBytesMax = 512

export interface EventKey extends KeyName {
  /** Why the key function, or an upcaster before it, failed; the event is then its stream's. */
  readonly error: DramatisError | null
}

/** @param streamHash - Hash of the event's stream id, from its header. */
export function eventKeyOf(
  definition: HandlerDefinition,
  events: SubscribedEvents,
  event: RecordedEvent,
  streamHash: number,
): EventKey {
  let key = event.streamId
  let hash = streamHash
  let error: DramatisError | null = null
  if (definition.key !== null) {
    try {
      const first = firstOf(events, event)
      if (first !== undefined) key = keyFrom(definition.name, definition.key, first)
      hash = first === undefined ? hash : hashText(key)
    } catch (thrown) {
      error = thrown as DramatisError
    }
  }
  return {
    partition: partitionOf(hash, definition.partitions),
    key: definition.deadLetter === 'event' ? event.id : key,
    error,
  }
}

/** The first event that is delivered for a recorded one; `undefined`: none. */
function firstOf(events: SubscribedEvents, event: RecordedEvent): RecordedEvent | undefined {
  const parts = events.partsOf(event)
  return parts === null ? event : parts[0]
}

function keyFrom(handler: string, keyOf: (event: never) => string, event: RecordedEvent): string {
  let key: unknown
  try {
    key = keyOf(event as never)
  } catch (thrown) {
    throw new InvalidKeyError(handler, 'a key function that throws', thrown)
  }
  return parseKey(handler, key)
}

function parseKey(handler: string, key: unknown): string {
  if (typeof key !== 'string') throw new InvalidKeyError(handler, `a ${typeof key}`)
  if (key.length === 0) throw new InvalidKeyError(handler, 'an empty string')
  if (key.length > keyBytesMax || Buffer.byteLength(key) > keyBytesMax) {
    throw new InvalidKeyError(handler, `a string of ${key.length} characters`)
  }
  if (!key.isWellFormed() || key.includes('\0')) {
    throw new InvalidKeyError(handler, 'a string with a NUL or a lone surrogate')
  }
  return key
}
