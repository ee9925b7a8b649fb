/**
 * A replay to a handler: past events of a range, delivered once more, because somebody asked for it.
 *
 * Reads the log on the host, chooses, and sends one round after the other through the threads. Apart
 * from the handler's own deliveries in everything: it moves no cursor, parks no key and counts nowhere,
 * and what fails is in its result. Nothing of it survives the process.
 *
 * Invariants:
 *   - only events that the handler is done with are delivered: what waits for a retry, or as a dead
 *     letter, is left to it;
 *   - of one key, an event is delivered only when the one before it was handled.
 */

import type { Clock } from '../base/clock.js'
import type { ErrorData } from '../base/errors.js'
import type { Position, RecordedEvent } from '../events/event.js'
import type { TaskPool } from '../pool/contracts.js'
import type { LogReader } from '../store/contracts.js'
import { ReplayFailedError } from './errors.js'
import { eventKeyOf } from './event-key.js'
import type { HandlerLedger } from './handler-ledger.js'
import type { AnswerOnHost } from './remote-host.js'
import type { ParsedReplay, ReplayFailure, ReplayResult } from './replay-options.js'
import { ReplayRound, type RoundEvent } from './replay-round.js'
import type { SubscribedEvents } from './subscribed-events.js'

export interface ReplayPorts {
  readonly ledger: HandlerLedger
  /** What the handler sees of the log. */
  readonly events: SubscribedEvents
  readonly log: LogReader
  readonly pool: TaskPool
  readonly clock: Clock
  readonly answer: AnswerOnHost
}

const roundEventsMax = 1_024

export class HandlerReplay {
  readonly #ports: ReplayPorts
  readonly #asked: ParsedReplay
  readonly #startedMs: number
  /** Keys whose events from there on are not done with. */
  readonly #blocked: ReadonlyMap<string, Position>
  readonly #failures = new Map<string, ReplayFailure>()
  #round: ReplayRound | null = null
  #position: Position
  #delivered = 0
  #withheld = 0
  #ending: { readonly why: string; readonly cause?: unknown } | null = null

  constructor(ports: ReplayPorts, asked: ParsedReplay) {
    this.#ports = ports
    this.#asked = asked
    this.#startedMs = ports.clock.elapsedMs()
    this.#blocked = ports.ledger.firstOfBlockedKeys()
    this.#position = asked.from - 1
  }

  /** @throws {ReplayFailedError} DRAMATIS_REPLAY_FAILED */
  async run(): Promise<ReplayResult> {
    const { signal } = this.#asked
    const onAbort = (): void => this.stop('it was cancelled', signal?.reason)
    if (signal?.aborted === true) onAbort()
    signal?.addEventListener('abort', onAbort)
    try {
      await this.#runRounds()
    } catch (error) {
      this.stop('it failed', error)
    } finally {
      signal?.removeEventListener('abort', onAbort)
    }
    if (this.#ending === null) return this.#result()
    const { why, cause } = this.#ending
    throw new ReplayFailedError(this.#ports.ledger.definition.name, why, this.#result(), cause)
  }

  /** Begins nothing more; what is under way ends by itself. */
  stop(why: string, cause?: unknown): void {
    this.#ending ??= { why, cause }
    this.#round?.stop()
  }

  /** Tells handlers under way to give up. */
  abort(): void {
    this.#round?.abort()
  }

  /** Ends the threads under it. */
  terminate(reason: string): void {
    this.#round?.terminate(reason)
  }

  async #runRounds(): Promise<void> {
    const { log, events, ledger } = this.#ports
    const { to } = this.#asked
    while (this.#position < to && this.#ending === null) {
      const batch = await log.readBatch({
        after: this.#position,
        to,
        eventsMax: roundEventsMax,
        wantsType: events.wantsType,
      })
      const chosen = batch.events.flatMap((event, at) => {
        const key = eventKeyOf(ledger.definition, events, event, batch.keyHashes[at]!)
        const { position } = event
        return this.#isChosen(event, key.key) ? [{ position, ...key }] : []
      })
      await this.#runRound(chosen)
      if (this.#ending !== null) return
      this.#position = batch.scannedTo
      this.#report()
    }
  }

  async #runRound(chosen: readonly RoundEvent[]): Promise<void> {
    const { pool, clock, answer, ledger } = this.#ports
    if (this.#ending !== null || chosen.length === 0) return
    this.#round = new ReplayRound(
      {
        definition: ledger.definition,
        pool,
        clock,
        answer,
        onHandled: () => {
          this.#delivered += 1
        },
        onFailed: (event, attempts, error) => this.#note(event, attempts, error, chosen),
      },
      chosen,
    )
    await this.#round.run()
    this.#position = (this.#round.firstOpen ?? chosen.at(-1)!.position + 1) - 1
    this.#round = null
  }

  /** Whether an event is to be delivered; counts what is not, and why. */
  #isChosen(event: RecordedEvent, key: string): boolean {
    const { keys } = this.#asked
    if (this.#ending !== null || (keys !== null && !keys.has(key))) return false
    if (!this.#isAskedFor(event)) return false
    if (event.position >= (this.#blocked.get(key) ?? Number.POSITIVE_INFINITY)) {
      this.#withheld += 1
      return false
    }
    const failed = this.#failures.get(key)
    if (failed === undefined) return true
    this.#failures.set(key, { ...failed, left: failed.left + 1 })
    return false
  }

  #isAskedFor(event: RecordedEvent): boolean {
    const { types, filter } = this.#asked
    if (types === null && filter === null) return true
    let parts: readonly RecordedEvent[]
    try {
      parts = this.#ports.events.partsOf(event) ?? [event]
    } catch {
      // Nobody can tell what it is today: its delivery fails, and the result says why.
      return true
    }
    try {
      return parts.some((part) => (types?.has(part.type) ?? true) && (filter?.(part) ?? true))
    } catch (error) {
      this.stop(`its filter failed at position ${event.position}`, error)
      return false
    }
  }

  #note(
    { position, key }: RoundEvent,
    attempts: number,
    error: ErrorData,
    chosen: readonly RoundEvent[],
  ): void {
    const { failuresMax } = this.#asked
    const left = chosen.filter((each) => each.key === key && each.position > position).length
    this.#failures.set(key, { position, key, attempts, error, left })
    if (this.#failures.size > failuresMax) this.stop(`more than ${failuresMax} keys failed`)
  }

  #report(): void {
    const { to, from, onProgress } = this.#asked
    const elapsedMs = Math.max(1, this.#ports.clock.elapsedMs() - this.#startedMs)
    const positionsPerSecond = ((this.#position - from + 1) / elapsedMs) * 1_000
    onProgress({
      position: this.#position,
      to,
      delivered: this.#delivered,
      positionsPerSecond,
      etaMs: ((to - this.#position) / positionsPerSecond) * 1_000,
    })
  }

  #result(): ReplayResult {
    const { from, to } = this.#asked
    const failures = [...this.#failures.values()]
    return {
      from,
      to,
      position: this.#position,
      delivered: this.#delivered,
      failures: failures.sort((one, other) => one.position - other.position),
      withheld: this.#withheld,
      durationMs: this.#ports.clock.elapsedMs() - this.#startedMs,
    }
  }
}
