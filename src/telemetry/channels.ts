/**
 * Everything worth watching, on Node's `diagnostics_channel`.
 *
 * One channel per kind of occurrence. Nothing is built or published while nobody listens: callers pass
 * a function that makes the message. Who listens, and what becomes of it, is not known here.
 *
 * Channels: `dramatis:command`, `dramatis:commit`, `dramatis:batch`, `dramatis:retry`,
 * `dramatis:park`, `dramatis:breaker`, `dramatis:worker`, `dramatis:timer`.
 */

import { type Channel, channel } from 'node:diagnostics_channel'

/** A command was answered. */
export interface CommandMessage {
  readonly aggregateType: string
  readonly aggregateId: string
  readonly command: string
  readonly commandId: string
  readonly outcome: 'accepted' | 'rejected' | 'failed'
  /** The domain's reason, or the error's code. */
  readonly reason?: string
  /** Events recorded; 0 for a duplicate. */
  readonly events: number
  /** Whether it was answered with the receipt of a command that it repeated. */
  readonly duplicate: boolean
  /** From `send` to the answer. Milliseconds. */
  readonly durationMs: number
}

/** One transaction of the log became durable. */
export interface CommitMessage {
  readonly events: number
  /** Position of its last event. */
  readonly position: number
  /** From the call to the flush. Milliseconds. */
  readonly durationMs: number
}

/** A subscription finished a batch. */
export interface BatchMessage {
  readonly subscription: string
  readonly kind: 'projector' | 'handler'
  readonly events: number
  readonly position: number
  readonly durationMs: number
}

/** A delivery failed and will be tried again. */
export interface RetryMessage {
  readonly handler: string
  readonly partition: number
  readonly key: string
  readonly position: number
  /** The attempt that failed, 1-based. */
  readonly attempt: number
  /** Until the next attempt. Milliseconds. */
  readonly delayMs: number
  readonly reason: string
}

/** A key was parked, redriven or discarded. */
export interface ParkMessage {
  readonly action: 'parked' | 'redriven' | 'discarded'
  readonly handler: string
  readonly partition: number
  readonly key: string
  readonly position: number
  readonly reason: string
}

/** A handler's breaker opened or closed. */
export interface BreakerMessage {
  readonly handler: string
  readonly state: 'open' | 'closed'
}

/** A worker thread died or was terminated. */
export interface WorkerMessage {
  readonly reason: string
}

/**
 * A timer was set or cancelled, or its time has come: what it does came through, was refused by the domain,
 * or failed and is tried again.
 */
export interface TimerMessage {
  readonly action: 'scheduled' | 'cancelled' | 'fired' | 'rejected' | 'failed'
  /** Empty: the host's, or a handler's. */
  readonly owner: string
  readonly name: string
  /** Names the setting of the timer. */
  readonly id: string
  /** Which firing it is, 1-based. */
  readonly occurrence: number
  /** From its time to its firing, where it was fired. Milliseconds. */
  readonly lateMs?: number
  /** The domain's reason, or the error's message. */
  readonly reason?: string
  /** Until it is tried again, where it failed. Milliseconds. */
  readonly retryMs?: number
}

interface Messages {
  readonly command: CommandMessage
  readonly commit: CommitMessage
  readonly batch: BatchMessage
  readonly retry: RetryMessage
  readonly park: ParkMessage
  readonly breaker: BreakerMessage
  readonly worker: WorkerMessage
  readonly timer: TimerMessage
}

export type ChannelName = keyof Messages

const channels: Readonly<Record<ChannelName, Channel>> = Object.freeze({
  command: channel('dramatis:command'),
  commit: channel('dramatis:commit'),
  batch: channel('dramatis:batch'),
  retry: channel('dramatis:retry'),
  park: channel('dramatis:park'),
  breaker: channel('dramatis:breaker'),
  worker: channel('dramatis:worker'),
  timer: channel('dramatis:timer'),
})

/** True while somebody listens. For callers that must measure before they can publish. */
export function isWatched(name: ChannelName): boolean {
  return channels[name].hasSubscribers
}

/** Publishes what `message` returns; does not call it while nobody listens. */
export function publish<N extends ChannelName>(name: N, message: () => Messages[N]): void {
  if (channels[name].hasSubscribers) channels[name].publish(message())
}
