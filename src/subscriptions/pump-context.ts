/**
 * What the parts of one pump share: its ports, its books, and whether it may start anything.
 *
 * The line (`pump-line.ts`) and the retries (`pump-retries.ts`) deliver; the pump (`pump.ts`) reads,
 * reports and listens. All three run on one thread, so what they share needs no lock. Owns no rule.
 */

import type { Clock } from '../base/clock.js'
import type { Random } from '../base/random.js'
import { Signal } from '../base/signal.js'
import type { HandlerDefinition } from '../define/handler.js'
import type { RecordedEvent } from '../events/event.js'
import type { LogReader } from '../store/contracts.js'
import { afterTurn } from './after-turn.js'
import { BlockedKeys } from './blocked-keys.js'
import { BreakerWindow } from './breaker-policy.js'
import { deliverParts, upcastFailure } from './deliver-parts.js'
import { Delivery, type DeliveryOutcome, failureOf, type HandlerHost } from './delivery.js'
import type { EventKey } from './event-key.js'
import { Flight } from './flight.js'
import type { PumpMode, PumpRequest } from './pump-messages.js'
import { PumpReportBuilder } from './pump-report.js'
import { type DeliveryFailure, decideAfterFailure, type RetryDecision } from './retry-policy.js'
import type { SubscribedEvents } from './subscribed-events.js'
import type { WorkStore } from './work-store.js'

/** An event, as it was recorded, and the key it belongs to, on its way to the handler. */
export interface KeyedEvent {
  readonly event: RecordedEvent
  readonly key: EventKey
  /** How often it was redriven. */
  readonly redrives: number
  /** Whether it may have been delivered before, by this process: it stood aside, or its pump is not the first. */
  readonly isRepeated: boolean
}

/** A delivery that failed for now, and what follows. */
export interface Setback {
  readonly attempt: number
  readonly failure: DeliveryFailure
  readonly decision: Exclude<RetryDecision, { kind: 'now' }>
}

/** Deliveries that a pump is careful with after one before it died: more than that one can have left unreported. */
const carefulMax = 8_192

/** Pause before an event is tried again that failed while its handler was being probed. */
const probedAgainMs = 250

/** A probe that failed costs no attempt, unless the handler itself said that it is pointless. */
export function asProbe(setback: Setback): Setback {
  if (isTerminal(setback)) return setback
  const { attempt, failure } = setback
  return { attempt: attempt - 1, failure, decision: { kind: 'later', delayMs: probedAgainMs } }
}

/** The handler refused this event, which says nothing about the handler. */
export function isTerminal({ decision }: Setback): boolean {
  return decision.kind === 'park' && decision.cause === 'TERMINAL'
}

export interface PumpPorts {
  readonly definition: HandlerDefinition
  /** What the handler sees of the log. */
  readonly events: SubscribedEvents
  readonly log: LogReader
  readonly work: WorkStore
  readonly clock: Clock
  readonly random: Random
  readonly host: HandlerHost
}

export class PumpContext {
  readonly ports: PumpPorts
  readonly definition: HandlerDefinition
  readonly report: PumpReportBuilder = new PumpReportBuilder()
  readonly blocked: BlockedKeys = new BlockedKeys()
  readonly breaker: BreakerWindow = new BreakerWindow()
  readonly changed: Signal = new Signal()
  #flight: Flight
  readonly #request: PumpRequest
  readonly #deliveries = new Set<Delivery>()
  /** Deliveries yet to come that stay in flight until what they left behind has gone off. */
  #careful: number
  mode: PumpMode
  stopping = false
  /** Failures no longer count: the handlers have been told to give up. */
  aborted = false

  constructor(ports: PumpPorts, request: PumpRequest) {
    this.ports = ports
    this.definition = ports.definition
    this.mode = request.mode
    this.#request = request
    this.#flight = new Flight(request.flight)
    this.#careful = request.deliveredUpTo > 0 ? carefulMax : 0
  }

  /** Whether a delivery may begin. */
  get mayDeliver(): boolean {
    return this.mode === 'flow' && !this.stopping
  }

  /** What is in flight now stays so in the eyes of the host, whatever still comes to its end here. */
  leaveFlight(): void {
    const { partitions } = this.#request
    this.#flight = new Flight(Flight.allocate(partitions.length * 2))
  }

  /** Tells every handler under way to give up. */
  abort(reason: unknown): void {
    this.aborted = true
    for (const delivery of this.#deliveries) delivery.abort(reason)
  }

  /**
   * Delivers an event, and again at once as long as the policy says so.
   *
   * @param attempt - Number of this delivery, 1-based.
   * @returns `null` when it was handled; at once when nothing had to be waited for.
   */
  deliver(
    keyed: KeyedEvent,
    attempt: number,
    slot: number,
  ): Setback | null | Promise<Setback | null> {
    for (let number = attempt; ; number++) {
      if (number > 1) this.report.retried()
      const outcome = this.#attempt(keyed, number, slot)
      if (outcome instanceof Promise) {
        return outcome.then((settled) => this.#follow(keyed, number, slot, settled))
      }
      const setback = this.#judge(outcome, number)
      if (setback !== 'again') return setback
    }
  }

  #follow(
    keyed: KeyedEvent,
    attempt: number,
    slot: number,
    outcome: DeliveryOutcome,
  ): Setback | null | Promise<Setback | null> {
    const setback = this.#judge(outcome, attempt)
    return setback === 'again' ? this.deliver(keyed, attempt + 1, slot) : setback
  }

  #attempt(
    keyed: KeyedEvent,
    attempt: number,
    slot: number,
  ): DeliveryOutcome | Promise<DeliveryOutcome> {
    const { event, key } = keyed
    if (key.error !== null) return { ...failureOf(key.error), terminal: true }
    // Upcasters too run in flight: one that never returns is found out like a handler that hangs.
    this.#flight.begin(slot, event.position)
    let parts: readonly RecordedEvent[] | null
    try {
      parts = this.ports.events.partsOf(event)
    } catch (error) {
      this.#flight.end(slot)
      return upcastFailure(error)
    }
    if (parts === null) return this.#call(event, keyed, attempt, slot)
    return this.#callAll(parts, keyed, attempt, slot)
  }

  #callAll(
    parts: readonly RecordedEvent[],
    keyed: KeyedEvent,
    attempt: number,
    slot: number,
  ): DeliveryOutcome | Promise<DeliveryOutcome> {
    this.#flight.end(slot)
    return deliverParts(parts, (part) => this.#call(part, keyed, attempt, slot))
  }

  #call(
    part: RecordedEvent,
    { redrives, isRepeated }: KeyedEvent,
    attempt: number,
    slot: number,
  ): DeliveryOutcome | Promise<DeliveryOutcome> {
    const { definition, ports } = this
    const delivery = new Delivery(definition, part, attempt, ports, redrives, isRepeated)
    this.#flight.begin(slot, part.position)
    const outcome = this.#watched(delivery.start())
    if (!(outcome instanceof Promise)) {
      this.#flight.end(slot)
      return outcome
    }
    this.#deliveries.add(delivery)
    if (this.aborted) delivery.abort(new Error('the runtime is closing'))
    return outcome.finally(() => {
      this.#deliveries.delete(delivery)
      this.#flight.end(slot)
    })
  }

  #watched(
    outcome: DeliveryOutcome | Promise<DeliveryOutcome>,
  ): DeliveryOutcome | Promise<DeliveryOutcome> {
    if (this.#careful === 0) return outcome
    this.#careful -= 1
    return afterTurn(outcome)
  }

  #judge(outcome: DeliveryOutcome, attempt: number): Setback | null | 'again' {
    if (outcome === null) return null
    const sample = this.ports.random.next()
    const decision = decideAfterFailure(this.definition.retry, outcome, attempt, sample)
    if (decision.kind !== 'now') return { attempt, failure: outcome, decision }
    // A pump that is going away, or feels its way, does not insist.
    if (this.mayDeliver) return 'again'
    return { attempt, failure: outcome, decision: { kind: 'later', delayMs: 0 } }
  }
}
