/**
 * Whether what a timer sends was recorded already, when it may have fired before.
 *
 * A timer fires again after a crash, after a failure, and when a repeated delivery sets it once more for the
 * time it had. Then its command is looked for among what its actor recorded since that time, because
 * nothing fires early. Every other firing reads nothing.
 *
 * Invariants:
 *   - a command that was recorded at the time of its timer or later is found, however many events came
 *     after it. (Recorded times never decrease, so only a clock that was set back in between hides one.)
 */

import { SentBefore } from '../actors/sent-before.js'
import { streamIdOf } from '../events/stream-id.js'
import type { EventStore } from '../store/contracts.js'
import { isHandlerTimer } from '../subscriptions/delivery.js'
import type { Due } from '../timers/due.js'
import { commandIdOf, isTimerCommand } from './timer-command-id.js'

export class FiredBefore {
  readonly #sentBefore: SentBefore
  readonly #openedAtMs: number

  /** @param openedAtMs - No timer has fired since. */
  constructor(store: Pick<EventStore, 'readStream' | 'head'>, openedAtMs: number) {
    this.#sentBefore = new SentBefore(store, isTimerCommand)
    this.#openedAtMs = openedAtMs
  }

  /** Rejects with DRAMATIS_DAMAGED_RECORD, as reading a stream does. */
  async hasSent(due: Due, actor: string, aggregateId: string): Promise<boolean> {
    const repetition = repetitionOf(due, this.#openedAtMs)
    if (repetition === null) return false
    const isEarlier = (event: { readonly recordedAt: Date }): boolean =>
      event.recordedAt.getTime() < due.dueAtMs
    const where = { isEarlier, untilNow: repetition === 'of this process' }
    const streamId = streamIdOf(actor, aggregateId)
    return (await this.#sentBefore.find(streamId, commandIdOf(due), where)) !== undefined
  }
}

/** Of what a firing may be the repetition; `null`: it is the first. */
export function repetitionOf(
  { id, failures, dueAtMs, setAtMs }: Pick<Due, 'id' | 'failures' | 'dueAtMs' | 'setAtMs'>,
  openedAtMs: number,
): 'of this process' | 'of one before' | null {
  // Set for a time that was over: a delivery before may have set it, and it may have fired.
  if (failures > 0 || (dueAtMs <= setAtMs && isHandlerTimer(id))) return 'of this process'
  return dueAtMs <= openedAtMs ? 'of one before' : null
}
