/**
 * A transaction: several messages, each for an actor of its own, that happen together or not at all.
 *
 * A plain record beside its messages, and their one answer. Every message waits in the mailbox of its
 * actor like any other; one that is first in line holds its actor until all of them are. How they run is
 * the executor's, how they come and go `transactions.ts`.
 *
 * Invariants:
 *   - its answer is given once: when all messages have theirs, or when the first of them fails;
 *   - all messages stand in their mailboxes, or none does: they are delivered in one step, so of two
 *     transactions one is ahead of the other in every mailbox that they share, and none waits in a circle.
 */

import type { Cancel } from '../base/clock.js'
import type { TagBoundary } from '../store/tags.js'
import type { Receipt } from './command.js'
import type { Message } from './message.js'

/** What one must be given to be answered. */
export interface TransactionCaller {
  resolve(receipts: readonly Receipt[]): void
  reject(error: unknown): void
  /** Takes the messages of a transaction that failed out of wherever they are. */
  abandon(transaction: Transaction, error: unknown): void
}

/** What a decision asks of its transaction. */
export interface TransactionCondition {
  /** Behind which nothing may have happened. */
  readonly boundary: TagBoundary
  /** Called once it was staged. */
  onStaged(): void
}

export class Transaction {
  readonly messages: readonly Message[]
  readonly condition: TransactionCondition | null
  readonly #caller: TransactionCaller
  /** Messages that are still being prepared. */
  unprepared = 0
  /** Messages that hold their actors. */
  held = 0
  /** Stops watching the caller's signal and deadline, where there are any. */
  stopWatching: Cancel | null = null
  #answered = 0
  #isOver = false

  constructor(
    messages: readonly Message[],
    caller: TransactionCaller,
    condition: TransactionCondition | null,
  ) {
    this.messages = messages
    this.condition = condition
    this.#caller = caller
    for (const message of messages) {
      message.transaction = this
      message.resolve = () => this.#answer()
      message.reject = (error) => this.#fail(error)
    }
  }

  /** Whether it has been answered. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Whether its events may be on their way to the disk. */
  get isAccepted(): boolean {
    return this.messages.some(
      ({ stage, events, isDuplicate }) => stage === 'running' || events.length > 0 || isDuplicate,
    )
  }

  /** Whether its events, or those of the transaction that it repeats, are not durable yet. */
  get isWriting(): boolean {
    return this.messages.some((message) => message.isWriting)
  }

  /** Ends it with an error, wherever it is. */
  abandon(error: unknown): void {
    this.#caller.abandon(this, error)
  }

  #answer(): void {
    this.#answered++
    if (this.#answered < this.messages.length || this.#isOver) return
    this.#end()
    this.#caller.resolve(this.messages.map(({ answer }) => answer as Receipt))
  }

  #fail(error: unknown): void {
    if (this.#isOver) return
    this.#end()
    this.#caller.reject(error)
    this.#caller.abandon(this, error)
  }

  #end(): void {
    this.#isOver = true
    this.stopWatching?.()
  }
}
