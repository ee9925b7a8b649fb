/**
 * What a mailbox holds: a command, or a question.
 *
 * A plain record that one command carries from `send` to its answer; its fields are set by whoever
 * has it at the time. One object per command, so it has no closures of its own.
 *
 * States: `preparing` -> `waiting` -> `running` -> `run` -> `answered`. `run` means that the outcome is
 * known and waits for the commit it rests on. One of a transaction goes from `waiting` to `held` when it is
 * first in line, until the others are, and then to `running`. From any state a caller's signal or deadline
 * leads to `answered`.
 */

import type { Cancel } from '../base/clock.js'
import type { RecordedEvent } from '../events/event.js'
import type { Payload } from '../events/schema.js'
import { streamIdOf } from '../events/stream-id.js'
import type { Actor } from './actor.js'
import type { ActorType, CommandType } from './actor-type.js'
import type { CommandContext } from './command.js'
import type { RememberedCommand } from './command-window.js'
import type { Transaction } from './transaction.js'

export type MessageStage = 'preparing' | 'waiting' | 'held' | 'running' | 'run' | 'answered'

const noEvents: readonly RecordedEvent[] = Object.freeze([])

export class Message {
  readonly type: ActorType
  readonly aggregateId: string
  /** `null`: a question. */
  readonly command: CommandType | null
  readonly context: CommandContext | null
  payload: Payload | null
  stage: MessageStage = 'preparing'
  /** Set when it is delivered. */
  actor: Actor | null = null
  /** What it was answered with: a receipt or a state, or else an error. */
  answer: unknown = undefined
  error: unknown = undefined
  hasFailed = false
  /** The events it staged. */
  events: readonly RecordedEvent[] = noEvents
  /** What its actor remembers of it, or of the command that it repeats; `null`: nothing. */
  remembered: RememberedCommand | null = null
  /** What it is a part of; `null`: it stands alone. */
  transaction: Transaction | null = null
  /** What is asked of the actor at its turn, where there is no command; `null`: its state. */
  question: ((actor: Actor) => unknown) | null = null
  /** Stops watching the caller's signal and deadline, where there are any. */
  stopWatching: Cancel | null = null
  /** When it was sent, by the clock's `elapsedMs`; measured only while somebody watches. */
  startedMs = 0
  resolve!: (answer: never) => void
  reject!: (error: unknown) => void

  constructor(
    type: ActorType,
    aggregateId: string,
    command: CommandType | null,
    payload: Payload | null,
    context: CommandContext | null,
  ) {
    this.type = type
    this.aggregateId = aggregateId
    this.command = command
    this.payload = payload
    this.context = context
  }

  get streamId(): string {
    return this.actor?.streamId ?? streamIdOf(this.type.name, this.aggregateId)
  }

  /** What to call it in errors. */
  get name(): string {
    return this.command?.name ?? 'state()'
  }

  /** Whether it was recognised as the repeat of a command. */
  get isDuplicate(): boolean {
    return this.remembered !== null && this.events.length === 0
  }

  /** Whether its events, or those of the command that it repeats, are not durable yet. */
  get isWriting(): boolean {
    return this.isDuplicate ? this.remembered!.group !== null : this.events.length > 0
  }

  /** Notes that it came to nothing. */
  fail(error: unknown): void {
    this.hasFailed = true
    this.error = error
  }
}
