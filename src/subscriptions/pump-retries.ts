/**
 * The retries of one partition: keys whose time has come, one key after the other, each in order.
 *
 * Works through a key's queue from the work store, then through what came in meanwhile; when nothing is
 * left the key flows again. Runs beside the line of its partition, so a key that fails again holds up
 * nobody else.
 *
 * Invariants:
 *   - a key's events are delivered in the order of their positions;
 *   - a key is tried only when what is written of it was due when it was handed out;
 *   - a key is released in the same turn in which its last event is seen to be the last.
 */

import type { Position } from '../events/event.js'
import { eventKeyOf } from './event-key.js'
import { asProbe, type KeyedEvent, type PumpContext, type Setback } from './pump-context.js'
import type { BlockedKey, KeyName } from './work-store.js'

export class PumpRetries {
  readonly partition: number
  readonly #context: PumpContext
  readonly #slot: number
  readonly #onError: (error: unknown) => void
  #due: KeyName[] = []
  #running = false

  constructor(
    context: PumpContext,
    partition: number,
    slot: number,
    onError: (error: unknown) => void,
  ) {
    this.#context = context
    this.partition = partition
    this.#slot = slot
    this.#onError = onError
  }

  get isBusy(): boolean {
    return this.#running
  }

  /** True when a due key waits only for a report to be acknowledged. */
  get awaitsReport(): boolean {
    const due = this.#due[0]
    if (due === undefined || this.#running) return false
    return !this.#context.blocked.isReady(due, this.#context.report.acknowledged)
  }

  /** @param atMs - By when the host knew the key to be due. */
  add(due: KeyName, atMs: number): void {
    if (this.#context.blocked.fallDue(due, atMs)) this.#due.push(due)
  }

  /** Starts on the next due key, if it can be started. */
  advance(): void {
    if (!this.#context.mayDeliver || !this.#canRun()) return
    void this.#run(() => this.#work(this.#due.shift()!, true))
  }

  /** Delivers the first event of one due key although the pump holds. `null`: none can be tried. */
  async probe(): Promise<'succeeded' | 'failed' | null> {
    if (!this.#canRun()) return null
    let outcome: 'succeeded' | 'failed' | null = 'failed'
    await this.#run(async () => {
      outcome = await this.#work(this.#due.shift()!, false)
    })
    return outcome
  }

  #canRun(): boolean {
    return !this.#running && this.#due.length > 0 && !this.awaitsReport
  }

  async #run(work: () => Promise<unknown>): Promise<void> {
    this.#running = true
    try {
      await work()
    } catch (error) {
      this.#onError(error)
    } finally {
      this.#running = false
      this.#context.changed.notify()
    }
  }

  /**
   * Works through one key.
   *
   * @param counts - Whether failures count as attempts.
   * @returns `null`: it was not due.
   */
  async #work(due: KeyName, counts: boolean): Promise<'succeeded' | 'failed' | null> {
    const { blocked, report, definition, ports } = this.#context
    ports.work.refresh()
    // As written down: what the host knew when it handed the key out may be older.
    const written = ports.work.readKey(definition.name, due)
    if (written !== undefined && !isDue(written, blocked.dueAtMs(due))) {
      blocked.block(due, report.newest)
      return null
    }
    let positions = blocked.run(due, ports.work.readQueue(definition.name, due))
    // Not reached by tests: what is handed out, and stands aside since, is written down.
    let { attempt = 0, redrives = 0 } = written ?? {}
    if (positions.length === 0) report.done(due, 0, null)
    while (positions.length > 0) {
      const [position, ...rest] = positions as [Position, ...Position[]]
      const keyed = await this.#read(position, redrives)
      const setback = await this.#context.deliver(keyed, attempt + 1, this.#slot)
      if (setback !== null) return this.#setBack(due, position, setback, counts)
      report.handled()
      positions = rest.length > 0 ? rest : blocked.takeTail(due)
      report.done(due, position, positions[0] ?? null)
      attempt = 0
      redrives = 0
      if (positions.length > 0 && (!counts || !this.#context.mayDeliver)) {
        // Its next event is in the work store with this report; the host will say when.
        blocked.block(due, report.sequence)
        return 'succeeded'
      }
      this.#context.changed.notify()
    }
    blocked.release(due)
    return 'succeeded'
  }

  async #read(position: Position, redrives: number): Promise<KeyedEvent> {
    const { definition, log, events } = this.#context.ports
    const batch = await log.readBatch({ after: position - 1, to: position, eventsMax: 1 })
    const event = batch.events[0]!
    const key = eventKeyOf(definition, events, event, batch.keyHashes[0]!)
    // What waited behind its key may have been delivered by a pump that did not come to report it.
    return { event, key, redrives, isRepeated: true }
  }

  #setBack(due: KeyName, position: Position, setback: Setback, counts: boolean): 'failed' {
    const { blocked, report, aborted } = this.#context
    blocked.block(due, report.sequence)
    if (aborted) return 'failed'
    const { attempt, failure, decision } = counts ? setback : asProbe(setback)
    report.failed(due, position, attempt, failure.error, decision)
    return 'failed'
  }
}

/**
 * Whether a key was handed out for what is written of it. It may have failed since: then it waits for its
 * next time, or is parked, and the host that handed it out had not heard of that.
 */
function isDue({ state, dueAtMs }: BlockedKey, handedOutMs: number): boolean {
  return state === 'retrying' && dueAtMs <= handedOutMs
}
