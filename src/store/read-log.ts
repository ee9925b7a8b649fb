/**
 * The log as one stream of events: batch after batch, then, if asked, live as commits land.
 *
 * Live reading is woken by commits and never polls. It belongs to the thread that owns the store.
 */

import { createDeferred } from '../base/deferred.js'
import type { Position, RecordedEvent } from '../events/event.js'
import type { EventStore, LogBatch, LogFilter } from './contracts.js'

export interface ReadLogOptions {
  /** Only later positions. @default 0 */
  readonly after?: Position
  /** Only positions up to this one. @default the head at the time of the call; live: no end */
  readonly to?: Position
  /** Only events of these types. @default all */
  readonly types?: readonly string[]
  /** Go on with what is committed later, until the signal aborts. @default false */
  readonly live?: boolean
  /** Ends the reading, without an error. Abort it before the store is closed. */
  readonly signal?: AbortSignal
  /** Events read at once. Integer in [1, 100_000]. @default 1_024 */
  readonly batchEvents?: number
}

/** With a filter of the caller's own, which decides instead of `types`. */
type FollowOptions = ReadLogOptions & Pick<LogFilter, 'wantsType'>

/** Reads the log in order. Throws as `EventStore.readBatch` does. */
export function readLog(
  store: EventStore,
  options: FollowOptions = {},
): AsyncGenerator<RecordedEvent> {
  const end = options.live === true ? Number.POSITIVE_INFINITY : store.head
  return follow(store, options, Math.min(options.to ?? end, end))
}

async function* follow(
  store: EventStore,
  options: FollowOptions,
  end: Position,
): AsyncGenerator<RecordedEvent> {
  const { signal } = options
  const isOver = (): boolean => signal?.aborted === true
  let wake = createDeferred()
  const onWake = (): void => wake.resolve()
  const cancel = store.onCommit(onWake)
  signal?.addEventListener('abort', onWake)
  try {
    let after = options.after ?? 0
    while (after < end && !isOver()) {
      // Made before reading: a commit that lands meanwhile is not missed.
      wake = createDeferred()
      const batch = await readBatch(store, options, after, end)
      for (const event of batch.events) {
        if (isOver()) return
        yield event
      }
      const isAtHead = batch.scannedTo >= batch.head
      after = batch.scannedTo
      if (isAtHead && after < end && !isOver()) await wake.promise
    }
  } finally {
    cancel()
    signal?.removeEventListener('abort', onWake)
  }
}

function readBatch(
  store: EventStore,
  { types, wantsType, batchEvents = 1_024 }: FollowOptions,
  after: Position,
  end: Position,
): Promise<LogBatch> {
  const wants = wantsType ?? (types && ((type: string) => types.includes(type)))
  return store.readBatch({
    after,
    eventsMax: batchEvents,
    ...(Number.isFinite(end) ? { to: end } : {}),
    ...(wants === undefined ? {} : { wantsType: wants }),
  })
}
