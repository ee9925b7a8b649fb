/**
 * Answers: settles what callers wait for, and counts.
 *
 * The one place where a promise of `send` or `state` is settled, so that each is settled once, counted
 * once and published once. It does not decide what the answer is. Runs per command.
 *
 * Invariants:
 *   - `inFlight` is the number of messages begun and not done with;
 *   - a caller that gave up is answered at once, but its message counts until its commit is done.
 */

import type { Clock } from '../base/clock.js'
import { describeValue } from '../base/errors.js'
import { BoundaryConflictError, ClaimTakenError } from '../store/errors.js'
import { isWatched, publish } from '../telemetry/channels.js'
import { CommandRejectedError } from './errors.js'
import type { Message } from './message.js'

export class Answers {
  readonly #clock: Clock
  #inFlight = 0
  #accepted = 0
  #duplicates = 0
  #rejected = 0
  #failed = 0
  #onDrained: (() => void) | null = null

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get inFlight(): number {
    return this.#inFlight
  }

  /** Commands answered with a receipt. */
  get accepted(): number {
    return this.#accepted
  }

  /** Those of them that got the receipt of a command that they repeated. */
  get duplicates(): number {
    return this.#duplicates
  }

  /** Commands that the domain refused. */
  get rejected(): number {
    return this.#rejected
  }

  /** Commands that came to nothing for any other reason. */
  get failed(): number {
    return this.#failed
  }

  begin(message: Message): void {
    this.#inFlight++
    if (isWatched('command')) message.startedMs = this.#clock.elapsedMs()
  }

  /** Counts a command that was refused before it became a message. */
  countRefused(): void {
    this.#failed++
  }

  /** Counts a decision that the domain refused before it became messages. */
  countRejected(): void {
    this.#rejected++
  }

  /** Hands out the outcome that the message holds; the message is done with. */
  settle(message: Message): void {
    if (message.stage !== 'answered') this.#answer(message)
    this.#leave()
  }

  /** Answers with an error; the message is done with. */
  fail(message: Message, error: unknown): void {
    message.fail(error)
    this.settle(message)
  }

  /** Answers a caller that gave up. What has run already stays in flight until its commit is done. */
  giveUp(message: Message, error: unknown): void {
    const hasRun = message.stage === 'run' || message.stage === 'running'
    message.fail(error)
    this.#answer(message)
    if (!hasRun) this.#leave()
  }

  /** Resolves when nothing is in flight. */
  async drain(): Promise<void> {
    if (this.#inFlight === 0) return
    await new Promise<void>((resolve) => {
      this.#onDrained = resolve
    })
  }

  #answer(message: Message): void {
    message.stage = 'answered'
    message.stopWatching?.()
    if (message.command !== null) this.#count(message)
    if (message.hasFailed) message.reject(message.error)
    else message.resolve(message.answer as never)
  }

  #leave(): void {
    this.#inFlight--
    if (this.#inFlight === 0) this.#onDrained?.()
  }

  #count(message: Message): void {
    // It is decided again, or counted when that is given up.
    if (message.error instanceof BoundaryConflictError) return
    const outcome = outcomeOf(message)
    if (outcome === 'accepted') this.#accepted++
    else if (outcome === 'rejected') this.#rejected++
    else this.#failed++
    if (message.isDuplicate && outcome === 'accepted') this.#duplicates++
    if (isWatched('command')) this.#publish(message, outcome)
  }

  #publish(message: Message, outcome: 'accepted' | 'rejected' | 'failed'): void {
    publish('command', () => ({
      aggregateType: message.type.name,
      aggregateId: message.aggregateId,
      command: message.name,
      commandId: message.context!.metadata.commandId,
      outcome,
      ...(outcome === 'accepted' ? {} : { reason: reasonOf(message.error) }),
      events: outcome === 'accepted' ? message.events.length : 0,
      duplicate: message.isDuplicate && outcome === 'accepted',
      durationMs: this.#clock.elapsedMs() - message.startedMs,
    }))
  }
}

function outcomeOf(message: Message): 'accepted' | 'rejected' | 'failed' {
  if (!message.hasFailed) return 'accepted'
  const { error } = message
  const isRejected = error instanceof CommandRejectedError || error instanceof ClaimTakenError
  return isRejected ? 'rejected' : 'failed'
}

function reasonOf(error: unknown): string {
  const { code, reason } = error as { code?: unknown; reason?: unknown }
  return String(error instanceof CommandRejectedError ? reason : (code ?? describeValue(error)))
}
