/**
 * The pump: keeps some partitions of one handler going, on whatever thread it was started.
 *
 * Scans the log once for all its partitions, gives each its events, tries due keys again, and reports
 * what happened; the host writes that down and acknowledges. It decides nothing about time: keys fall
 * due, and modes change, when the host says so.
 *
 * Invariants:
 *   - what is reported as passed is handled, or queued in the same report: a crash repeats, never skips;
 *   - unreported work and waiting events are bounded, so a crash repeats at most that much;
 *   - the thread's event loop turns at least once per `sliceMs` of user code that returns.
 */

import { yieldToEventLoop } from '../base/signal.js'
import type { Position, RecordedEvent } from '../events/event.js'
import type { LogBatch } from '../store/contracts.js'
import { eventKeyOf } from './event-key.js'
import { PumpContext, type PumpPorts } from './pump-context.js'
import { PumpLine } from './pump-line.js'
import type { FromPump, PumpRequest, ToPump } from './pump-messages.js'
import { PumpRetries } from './pump-retries.js'

/** Events read at a time. */
const batchEventsMax = 1_024
/** Events that may wait in all lines before reading pauses. */
const waitingEventsMax = 2_048
/** Deliveries that may be unreported before reading pauses. */
const unreportedMax = 4_096
/** How long user code may keep the thread before everything else gets a turn. */
const sliceMs = 10

export class Pump {
  readonly #context: PumpContext
  readonly #post: (message: FromPump) => void
  readonly #lines = new Map<number, PumpLine>()
  readonly #retries = new Map<number, PumpRetries>()
  #batch: LogBatch | null = null
  #batchAt = 0
  #scannedTo: Position
  #reportedTo: Position
  #error: unknown = null
  #wanted = true
  /** The first report tells the host that the pump works, even if there is nothing to do. */
  #hasReported = false
  /** The host wants to know whether this goes on. */
  #isAsked = false
  readonly #deliveredUpTo: Position

  constructor(ports: PumpPorts, request: PumpRequest, post: (message: FromPump) => void) {
    this.#context = new PumpContext(ports, request)
    this.#deliveredUpTo = request.deliveredUpTo
    this.#post = post
    this.#scannedTo = Math.min(...request.cursors)
    this.#reportedTo = this.#scannedTo
    request.partitions.forEach((partition, at) => {
      this.#open(partition, request.cursors[at]!, at * 2)
    })
  }

  receive(message: ToPump): void {
    const context = this.#context
    if (message.type === 'wake') this.#wanted = true
    else if (message.type === 'mode') this.#changeMode(message.mode)
    else if (message.type === 'ack') context.report.acknowledge(message.sequence)
    else if (message.type === 'due') {
      for (const due of message.keys) this.#retries.get(due.partition)!.add(due, message.atMs)
    } else if (message.type === 'ask') this.#isAsked = true
    else if (message.type === 'stop') context.stopping = true
    else if (message.type === 'abort') context.abort(new Error('the runtime is closing'))
    context.changed.notify()
  }

  /** Runs until it is told to stop and nothing is under way. @throws what reading the log throws. */
  async run(): Promise<void> {
    try {
      await this.#run()
    } catch (error) {
      this.#context.leaveFlight()
      throw error
    }
  }

  async #run(): Promise<void> {
    const context = this.#context
    // First of all the host hears that it has begun.
    this.#post({ type: 'alive' })
    for (;;) {
      if (this.#error !== null) throw this.#error
      if (this.#isAsked) await this.#answer()
      if (context.mode === 'probe' && !context.stopping) await this.#probe()
      const worked = await this.#work()
      this.#reportIfDue(worked)
      if (worked) await yieldToEventLoop()
      else if (this.#isOver()) return
      else await context.changed.wait()
    }
  }

  /**
   * By way of a promise of an object, which deliveries rest on too: where user code has spoiled those for the whole
   * thread, they stand still for ever with nothing in flight, and so must this.
   */
  async #answer(): Promise<void> {
    this.#isAsked = false
    await Promise.resolve({})
    this.#post({ type: 'alive' })
  }

  #open(partition: number, cursor: Position, slot: number): void {
    const context = this.#context
    const onError = (error: unknown): void => {
      this.#error = error
    }
    this.#lines.set(
      partition,
      new PumpLine(context, partition, cursor, slot, () => this.#openBreaker()),
    )
    this.#retries.set(partition, new PumpRetries(context, partition, slot + 1, onError))
    for (const name of context.ports.work.readKeys(context.definition.name, partition)) {
      context.blocked.block(name)
    }
  }

  #changeMode(mode: PumpContext['mode']): void {
    this.#context.mode = mode
    if (mode === 'flow') this.#context.breaker.reset()
  }

  #openBreaker(): void {
    if (this.#context.mode !== 'flow') return
    this.#context.mode = 'hold'
    this.#post({ type: 'breaker' })
  }

  /** One slice of work. @returns whether there may be more at once. */
  async #work(): Promise<boolean> {
    const context = this.#context
    if (!context.mayDeliver) return false
    for (const retries of this.#retries.values()) retries.advance()
    for (const line of this.#lines.values()) line.advance()
    if (!this.#hasRoom()) return false
    if (this.#batch === null && !(await this.#read())) return false
    this.#offerSlice()
    return true
  }

  #hasRoom(): boolean {
    if (this.#context.report.unreported >= unreportedMax) return false
    let waiting = 0
    for (const line of this.#lines.values()) waiting += line.waiting
    return waiting < waitingEventsMax
  }

  /** Reads the next batch. @returns whether there was anything. */
  async #read(): Promise<boolean> {
    if (!this.#wanted) return false
    // Before reading: a notice that comes meanwhile must not be lost.
    this.#wanted = false
    const { definition, ports } = this.#context
    const { partitions } = definition
    const batch = await ports.log.readBatch({
      after: this.#scannedTo,
      eventsMax: batchEventsMax,
      wantsType: ports.events.wantsType,
      ...(definition.key === null
        ? { wantsKey: (hash: number) => this.#lines.has(hash % partitions) }
        : {}),
    })
    if (batch.scannedTo < batch.head) this.#wanted = true
    if (batch.scannedTo === this.#scannedTo) return false
    this.#batch = batch
    this.#batchAt = 0
    return true
  }

  /** Hands events of the batch to their lines, for at most a slice of time. */
  #offerSlice(): void {
    const { clock } = this.#context.ports
    const batch = this.#batch!
    const startedMs = clock.elapsedMs()
    while (this.#batchAt < batch.events.length) {
      const at = this.#batchAt++
      const event = batch.events[at]!
      this.#scannedTo = event.position
      this.#offer(event, batch.keyHashes[at]!)
      if (clock.elapsedMs() - startedMs >= sliceMs) return
    }
    this.#scannedTo = batch.scannedTo
    this.#batch = null
  }

  #offer(event: RecordedEvent, keyHash: number): void {
    const { definition, ports } = this.#context
    const key = eventKeyOf(definition, ports.events, event, keyHash)
    const line = this.#lines.get(key.partition)
    if (line === undefined || event.position <= line.doneBefore) return
    const isRepeated = event.position <= this.#deliveredUpTo
    line.offer({ event, key, redrives: 0, isRepeated })
  }

  /** Reports when there is something to report, nobody else has work, and no report is on its way. */
  #reportIfDue(worked: boolean): void {
    const { report } = this.#context
    if (report.isAwaited) return
    const moved = report.unreported > 0 || this.#scannedTo > this.#reportedTo || !this.#hasReported
    const large = report.unreported >= batchEventsMax || this.#scannedTo - this.#reportedTo > 16_384
    if (!moved || (worked && !large && !this.#isReportWanted())) return
    this.#reportedTo = this.#scannedTo
    this.#hasReported = true
    const cursors = [...this.#lines.values()].map(
      (line) => [line.partition, line.cursor(this.#scannedTo)] as const,
    )
    this.#post({ type: 'report', report: report.take(cursors) })
  }

  #isReportWanted(): boolean {
    for (const retries of this.#retries.values()) if (retries.awaitsReport) return true
    return false
  }

  /** Nothing is under way and everything is reported and written. */
  #isOver(): boolean {
    const { stopping, report } = this.#context
    if (!stopping || report.isAwaited || report.unreported > 0) return false
    for (const line of this.#lines.values()) if (line.isBusy) return false
    for (const retries of this.#retries.values()) if (retries.isBusy) return false
    return this.#scannedTo === this.#reportedTo
  }

  /** Feels whether the handler works again: one new event, or else one due key. */
  async #probe(): Promise<void> {
    this.#context.mode = 'hold'
    if (this.#hasRoom()) {
      if (this.#batch === null) await this.#read()
      if (this.#batch !== null) this.#offerSlice()
    }
    const outcome = (await this.#probeAny(this.#lines)) ?? (await this.#probeAny(this.#retries))
    this.#post({ type: 'probed', outcome: outcome ?? 'nothing' })
  }

  async #probeAny(
    parts: Map<number, PumpLine | PumpRetries>,
  ): Promise<'succeeded' | 'failed' | null> {
    for (const [partition, part] of [...parts]) {
      const outcome = await part.probe()
      if (outcome === null) continue
      // The others come first next time: one poison key must not answer for the handler for ever.
      parts.delete(partition)
      parts.set(partition, part)
      return outcome
    }
    return null
  }
}
