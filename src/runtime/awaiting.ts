/**
 * Waiting for views and handlers: what `caughtUp` and `send(..., { until })` take, parsed.
 *
 * Parsing happens before anything is sent, so that a mistake writes nothing; what is waited for, and
 * what ends the wait, is in `subscriptions/goals.ts`.
 */

import type { Receipt, SendOptions } from '../actors/command.js'
import { ClosedError } from '../base/closed-error.js'
import { InvalidArgumentError } from '../base/errors.js'
import { integerIn, knownKeys, signalAt } from '../base/options.js'
import type { HandlerDefinition } from '../define/handler.js'
import type { AnyProjector } from '../define/projector.js'
import type { Position } from '../events/event.js'
import { WaitAbortedError } from '../subscriptions/errors.js'
import type { HandlerSubscription } from '../subscriptions/handler-subscription.js'
import type { View } from '../subscriptions/view.js'
import type { Patience } from '../subscriptions/waiters.js'

interface WaitOptions {
  /** Milliseconds in [0, 3_600_000]. @default 5_000 */
  readonly timeoutMs?: number
}

interface OfView {
  readonly view: AnyProjector | string
  readonly handler?: never
}

interface OfHandler {
  readonly handler: HandlerDefinition | string
  readonly view?: never
}

/** What to wait for; exactly one of `view` and `handler`. */
export type CaughtUpOptions = WaitOptions & {
  /** Gives up waiting. */
  readonly signal?: AbortSignal
} & (
    | (OfView & { readonly key?: never })
    | (OfHandler & {
        /** Wait until everything of this key is really handled. A parked key rejects at once. */
        readonly key?: string
      })
  )

/** What a command's caller waits for: a view, a handler, or either with a time of its own. */
export type Until = AnyProjector | HandlerDefinition | (WaitOptions & (OfView | OfHandler))

/** What may be said beside a command that is sent through a reference. */
export interface ActorSendOptions extends SendOptions {
  /**
   * Resolve only when the view shows, or the handler has handled, what the command wrote. `timeoutMs`
   * and `signal` beside it are the command's; the signal gives up this wait too.
   */
  readonly until?: Until
}

/** The views and handlers of an app. */
export interface Subscriptions {
  /** @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT */
  viewOf(projector: AnyProjector | string): View
  /** @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT */
  handlerOf(definition: HandlerDefinition | string): HandlerSubscription
}

const timeoutMsDefault = 5_000

/**
 * Waits as `options` say.
 *
 * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
 * @throws {CaughtUpTimeoutError} DRAMATIS_CAUGHT_UP_TIMEOUT
 * @throws {KeyParkedError} DRAMATIS_KEY_PARKED
 * @throws {WaitAbortedError} DRAMATIS_WAIT_ABORTED
 */
export async function waitUntilCaughtUp(
  subscriptions: Subscriptions,
  position: Position,
  given: CaughtUpOptions,
): Promise<void> {
  const options = knownKeys('caughtUp', given, ['view', 'handler', 'key', 'timeoutMs', 'signal'])
  integerIn('position', position, 0, Number.MAX_SAFE_INTEGER)
  const { view, handler, key } = oneTarget('caughtUp', options)
  const patience = { timeoutMs: parseTimeout(options), signal: parseSignal(options.signal) }
  if (handler === undefined) {
    if (key !== undefined) {
      const expected = 'left out for a view, which takes the events of all keys in one order'
      throw new InvalidArgumentError('caughtUp.key', expected, key)
    }
    return await subscriptions.viewOf(view).caughtUp(position, patience)
  }
  const subscription = subscriptions.handlerOf(handler)
  if (key === undefined) return await subscription.caughtUp(position, patience)
  if (typeof key !== 'string' || key === '') {
    throw new InvalidArgumentError('caughtUp.key', 'a key of the handler', key)
  }
  await subscription.keyCaughtUp(key, position, patience)
}

/**
 * Parses what a command's caller waits for.
 *
 * @returns waits until it is so for a receipt; a failure to see it carries the receipt.
 * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT, before anything is sent
 */
export function parseUntil(
  subscriptions: Subscriptions,
  until: unknown,
): (receipt: Receipt, signal: AbortSignal | undefined) => Promise<void> {
  const options = untilOptions(until)
  const timeoutMs = parseTimeout(options)
  const { view, handler } = oneTarget('until', options)
  const [subscription, wait] =
    handler === undefined
      ? watchView(subscriptions.viewOf(view))
      : watchHandler(subscriptions.handlerOf(handler))
  return async (receipt, signal) => {
    try {
      await wait(receipt, { timeoutMs, signal })
    } catch (error) {
      if (error instanceof ClosedError) throw new WaitAbortedError(subscription, receipt, error)
      throw error
    }
  }
}

type WaitFor = (receipt: Receipt, patience: Patience) => Promise<void>

function watchView(view: View): readonly [string, WaitFor] {
  const wait: WaitFor = (receipt, patience) => view.caughtUp(receipt.position, patience, receipt)
  return [`view ${view.projector.name}`, wait]
}

function watchHandler(handler: HandlerSubscription): readonly [string, WaitFor] {
  const wait: WaitFor = (receipt, patience) => handler.receiptHandled(receipt, patience)
  return [`handler ${handler.definition.name}`, wait]
}

/** A definition alone stands for itself with the default time. */
function untilOptions(until: unknown): WaitOptions & { view?: unknown; handler?: unknown } {
  if (until !== null && typeof until === 'object') {
    if (has(until, 'partitions')) return { handler: until }
    if (has(until, 'indexes')) return { view: until }
  }
  return knownKeys('until', until, ['view', 'handler', 'timeoutMs']) as WaitOptions
}

/** No for a proxy that throws: it is refused when its options are read. */
function has(value: object, key: string): boolean {
  try {
    return key in value
  } catch {
    return false
  }
}

function oneTarget(
  argument: string,
  options: { readonly view?: unknown; readonly handler?: unknown; readonly key?: unknown },
): { view: AnyProjector; handler: HandlerDefinition | undefined; key: unknown } {
  const { view, handler } = options
  if ((view === undefined) === (handler === undefined)) {
    throw new InvalidArgumentError(argument, 'given a view or a handler', options)
  }
  return options as never
}

function parseTimeout({ timeoutMs }: WaitOptions): number {
  return integerIn('timeoutMs', timeoutMs ?? timeoutMsDefault, 0, 3_600_000)
}

function parseSignal(signal: unknown): AbortSignal | undefined {
  return signal === undefined ? undefined : signalAt('signal', signal)
}
