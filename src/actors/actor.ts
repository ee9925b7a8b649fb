/**
 * One actor in memory: its state, its place in its stream, and what waits for it.
 *
 * The state is speculative: it holds what was decided, whether durable yet or not. The residents
 * bring an actor in and let it go, the executor runs commands on it; both set its fields.
 *
 * States: `activating` -> `active`; `activating` -> `failed` -> `activating`; `active` -> `recalling` ->
 * `active`, while it reads back what it recorded under a command's id; `active` -> `held` -> `active`, while
 * the first in its mailbox waits for the other actors of its transaction; any -> `gone`, when it was let go
 * and a new object will stand for the same stream.
 *
 * Invariants:
 *   - `version` and `position` are those of the last event folded into `state`;
 *   - `group` is the newest group with events of this actor whose outcomes are not all handed out, or null;
 *   - `newest` is the last message that rests on `group`, or null;
 *   - `window` has every named command that was recorded after version `windowAfter`, as far as it
 *     reaches; `null`: there is none;
 *   - while `isStale`, it runs nothing: it is read back once what it staged is durable;
 *   - it is in the idle list exactly while nothing waits for it and `group` is null.
 */

import type { Position, Version } from '../events/event.js'
import { streamIdOf } from '../events/stream-id.js'
import type { Claim } from '../store/claims.js'
import type { ActorType } from './actor-type.js'
import type { CommandWindow, RememberedCommand } from './command-window.js'
import type { CommitGroup } from './commit-queue.js'
import type { ActivationFailedError } from './errors.js'
import type { IdleEntry } from './idle-list.js'
import { Mailbox } from './mailbox.js'
import type { Message } from './message.js'

export type ActorPhase = 'activating' | 'active' | 'recalling' | 'held' | 'failed' | 'gone'

/** Why an actor could not be activated, and when that is tried again. */
export interface ActivationFailure {
  readonly error: ActivationFailedError
  /** In a row. */
  readonly failures: number
  /** By the clock's `elapsedMs`. */
  readonly retryAtMs: number
}

export class Actor implements IdleEntry<Actor> {
  readonly type: ActorType
  readonly aggregateId: string
  readonly streamId: string
  phase: ActorPhase = 'activating'
  state: unknown = undefined
  version: Version = 0
  position: Position = 0
  /** What its state claims; `null`: not asked yet. */
  claims: readonly Claim[] | null = null
  /** Version of the newest snapshot, kept or about to be. */
  versionKept: Version = 0
  group: CommitGroup | null = null
  newest: Message | null = null
  window: CommandWindow | null = null
  windowAfter: Version = 0
  failure: ActivationFailure | null = null
  /** Whether it holds what its stream says no longer. */
  isStale = false
  /** Whether it waits for its turn to empty its mailbox. */
  isStalled = false
  isIdle = false
  idleSinceMs = 0
  idleBefore: Actor | null = null
  idleAfter: Actor | null = null
  /** Made when first needed: most commands run without waiting. */
  #mailbox: Mailbox<Message> | null = null

  constructor(type: ActorType, aggregateId: string) {
    this.type = type
    this.aggregateId = aggregateId
    this.streamId = streamIdOf(type.name, aggregateId)
  }

  /** How many messages wait. */
  get depth(): number {
    return this.#mailbox === null ? 0 : this.#mailbox.depth
  }

  /** Whether anything waits for it, or rests on it. */
  get isBusy(): boolean {
    if (this.phase === 'activating' || this.phase === 'recalling') return true
    return this.group !== null || this.depth > 0
  }

  /** What it recorded lately under a command's id. */
  recordedCommand(commandId: string): RememberedCommand | undefined {
    return this.window === null ? undefined : this.window.find(commandId, this.version)
  }

  put(message: Message): void {
    this.#mailbox ??= new Mailbox()
    this.#mailbox.put(message)
  }

  /** Puts a message that was just taken back where it was. */
  putBack(message: Message): void {
    this.#mailbox ??= new Mailbox()
    this.#mailbox.putFirst(message)
  }

  take(): Message | undefined {
    return this.#mailbox?.take()
  }

  takeAll(): Message[] {
    return this.#mailbox?.takeAll() ?? []
  }

  remove(message: Message): boolean {
    return this.#mailbox?.remove(message) ?? false
  }
}
