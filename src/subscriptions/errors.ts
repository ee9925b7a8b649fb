/**
 * The operating errors of subscriptions: views, handlers and dead letters.
 *
 * Codes are API: `docs/errors.md`.
 */

import type { Receipt } from '../actors/command.js'
import { DramatisError, type ErrorData } from '../base/errors.js'
import type { ReplayResult } from './replay-options.js'

/** A delivery took longer than the handler's `timeoutMs`. It counts as a failed attempt. */
export class HandlerTimeoutError extends DramatisError {
  readonly code = 'DRAMATIS_HANDLER_TIMEOUT'
  readonly handler: string
  readonly eventId: string
  readonly timeoutMs: number

  constructor(handler: string, eventId: string, timeoutMs: number, cause?: unknown) {
    super(
      `Expected ${handler} to handle ${eventId} within ${timeoutMs} ms. The delivery was aborted and ` +
        'counts as failed: honour context.signal, or raise timeoutMs.',
      { cause },
    )
    this.handler = handler
    this.eventId = eventId
    this.timeoutMs = timeoutMs
  }
}

/** A key function returned what cannot be a key. The event is parked under its stream. */
export class InvalidKeyError extends DramatisError {
  readonly code = 'DRAMATIS_INVALID_KEY'
  readonly handler: string

  constructor(handler: string, found: string, cause?: unknown) {
    super(
      `Expected the key of ${handler} to be a well-formed string of 1 to 512 bytes without NUL, ` +
        `got ${found}.`,
      { cause },
    )
    this.handler = handler
  }
}

/** A worker thread died while it handled an event, too often to try once more. */
export class WorkerCrashError extends DramatisError {
  readonly code = 'DRAMATIS_WORKER_CRASH'
  readonly handler: string
  readonly position: number
  readonly deaths: number

  constructor(handler: string, position: number, deaths: number, reason: string) {
    super(
      `Expected ${handler} to survive the event at position ${position}, but its thread died ` +
        `(${deaths} ${deaths === 1 ? 'time' : 'times'}): ${reason}.`,
    )
    this.handler = handler
    this.position = position
    this.deaths = deaths
  }
}

/** A projector threw. Its view stays where it was, and is tried again with growing pauses. */
export class ProjectorFailedError extends DramatisError {
  readonly code = 'DRAMATIS_PROJECTOR_FAILED'
  readonly projector: string
  readonly position: number

  constructor(projector: string, position: number, cause: unknown) {
    super(
      `Expected projector ${projector} to take the event at position ${position}, but it failed. ` +
        'The view stays at the event before: mend the projector and raise its version.',
      { cause },
    )
    this.projector = projector
    this.position = position
  }
}

/** A handler's partition count is not the one its stored cursors were made with. */
export class PartitionsChangedError extends DramatisError {
  readonly code = 'DRAMATIS_PARTITIONS_CHANGED'
  readonly handler: string
  readonly partitionsStored: number
  readonly partitionsDefined: number

  constructor(handler: string, partitionsStored: number, partitionsDefined: number) {
    super(
      `Expected handler ${handler} to keep its ${partitionsStored} partitions, found ` +
        `${partitionsDefined} in its definition. Nothing was changed: set partitions back, or give the ` +
        'handler a new name.',
    )
    this.handler = handler
    this.partitionsStored = partitionsStored
    this.partitionsDefined = partitionsDefined
  }
}

/** The view or handler did not get there in time. What was written stays written. */
export class CaughtUpTimeoutError extends DramatisError {
  readonly code = 'DRAMATIS_CAUGHT_UP_TIMEOUT'
  readonly subscription: string
  readonly positionWanted: number
  readonly positionReached: number
  /** That of the command, where it was sent with `until`. */
  readonly receipt: Receipt | null

  constructor(
    subscription: string,
    positionWanted: number,
    positionReached: number,
    timeoutMs: number,
    receipt: Receipt | null = null,
  ) {
    super(
      `Expected ${subscription} to reach position ${positionWanted} within ${timeoutMs} ms, found it at ` +
        `${positionReached}. The events are written all the same: do not send the command again; wait ` +
        'longer, or look at its status.',
    )
    this.subscription = subscription
    this.positionWanted = positionWanted
    this.positionReached = positionReached
    this.receipt = receipt
  }
}

/** What was waited for waits itself, as a dead letter. What was written stays written. */
export class KeyParkedError extends DramatisError {
  readonly code = 'DRAMATIS_KEY_PARKED'
  readonly handler: string
  readonly key: string
  readonly positionWanted: number
  /** Of the event that parked the key. */
  readonly positionParked: number
  /** That of the command, where it was sent with `until`. */
  readonly receipt: Receipt | null

  constructor(
    handler: string,
    key: string,
    positionWanted: number,
    positionParked: number,
    error: ErrorData,
    receipt: Receipt | null = null,
  ) {
    super(
      `Expected handler ${handler} to have handled key ${key} up to position ${positionWanted}, but the ` +
        `key is parked since the event at position ${positionParked} failed: ${error.message}. The ` +
        'events are written all the same: do not send the command again; mend the cause, then ' +
        `deadLetters.redrive({ handler: '${handler}', key: '${key}' }), or discard it.`,
    )
    this.handler = handler
    this.key = key
    this.positionWanted = positionWanted
    this.positionParked = positionParked
    this.receipt = receipt
  }
}

/** Waiting for a view or a handler was given up. What was written stays written. */
export class WaitAbortedError extends DramatisError {
  readonly code = 'DRAMATIS_WAIT_ABORTED'
  readonly subscription: string
  /** That of the command, where it was sent with `until`. */
  readonly receipt: Receipt | null

  constructor(subscription: string, receipt: Receipt | null, cause: unknown) {
    super(
      `Expected ${subscription} to get there, but waiting for it was given up. The events are written ` +
        'all the same: do not send the command again; ask `caughtUp` for the position when it matters.',
      { cause },
    )
    this.subscription = subscription
    this.receipt = receipt
  }
}

/** A rebuild, or a verification, was given up. The rows that served keep serving. */
export class RebuildFailedError extends DramatisError {
  readonly code = 'DRAMATIS_REBUILD_FAILED'
  readonly projector: string

  constructor(projector: string, why: string, cause?: unknown) {
    super(`Expected view ${projector} to be built anew, but ${why}. The old rows keep serving.`, {
      cause,
    })
    this.projector = projector
  }
}

/** The rows that serve were made without this index; those that have it are not there yet. */
export class IndexNotReadyError extends DramatisError {
  readonly code = 'DRAMATIS_INDEX_NOT_READY'
  readonly projector: string
  readonly index: string
  readonly version: number
  readonly versionServed: number

  constructor(projector: string, index: string, version: number, versionServed: number) {
    const remedy =
      version === versionServed
        ? 'its version was not raised with it: rebuild the view'
        : `version ${version} is being filled: wait with caughtUp(log.head, { view: '${projector}' })`
    super(
      `Expected the rows of ${projector} to have the index ${index}, but those of version ` +
        `${versionServed} serve, which do not. Nothing was read; ${remedy}.`,
    )
    this.projector = projector
    this.index = index
    this.version = version
    this.versionServed = versionServed
  }
}

/** A replay to a handler was given up, or could not begin. What it has delivered is delivered. */
export class ReplayFailedError extends DramatisError {
  readonly code = 'DRAMATIS_REPLAY_FAILED'
  readonly handler: string
  /** How far it came; `null`: it did not begin. */
  readonly result: ReplayResult | null

  constructor(handler: string, why: string, result: ReplayResult | null, cause?: unknown) {
    const reached =
      result === null
        ? 'Nothing was delivered.'
        : `Everything up to position ${result.position} of its range is through, with ` +
          `${result.delivered} delivered: go on with \`from: ${result.position + 1}\`.`
    super(`Expected the replay to ${handler} to reach its end, but ${why}. ${reached}`, { cause })
    this.handler = handler
    this.result = result
  }
}

/** A page token was not made by this query. */
export class InvalidTokenError extends DramatisError {
  readonly code = 'DRAMATIS_INVALID_TOKEN'

  constructor(what: string) {
    super(`Expected \`after\` to be the \`next\` of an earlier page of the same ${what}.`)
  }
}
