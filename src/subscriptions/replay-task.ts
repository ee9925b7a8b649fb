/**
 * A replay on its thread: delivers the events it is given once more, in order per key.
 *
 * As a pump does for new events: a partition's events come one after the other; a key that has to wait
 * for a retry steps aside with what comes after it. Writes nothing down, anywhere: how each event went
 * is the host's to know.
 *
 * Invariants:
 *   - of one key, an event is delivered only when the one before it was handled;
 *   - after a failure for good, nothing more of its key is delivered.
 */

import { type Clock, delay } from '../base/clock.js'
import type { Random } from '../base/random.js'
import { yieldToEventLoop } from '../base/signal.js'
import type { HandlerDefinition } from '../define/handler.js'
import type { RecordedEvent } from '../events/event.js'
import type { LogReader } from '../store/contracts.js'
import { deliverParts, upcastFailure } from './deliver-parts.js'
import { Delivery, type DeliveryOutcome, failureOf, type HandlerHost } from './delivery.js'
import { eventKeyOf } from './event-key.js'
import { Flight } from './flight.js'
import type { FromReplay, ReplayItem, ReplayRequest, ToReplay } from './replay-messages.js'
import { type DeliveryFailure, decideAfterFailure } from './retry-policy.js'
import type { SubscribedEvents } from './subscribed-events.js'

export interface ReplayTaskPorts {
  readonly definition: HandlerDefinition
  readonly events: SubscribedEvents
  readonly log: LogReader
  readonly clock: Clock
  readonly random: Random
  readonly host: HandlerHost
}

/** A key that waits for a retry, with the items that wait behind it; `null`: it failed for good. */
type Aside = ReplayItem[] | null

/** What has become of an event, and at which attempt. */
type Step =
  | { readonly kind: 'handled' | 'stopped' }
  | { readonly kind: 'later'; readonly attempt: number; readonly delayMs: number }
  | { readonly kind: 'failed'; readonly attempt: number; readonly failure: DeliveryFailure }

/** How long handlers that return at once may keep the thread. Milliseconds. */
const sliceMs = 10

export class ReplayTask {
  readonly #ports: ReplayTaskPorts
  readonly #lines: ReplayRequest['lines']
  readonly #flight: Flight
  readonly #post: (message: FromReplay) => void
  readonly #aside = new Map<string, Aside>()
  readonly #retries = new Set<Promise<void>>()
  readonly #deliveries = new Set<Delivery>()
  readonly #stopping = new AbortController()
  #sliceStartedMs: number
  #error: unknown = null

  constructor(ports: ReplayTaskPorts, request: ReplayRequest, post: (message: FromReplay) => void) {
    this.#ports = ports
    this.#lines = request.lines
    this.#flight = new Flight(request.flight)
    this.#post = post
    this.#sliceStartedMs = ports.clock.elapsedMs()
  }

  receive(message: ToReplay): void {
    if (message.type === 'stop' || message.type === 'abort') this.#stopping.abort()
    if (message.type !== 'abort') return
    for (const delivery of this.#deliveries) delivery.abort(new Error('the runtime is closing'))
  }

  /** @throws what reading the log throws */
  async run(): Promise<void> {
    await Promise.all(this.#lines.map((line) => this.#runLine(line)))
    while (this.#retries.size > 0) await Promise.all(this.#retries)
    if (this.#error !== null) throw this.#error
  }

  async #runLine(line: readonly ReplayItem[]): Promise<void> {
    for (const item of line) {
      if (this.#stopping.signal.aborted) return
      const aside = this.#aside.get(item.key)
      if (aside === null) continue
      if (aside !== undefined) aside.push(item)
      else await this.#deliverFirst(item)
    }
  }

  async #deliverFirst(item: ReplayItem): Promise<void> {
    const step = await this.#attempt(item, 1)
    if (step.kind === 'failed') return this.#fail(item, step)
    if (step.kind !== 'later') return
    this.#aside.set(item.key, [])
    const retry = this.#retry(item, step).catch((error: unknown) => this.#break(error))
    this.#retries.add(retry)
    void retry.then(() => this.#retries.delete(retry))
  }

  /** Tries an event again after a pause, and then what has come behind it, until its key flows. */
  async #retry(first: ReplayItem, later: Extract<Step, { kind: 'later' }>): Promise<void> {
    const waiting = this.#aside.get(first.key)!
    let step: Step = later
    for (let item: ReplayItem | undefined = first; item !== undefined; ) {
      const { attempt, delayMs } = step.kind === 'later' ? step : { attempt: 0, delayMs: 0 }
      if (delayMs > 0) await delay(this.#ports.clock, delayMs, this.#stopping.signal)
      step = await this.#attempt(item, attempt + 1)
      if (step.kind === 'stopped') return
      if (step.kind === 'failed') return this.#fail(item, step)
      if (step.kind === 'handled') item = waiting.shift()
    }
    this.#aside.delete(first.key)
  }

  #fail({ position, key }: ReplayItem, step: Extract<Step, { kind: 'failed' }>): void {
    this.#aside.set(key, null)
    const { attempt, failure } = step
    this.#post({ type: 'unreplayed', position, attempts: attempt, error: failure.error })
  }

  #break(error: unknown): void {
    this.#error = error
    this.#stopping.abort()
  }

  /** Delivers an event, and again at once as long as the policy says so. */
  async #attempt(item: ReplayItem, first: number): Promise<Step> {
    const { definition, random } = this.#ports
    for (let attempt = first; ; attempt++) {
      await this.#yield()
      if (this.#stopping.signal.aborted) return { kind: 'stopped' }
      const failure = await this.#deliver(item, attempt)
      if (failure === null) {
        this.#post({ type: 'replayed', position: item.position })
        return { kind: 'handled' }
      }
      // Told to give up, it failed: that says nothing.
      if (this.#stopping.signal.aborted) return { kind: 'stopped' }
      const decision = decideAfterFailure(definition.retry, failure, attempt, random.next())
      if (decision.kind === 'later') return { ...decision, attempt }
      if (decision.kind === 'park') return { kind: 'failed', attempt, failure }
    }
  }

  async #deliver({ position, slot }: ReplayItem, attempt: number): Promise<DeliveryOutcome> {
    const { definition, events, log } = this.#ports
    const batch = await log.readBatch({ after: position - 1, to: position, eventsMax: 1 })
    const event = batch.events[0]!
    const { error } = eventKeyOf(definition, events, event, batch.keyHashes[0]!)
    if (error !== null) return { ...failureOf(error), terminal: true }
    this.#flight.begin(slot, position)
    try {
      const parts = events.partsOf(event) ?? [event]
      return await deliverParts(parts, (part) => this.#call(part, attempt))
    } catch (thrown) {
      return upcastFailure(thrown)
    } finally {
      this.#flight.end(slot)
    }
  }

  async #call(part: RecordedEvent, attempt: number): Promise<DeliveryOutcome> {
    const ports = { ...this.#ports, isReplay: true }
    const delivery = new Delivery(this.#ports.definition, part, attempt, ports)
    this.#deliveries.add(delivery)
    try {
      return await delivery.start()
    } finally {
      this.#deliveries.delete(delivery)
    }
  }

  /** Lets everything else that is due on the thread run, once in a while. */
  async #yield(): Promise<void> {
    if (this.#ports.clock.elapsedMs() - this.#sliceStartedMs < sliceMs) return
    await yieldToEventLoop()
    this.#sliceStartedMs = this.#ports.clock.elapsedMs()
  }
}
