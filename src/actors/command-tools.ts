/**
 * What `decide` is given beside the state and the command.
 *
 * One object per command. The time is asked of the clock only when a `decide` wants it, and stays the
 * same for that command. Runs per command.
 */

import type { Clock } from '../base/clock.js'
import type { Rejection } from '../define/actor.js'
import type { EventMetadata } from '../events/event.js'
import type { ActorType } from './actor-type.js'

export class CommandTools {
  readonly events: ActorType['creators']
  readonly aggregateId: string
  readonly metadata: EventMetadata
  readonly reject: typeof reject = reject
  readonly #clock: Clock
  #now: Date | null = null

  constructor(type: ActorType, aggregateId: string, metadata: EventMetadata, clock: Clock) {
    this.events = type.creators
    this.aggregateId = aggregateId
    this.metadata = metadata
    this.#clock = clock
  }

  get now(): Date {
    this.#now ??= new Date(this.#clock.nowMs())
    return this.#now
  }
}

/** What says no. */
export function reject(reason: string, message?: string): Rejection {
  return message === undefined ? { rejected: reason } : { rejected: reason, message }
}
