/**
 * A lane: one pump for some partitions of a handler, kept alive.
 *
 * Starts the pump, passes messages, notices when its thread hangs or dies, says which events were in
 * flight, and starts it again. What is written down, and when keys fall due, is the subscription's.
 *
 * States: idle -> running -> (crashed | failed) -> waiting -> running ...; running -> renewed -> running;
 * stopped for good.
 */

import type { Cancel, Clock } from '../base/clock.js'
import { createDeferred, type Deferred } from '../base/deferred.js'
import type { ErrorData } from '../base/errors.js'
import type { Position } from '../events/event.js'
import type { RunningTask, TaskEnd, TaskPool } from '../pool/contracts.js'
import { hungAfterMs } from './delivery.js'
import { Flight, FlightWatch } from './flight.js'
import { Pulse } from './pulse.js'
import type { FromPump, PumpMode, PumpRequest, ToPump } from './pump-messages.js'
import { restartDelayMs } from './retry-policy.js'
import { isThreadSpoiled } from './spoiled-thread.js'
import type { KeyName } from './work-store.js'

export interface LanePorts {
  readonly handler: string
  readonly timeoutMs: number
  /** How long a thread may be busy with what is no fault of its pump. Milliseconds. */
  readonly silentMs: number
  readonly partitions: readonly number[]
  readonly pool: TaskPool
  readonly clock: Clock
  /** Where each partition goes on, alongside `partitions`. */
  readonly readCursors: () => readonly Position[]
  readonly readMode: () => PumpMode
  readonly readHead: () => Position
  /** `run`: number of the pump that sent it, see {@link HandlerLane.run}. */
  readonly onMessage: (lane: HandlerLane, message: FromPump, run: number) => void
  /**
   * The pump is gone; if its thread died, with these positions in flight. It starts again once this
   * resolves: to whether they were set aside.
   */
  readonly onGone: (positions: readonly Position[], reason: string) => Promise<boolean>
  /** The pump has started, with nothing due in its hands. */
  readonly onStart: () => void
}

/** How often the host looks whether a thread still runs. Milliseconds. */
const watchEveryMs = 250

export class HandlerLane {
  readonly #ports: LanePorts
  #task: RunningTask | null = null
  #run = 0
  /** Where the log ended when a pump died last; 0: none has. */
  #deliveredUpTo: Position = 0
  #stopped = false
  #failures = 0
  #error: ErrorData | null = null
  #cancelWatch: Cancel = () => {}
  #pulse: Pulse | null = null
  #cancelRestart: Cancel = () => {}
  #ended: Promise<void> = Promise.resolve()
  #renewal: Deferred | null = null

  constructor(ports: LanePorts) {
    this.#ports = ports
  }

  get partitions(): readonly number[] {
    return this.#ports.partitions
  }

  get isRunning(): boolean {
    return this.#task !== null
  }

  /** Number of the pump that runs, or ran last: what an earlier one sent is not answered. */
  get run(): number {
    return this.#run
  }

  /** What ended the pump last, until it works again. */
  get error(): ErrorData | null {
    return this.#error
  }

  start(): void {
    if (this.#stopped) return
    const { handler, partitions, pool } = this.#ports
    const flight = Flight.allocate(partitions.length * 2)
    const request: PumpRequest = {
      task: 'pump',
      handler,
      partitions,
      cursors: this.#ports.readCursors(),
      mode: this.#ports.readMode(),
      deliveredUpTo: this.#deliveredUpTo,
      flight,
    }
    const run = ++this.#run
    const task = pool.run(request, (message) => this.#receive(message as FromPump, run))
    this.#task = task
    if (pool.threads > 0) this.#watch(task, flight)
    this.#ended = task.ended.then((end) => this.#afterEnd(task, end, flight))
    this.#ports.onStart()
  }

  post(message: ToPump): void {
    this.#task?.post(message)
  }

  giveDue(keys: readonly KeyName[], atMs: number): void {
    if (keys.length > 0) this.post({ type: 'due', keys, atMs })
  }

  /**
   * Lets the pump finish what is under way and starts another, which reads the log anew.
   *
   * @returns when the pump of now is gone, with everything it had read.
   */
  async renew(): Promise<void> {
    if (this.#task === null) return
    this.#renewal ??= createDeferred()
    this.post({ type: 'stop' })
    await this.#renewal.promise
  }

  /**
   * Lets the pump finish what is under way; after half the time tells its handlers to give up; after
   * all of it ends the thread.
   */
  async stop(deadlineMs: number): Promise<void> {
    this.#stopped = true
    this.#cancelRestart()
    this.post({ type: 'stop' })
    const { clock } = this.#ports
    const cancelAbort = clock.schedule(deadlineMs / 2, () => this.post({ type: 'abort' }))
    const cancelEnd = clock.schedule(deadlineMs, () =>
      this.#task?.terminate('closing took too long'),
    )
    await this.#ended
    cancelAbort()
    cancelEnd()
  }

  #receive(message: FromPump, run: number): void {
    if (run === this.#run) this.#pulse?.heard(this.#ports.clock.elapsedMs())
    if (message.type === 'alive') return
    if (message.type === 'report') {
      this.#failures = 0
      this.#error = null
    }
    this.#ports.onMessage(this, message, run)
  }

  #watch(task: RunningTask, flight: SharedArrayBuffer): void {
    const { clock, timeoutMs, silentMs } = this.#ports
    const recorder = new Flight(flight)
    const watch = new FlightWatch(recorder, hungAfterMs(timeoutMs))
    const pulse = new Pulse(silentMs, watchEveryMs)
    this.#pulse = pulse
    const look = (): void => {
      const nowMs = clock.elapsedMs()
      const stuck = watch.findStuck(nowMs)
      const finding = pulse.look(nowMs, recorder.inFlight().length > 0)
      if (finding === 'ask') this.post({ type: 'ask' })
      if (stuck !== undefined) task.terminate(`its thread hung at position ${stuck.position}`)
      else if (finding === 'dead') task.terminate('its thread hung with no event in flight')
      else this.#cancelWatch = clock.schedule(watchEveryMs, look)
    }
    this.#cancelWatch = clock.schedule(watchEveryMs, look)
  }

  async #afterEnd(task: RunningTask, end: TaskEnd, flight: SharedArrayBuffer): Promise<void> {
    this.#cancelWatch()
    this.#task = null
    const isRenewed = this.#renewal !== null
    this.#renewal?.resolve()
    this.#renewal = null
    if (this.#stopped) return
    if (end.outcome === 'returned') {
      if (isRenewed) await this.#startAnother()
      return
    }
    this.#failures += 1
    this.#error = end.error
    const isSpoiled = isThreadSpoiled(end, this.#failures)
    if (isSpoiled) task.terminate('a pump on it failed again and again')
    const isCrashed = end.outcome === 'crashed' || isSpoiled
    const positions = isCrashed ? new Flight(flight).inFlight().map((each) => each.position) : []
    const isAside = await this.#ports.onGone(positions, end.error.message)
    this.#deliveredUpTo = this.#ports.readHead()
    // A pump whose thread died under an event is started again at once: the event is out of its way.
    if (isAside && this.#failures === 1) return this.start()
    if (isAside) this.#failures = 1
    this.#cancelRestart = this.#ports.clock.schedule(restartDelayMs(this.#failures), () =>
      this.start(),
    )
  }

  /** Follows a pump that ended as it was told to. */
  async #startAnother(): Promise<void> {
    await this.#ports.onGone([], 'it was renewed')
    this.start()
  }
}
