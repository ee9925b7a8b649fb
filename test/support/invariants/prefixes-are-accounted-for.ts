/**
 * Law: what a handler handled, what is parked or waits behind it, and what was skipped or given up make up the
 * log up to its cursor: in each key, and in its counts.
 */

/** One key of a handler. */
export interface KeyAccount {
  readonly handler: string
  readonly key: string
  /** Events of the key up to the cursor. */
  readonly events: number
  /** Every one of so many was handled. */
  readonly handledTo: number
  /** Those that are parked, or wait behind one that is. */
  readonly queued: number
  /** Those that were given up. */
  readonly discarded: number
}

/** What a handler counts by itself. */
export interface HandlerAccount {
  readonly handler: string
  /** Events up to the cursor that it wants. */
  readonly events: number
  readonly handled: number
  readonly queued: number
  /** Given up, or passed over because their streams were deleted. */
  readonly skipped: number
}

export interface AccountedHistory {
  readonly keys: readonly KeyAccount[]
  readonly handlers: readonly HandlerAccount[]
}

export function prefixesAreAccountedFor({ keys, handlers }: AccountedHistory): string[] {
  return [
    ...keys.flatMap(({ handler, key, events, handledTo, queued, discarded }) => {
      const reached = handledTo + queued + discarded
      return reached === events ? [] : [`${handler} reached ${reached} of ${events} in ${key}`]
    }),
    ...handlers.flatMap(({ handler, events, handled, queued, skipped }) =>
      handled + queued + skipped === events
        ? []
        : [`${handler} counts ${handled} + ${queued} + ${skipped} of ${events} events`],
    ),
  ]
}
