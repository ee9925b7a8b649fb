/**
 * A handler at work: its lanes, its books, its breaker, and the time when keys fall due.
 *
 * Runs on the host. Pumps deliver and report; this writes reports down and acknowledges them, hands out
 * keys whose time has come, tries alone what killed a thread, and does what operators ask for.
 *
 * Invariants:
 *   - a pump hears of an acknowledgement only when its report is durable;
 *   - a due key is handed to its pump once, until the pump has said how it went or is gone.
 */

import type { Receipt } from '../actors/command.js'
import type { Cancel, Clock } from '../base/clock.js'
import { type ErrorData, errorToData } from '../base/errors.js'
import type { Random } from '../base/random.js'
import type { HandlerDefinition } from '../define/handler.js'
import type { Position } from '../events/event.js'
import type { TaskPool } from '../pool/contracts.js'
import type { LogReader } from '../store/contracts.js'
import { publish } from '../telemetry/channels.js'
import { Breaker } from './breaker.js'
import { awaitedKey, awaitedKeysOf, keysGoal, positionGoal } from './goals.js'
import { HandlerLane } from './handler-lane.js'
import type { HandlerLedger, WaitingKey } from './handler-ledger.js'
import { HandlerReplays } from './handler-replays.js'
import { tryAlone } from './isolated-delivery.js'
import { IsolatedTrials } from './isolated-trials.js'
import { ProbeRotation } from './probe-rotation.js'
import type { FromPump, PumpMode, PumpReport } from './pump-messages.js'
import { type AnswerOnHost, answerRequest, isHostRequest } from './remote-host.js'
import type { ReplayOptions, ReplayResult } from './replay-options.js'
import { restartDelayMs } from './retry-policy.js'
import type { SubscribedEvents } from './subscribed-events.js'
import { readSuspects } from './suspects.js'
import { type Patience, Waiters } from './waiters.js'
import type { BlockedKey, HandlerCounts, KeyName } from './work-store.js'

export interface HandlerPorts {
  readonly ledger: HandlerLedger
  /** What the handler sees of the log. */
  readonly events: SubscribedEvents
  readonly log: LogReader
  readonly pool: TaskPool
  /** How long a thread of the pool may be busy with one event, whosever. Milliseconds. */
  readonly silentMs: number
  /** A thread that may die without harm. */
  readonly openIsolatedPool: () => TaskPool
  readonly clock: Clock
  readonly random: Random
  readonly answer: AnswerOnHost
  readonly readHead: () => Position
  /** A key was parked, and that is written. Must not throw. */
  readonly onParked: (name: KeyName) => void
}

/** How a handler is doing. */
export interface HandlerStatus extends HandlerCounts {
  readonly name: string
  readonly state: 'running' | 'paused' | 'breaker-open' | 'failing'
  /** Every partition is done up to here. */
  readonly position: Position
  /** Positions between that and the head of the log. */
  readonly lag: number
  /** Keys that wait for a retry now. */
  readonly retryingKeys: number
  /** Keys parked now. */
  readonly parkedKeys: number
  readonly error: ErrorData | null
}

export class HandlerSubscription {
  readonly definition: HandlerDefinition
  readonly #ports: HandlerPorts
  readonly #ledger: HandlerLedger
  readonly #lanes: HandlerLane[]
  readonly #breaker: Breaker
  readonly #waiters: Waiters
  readonly #trials: IsolatedTrials
  readonly #probes: ProbeRotation
  readonly #replays: HandlerReplays
  #cancelDue: Cancel = () => {}
  #stopped = false
  #writeError: ErrorData | null = null

  constructor(ports: HandlerPorts) {
    const { ledger, clock } = ports
    this.#ports = ports
    this.#ledger = ledger
    this.definition = ledger.definition
    this.#breaker = new Breaker(
      this.definition.name,
      clock,
      () => this.#changeMode(),
      () => this.#probes.probe(),
    )
    this.#waiters = new Waiters(clock)
    this.#trials = new IsolatedTrials({
      ledger,
      clock,
      deliver: (waiting, signal) => tryAlone({ ...ports, signal }, waiting),
      onEnd: (error) => this.#afterTrial(error),
    })
    this.#lanes = this.#createLanes()
    const probes = {
      breaker: this.#breaker,
      isPaused: () => ledger.paused,
      hasRetries: () => this.#hasRetries(),
    }
    this.#probes = new ProbeRotation(probes, this.#lanes)
    this.#replays = new HandlerReplays(ports)
  }

  start(): void {
    for (const lane of this.#lanes) lane.start()
    this.#handOutDue()
  }

  /** The log has grown. */
  wake(): void {
    for (const lane of this.#lanes) lane.post({ type: 'wake' })
  }

  status(): HandlerStatus {
    const { cursor, counts, waiting, parked } = this.#ledger
    const error = this.#writeError ?? this.#lanes.find((lane) => lane.error !== null)?.error ?? null
    return {
      name: this.definition.name,
      state: this.#state(error),
      position: cursor,
      lag: Math.max(0, this.#ports.readHead() - cursor),
      ...counts,
      retryingKeys: waiting.size,
      parkedKeys: parked,
      error,
    }
  }

  /** Stops deliveries once those under way are done. Survives restarts. */
  async pause(): Promise<void> {
    await this.#ledger.setPaused(true)
    this.#changeMode()
  }

  async resume(): Promise<void> {
    await this.#ledger.setPaused(false)
    this.#changeMode()
  }

  /**
   * Has the log read anew: resolves when nothing that was read before is waiting for its delivery.
   *
   * @param why - What a replay that is ended by it says.
   */
  async reread(why: string): Promise<void> {
    await Promise.all([...this.#lanes.map((lane) => lane.renew()), this.#replays.interrupt(why)])
  }

  /**
   * Everything up to a position is handled, or set aside with its key.
   *
   * @throws {CaughtUpTimeoutError} DRAMATIS_CAUGHT_UP_TIMEOUT
   * @throws {WaitAbortedError} DRAMATIS_WAIT_ABORTED
   */
  caughtUp(position: Position, patience: Patience): Promise<void> {
    const subscription = `handler ${this.definition.name}`
    const goal = positionGoal(subscription, position, () => this.#ledger.cursor)
    return this.#waiters.wait(goal, patience)
  }

  /**
   * Everything of a key up to a position is handled, or given up.
   *
   * @throws {KeyParkedError} DRAMATIS_KEY_PARKED, and what {@link caughtUp} throws
   */
  keyCaughtUp(key: string, position: Position, patience: Patience): Promise<void> {
    const awaited = awaitedKey(this.definition, key, position)
    return this.#waiters.wait(keysGoal(this.#ledger, [awaited]), patience)
  }

  /** What a command wrote is handled, or given up. Throws as {@link keyCaughtUp} does. */
  receiptHandled(receipt: Receipt, patience: Patience): Promise<void> {
    const awaited = awaitedKeysOf(this.definition, this.#ports.events, receipt.events)
    return this.#waiters.wait(keysGoal(this.#ledger, awaited, receipt), patience)
  }

  /** How a key is doing that does not flow; `null`: it flows. */
  blockedKey(name: KeyName): BlockedKey | null {
    return this.#ledger.blockedKey(name)
  }

  /** Keys parked now. */
  parkedKeys(): readonly KeyName[] {
    return this.#ledger.parkedKeys()
  }

  /** Makes parked keys due again. @returns those that were parked. */
  async redrive(names: readonly KeyName[]): Promise<readonly KeyName[]> {
    const redriven = await this.#ledger.redrive(names)
    this.#waiters.notify()
    this.#handOutDue()
    return redriven
  }

  /** Gives up the event that parked each key; the rest of the key goes on. */
  async discard(names: readonly KeyName[], reason: string): Promise<readonly KeyName[]> {
    const discarded = await this.#ledger.discard(names, reason)
    this.#waiters.notify()
    this.#handOutDue()
    return discarded
  }

  /** Delivers past events once more. Throws as {@link HandlerReplays.run} does. */
  replay(options: ReplayOptions): Promise<ReplayResult> {
    return this.#replays.run(options)
  }

  /** Finishes what is under way, within the deadline. */
  async stop(deadlineMs: number): Promise<void> {
    this.#stopped = true
    this.#cancelDue()
    this.#breaker.stop()
    this.#trials.stop()
    const cancelAbort = this.#ports.clock.schedule(deadlineMs, () => this.#trials.abort())
    await Promise.all([
      this.#replays.stop(deadlineMs),
      ...this.#lanes.map((lane) => lane.stop(deadlineMs)),
    ])
    await this.#trials.settled()
    cancelAbort()
    await this.#ledger.settled()
    this.#waiters.close()
  }

  #createLanes(): HandlerLane[] {
    const { pool, clock, silentMs } = this.#ports
    const { name, partitions, timeoutMs } = this.definition
    const lanes = Math.max(1, Math.min(partitions, pool.threads))
    return Array.from({ length: lanes }, (_each, lane) => {
      const own = range(partitions).filter((partition) => partition % lanes === lane)
      return new HandlerLane({
        handler: name,
        timeoutMs,
        silentMs,
        partitions: own,
        pool,
        clock,
        readCursors: () => own.map((partition) => this.#ledger.cursorOf(partition)),
        readMode: () => this.#mode(),
        readHead: this.#ports.readHead,
        onMessage: (from, message, run) => this.#receive(from, message, run),
        onGone: (positions, reason) => this.#afterPump(own, positions, reason),
        onStart: () => {
          this.#ledger.takeBack(own)
          // The pump before may have been asked to probe: its answer will not come.
          this.#breaker.probed(false)
          this.#handOutDue()
        },
      })
    })
  }

  #state(error: ErrorData | null): HandlerStatus['state'] {
    if (this.#ledger.paused) return 'paused'
    if (this.#breaker.isOpen) return 'breaker-open'
    return error === null ? 'running' : 'failing'
  }

  #mode(): PumpMode {
    return this.#ledger.paused || this.#breaker.isOpen ? 'hold' : 'flow'
  }

  #changeMode(): void {
    const mode = this.#mode()
    for (const lane of this.#lanes) lane.post({ type: 'mode', mode })
    if (mode === 'hold') return
    // What pumps were given and did not try while they held is theirs to try now.
    this.#ledger.takeBack(range(this.definition.partitions))
    this.#handOutDue()
  }

  #receive(lane: HandlerLane, message: FromPump, run: number): void {
    if (message.type === 'report') void this.#write(lane, message.report, run)
    else if (isHostRequest(message)) {
      void answerRequest(this.#ports.answer, message, (answer) => lane.post(answer))
    } else if (message.type === 'breaker') this.#breaker.open()
    else if (message.type === 'probed') this.#probes.answered(message.outcome)
  }

  /** Writes a report, however often it takes: the pump goes no further without. */
  async #write(lane: HandlerLane, report: PumpReport, run: number): Promise<void> {
    const startedMs = this.#ports.clock.elapsedMs()
    for (let failures = 0; ; ) {
      // A pump that is gone has been followed by one that does the same work again.
      // Not reached by tests: it takes a write that fails while its pump dies.
      if (lane.run !== run) return
      try {
        await this.#ledger.apply(report)
        this.#writeError = null
        break
      } catch (error) {
        this.#writeError = errorToData(error)
        if (this.#stopped) return
        failures += 1
        await new Promise<void>((resolve) => {
          this.#ports.clock.schedule(restartDelayMs(failures), resolve)
        })
      }
    }
    lane.post({ type: 'ack', sequence: report.sequence })
    publish('batch', () => ({
      subscription: this.definition.name,
      kind: 'handler',
      events: report.handled,
      position: this.#ledger.cursor,
      durationMs: this.#ports.clock.elapsedMs() - startedMs,
    }))
    this.#waiters.notify()
    if (report.changes.length === 0) return
    this.#handOutDue()
    this.#tellParked(report)
  }

  #tellParked({ changes }: PumpReport): void {
    const { onParked } = this.#ports
    for (const change of changes) {
      if (change.type === 'failed' && change.next.kind === 'park') onParked(change)
    }
  }

  /** Gives every lane its keys whose time has come, and sets the timer for the next. */
  #handOutDue(): void {
    if (this.#stopped) return
    this.#cancelDue()
    const nowMs = this.#ports.clock.nowMs()
    let nextMs = Number.POSITIVE_INFINITY
    const due: WaitingKey[] = []
    for (const waiting of this.#ledger.waiting.values()) {
      if (waiting.handed) continue
      if (waiting.blocked.dueAtMs <= nowMs) due.push(waiting)
      else nextMs = Math.min(nextMs, waiting.blocked.dueAtMs)
    }
    for (const lane of this.#lanes) this.#giveDue(lane, due, nowMs)
    if (this.#mode() === 'flow') this.#trials.begin(due)
    if (nextMs === Number.POSITIVE_INFINITY) return
    this.#cancelDue = this.#ports.clock.schedule(nextMs - nowMs, () => this.#handOutDue())
  }

  #giveDue(lane: HandlerLane, due: readonly WaitingKey[], nowMs: number): void {
    if (!lane.isRunning) return
    const own = due.filter(
      (each) => each.blocked.state === 'retrying' && lane.partitions.includes(each.partition),
    )
    for (const each of own) each.handed = true
    const keys = own.map(({ partition, key }) => ({ partition, key }))
    lane.giveDue(keys, nowMs)
  }

  #afterTrial(error: unknown): void {
    this.#writeError = error === null ? null : errorToData(error)
    this.#waiters.notify()
    this.#handOutDue()
  }

  async #afterPump(
    partitions: readonly number[],
    positions: readonly Position[],
    reason: string,
  ): Promise<boolean> {
    this.#ledger.takeBack(partitions)
    let isAside = false
    try {
      if (positions.length > 0) await this.#setAside(positions, reason)
      isAside = positions.length > 0
    } catch (error) {
      // Not written down: if the event kills the next thread too, it is noticed then.
      this.#writeError = errorToData(error)
    }
    // The next pump begins where the books stand once everything that was reported is in them.
    await this.#ledger.settled()
    return isAside
  }

  async #setAside(positions: readonly Position[], reason: string): Promise<void> {
    const { log, events } = this.#ports
    const suspects = await readSuspects(this.definition, events, log, positions)
    await this.#ledger.setAside(suspects, reason)
    this.#waiters.notify()
  }

  /** Whether keys wait to be tried again later: they would fail as soon as the breaker closed. */
  #hasRetries(): boolean {
    for (const { blocked } of this.#ledger.waiting.values()) {
      if (blocked.state === 'retrying') return true
    }
    return false
  }
}

function range(length: number): number[] {
  return Array.from({ length }, (_each, at) => at)
}
