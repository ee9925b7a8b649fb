/**
 * The world outside: what handlers reach, which deliveries it fails, and a journal of all of them.
 *
 * It lives through every crash. Which deliveries fail follows from the plan and from which event it is,
 * so that a repeated run meets the same.
 */

import { hashText } from '../../src/base/hash.js'
import { yieldToEventLoop } from '../../src/base/signal.js'
import { type HandlerContext, RetryAfterError, TerminalError } from '../../src/index.js'
import type { PeakClock } from './peak-clock.js'
import type { AppPlan, HandlerName } from './plan.js'

export interface DeliveredEvent {
  readonly id: string
  readonly streamId: string
  readonly aggregateId: string
  readonly version: number
  readonly position: number
}

/** Something that happened to an event on its way to a handler. */
export interface JournalEntry {
  /** `givingUp`: an operator asked for its discard. `redriving`: for another try of its key. */
  readonly what: 'begun' | 'handled' | 'failed' | 'givingUp' | 'redriving'
  readonly life: number
  readonly handler: string
  readonly position: number
  readonly id: string
  readonly attempt: number
  readonly redrives: number
}

/** How an event fares at a handler, until the world is mended. */
interface Fate {
  /** Deliveries that fail. */
  readonly failures: number
  readonly kind: 'plain' | 'terminal' | 'later'
}

const noFate: Fate = { failures: 0, kind: 'plain' }
const retryAfterMs = 5_000

export class World {
  readonly journal: JournalEntry[] = []
  /** The latest time that the clock had shown when a firing was first decided, by its commandId. */
  readonly firings = new Map<string, number>()
  readonly #clock: PeakClock
  readonly #plan: AppPlan
  readonly #failures = new Map<string, number>()
  readonly #down = new Set<string>()
  #isMended = false
  /** Which life of the runtime this is, 1-based. */
  life = 0

  constructor(plan: AppPlan, clock: PeakClock) {
    this.#plan = plan
    this.#clock = clock
  }

  /** A timer has come through to its actor. */
  noteFiring(commandId: string): void {
    if (!this.firings.has(commandId)) this.firings.set(commandId, this.#clock.peakMs)
  }

  /** Whether everything fails that a handler tries. */
  isDown(handler: string): boolean {
    return this.#down.has(handler)
  }

  setDown(handler: HandlerName, isDown: boolean): void {
    if (isDown) this.#down.add(handler)
    else this.#down.delete(handler)
  }

  /** From now on nothing fails any more. */
  mend(): void {
    this.#isMended = true
    this.#down.clear()
  }

  /** A delivery: fails as the world has it, or acts. */
  async deliver(
    event: DeliveredEvent,
    { handler, attempt, redrives }: HandlerContext,
    act: () => Promise<void>,
  ): Promise<void> {
    const { life } = this
    const { id, position } = event
    const note = (what: JournalEntry['what']): void => {
      this.journal.push({ what, life, handler, position, id, attempt, redrives })
    }
    note('begun')
    try {
      const turns = this.#hash(handler, event, 'turns') % 3
      for (let turn = 0; turn < turns; turn++) await yieldToEventLoop()
      this.#meet(handler, event)
      await act()
    } catch (error) {
      note('failed')
      throw error
    }
    note('handled')
  }

  /** @throws what keeps the delivery from acting. */
  #meet(handler: string, event: DeliveredEvent): void {
    if (this.#isMended) return
    if (this.#down.has(handler)) throw new Error(`${handler} reaches nobody`)
    const { failures, kind } = this.#fateOf(handler, event)
    const id = `${handler} ${event.id}`
    const failed = this.#failures.get(id) ?? 0
    if (failed >= failures) return
    this.#failures.set(id, failed + 1)
    if (kind === 'terminal') throw new TerminalError('it is of no use')
    if (kind === 'later') throw new RetryAfterError('not now', retryAfterMs)
    throw new Error('not yet')
  }

  #fateOf(handler: string, event: DeliveredEvent): Fate {
    const { attemptsMax } = this.#plan
    const drawn = this.#hash(handler, event, 'fate') % 100
    if (drawn < 72) return noFate
    if (drawn < 84) return { failures: 1, kind: 'plain' }
    if (drawn < 90) return { failures: 2, kind: 'plain' }
    if (drawn < 94) return { failures: attemptsMax, kind: 'plain' }
    if (drawn < 96) return { failures: 1, kind: 'terminal' }
    if (drawn < 98) return { failures: 1, kind: 'later' }
    return { failures: Number.POSITIVE_INFINITY, kind: 'plain' }
  }

  #hash(handler: string, { streamId, version }: DeliveredEvent, what: string): number {
    return hashText(`${this.#plan.fates} ${what} ${handler} ${streamId}@${version}`)
  }
}
