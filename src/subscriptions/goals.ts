/**
 * What callers wait for: a position that a whole subscription has passed, or keys that a handler is
 * really done with.
 *
 * Says when a goal is reached and what a caller is told when it is not; waiting is `waiters.ts`. Pure
 * over the books: reads, changes nothing.
 *
 * Invariant: a key is done up to a position when nothing of it up to there waits, in the line, for a
 * retry or as a dead letter.
 */

import type { Receipt } from '../actors/command.js'
import { hashText, partitionOf } from '../base/hash.js'
import type { HandlerDefinition } from '../define/handler.js'
import type { Position, RecordedEvent } from '../events/event.js'
import { CaughtUpTimeoutError, KeyParkedError, WaitAbortedError } from './errors.js'
import { eventKeyOf } from './event-key.js'
import type { HandlerLedger } from './handler-ledger.js'
import type { SubscribedEvents } from './subscribed-events.js'
import type { Goal } from './waiters.js'
import type { BlockedKey, KeyName } from './work-store.js'

/** A key, and the last of its events that somebody waits for. */
export interface AwaitedKey {
  readonly key: string
  /** Where the key may live: one partition, or all of them where that is not known. */
  readonly partitions: readonly number[]
  readonly position: Position
}

/** Reached once everything up to a position is passed. */
export function positionGoal(
  subscription: string,
  position: Position,
  readPosition: () => Position,
  receipt: Receipt | null = null,
): Goal {
  return {
    look: () => readPosition() >= position,
    timedOut: (timeoutMs) =>
      new CaughtUpTimeoutError(subscription, position, readPosition(), timeoutMs, receipt),
    aborted: (cause) => new WaitAbortedError(subscription, receipt, cause),
  }
}

/** Reached once a handler has handled, or an operator has discarded, what is awaited of each key. */
export function keysGoal(
  ledger: HandlerLedger,
  keys: readonly AwaitedKey[],
  receipt: Receipt | null = null,
): Goal {
  const subscription = `handler ${ledger.definition.name}`
  const wanted = Math.max(0, ...keys.map((each) => each.position))
  return {
    look: () => {
      let reached = true
      for (const awaited of keys) {
        const each = lookAt(ledger, awaited, receipt)
        if (each instanceof Error) return each
        reached &&= each
      }
      return reached
    },
    timedOut: (timeoutMs) =>
      new CaughtUpTimeoutError(subscription, wanted, reachedBy(ledger, keys), timeoutMs, receipt),
    aborted: (cause) => new WaitAbortedError(subscription, receipt, cause),
  }
}

/** A key as operators name it, up to a position. */
export function awaitedKey(
  definition: HandlerDefinition,
  key: string,
  position: Position,
): AwaitedKey {
  const { partitions, deadLetter } = definition
  // An event that is its own key lives where the key of its order does, which its id does not tell.
  if (deadLetter === 'event') return { key, partitions: allOf(partitions), position }
  return { key, partitions: [partitionOf(hashText(key), partitions)], position }
}

/** The keys under which a handler gets these events; none for events that it does not want. */
export function awaitedKeysOf(
  definition: HandlerDefinition,
  subscribed: SubscribedEvents,
  events: readonly RecordedEvent[],
): AwaitedKey[] {
  const awaited: AwaitedKey[] = []
  for (const event of events) {
    const { type, aggregateType, schemaVersion, streamId, position } = event
    // What an upcaster split has the key of its first part.
    if (awaited.at(-1)?.position === position) continue
    if (!subscribed.wantsType(type, aggregateType, schemaVersion)) continue
    const { key, partition } = eventKeyOf(definition, subscribed, event, hashText(streamId))
    awaited.push({ key, partitions: [partition], position })
  }
  return awaited
}

function lookAt(
  ledger: HandlerLedger,
  { key, partitions, position }: AwaitedKey,
  receipt: Receipt | null,
): boolean | Error {
  for (const partition of partitions) {
    const blocked = ledger.blockedKey({ partition, key })
    if (blocked === null) continue
    const first = firstWaiting(ledger, { partition, key }, blocked)
    if (first > position) continue
    if (blocked.state !== 'parked') return false
    const { name } = ledger.definition
    return new KeyParkedError(name, key, position, first, blocked.error, receipt)
  }
  return partitions.every((partition) => ledger.cursorOf(partition) >= position)
}

function reachedBy(ledger: HandlerLedger, keys: readonly AwaitedKey[]): Position {
  let reached = Number.POSITIVE_INFINITY
  for (const { key, partitions } of keys) {
    for (const partition of partitions) {
      const blocked = ledger.blockedKey({ partition, key })
      if (blocked !== null) {
        reached = Math.min(reached, firstWaiting(ledger, { partition, key }, blocked) - 1)
      }
      reached = Math.min(reached, ledger.cursorOf(partition))
    }
  }
  return reached
}

/** The first event of a key that is not done with. */
function firstWaiting(ledger: HandlerLedger, name: KeyName, blocked: BlockedKey): Position {
  // Others may stand before the one that is to be tried alone.
  return (blocked.state === 'isolated' ? ledger.firstQueued(name) : undefined) ?? blocked.position
}

function allOf(partitions: number): readonly number[] {
  return Array.from({ length: partitions }, (_each, partition) => partition)
}
