/**
 * One round of a replay: some events on their way through the threads, until each is settled.
 *
 * Spreads partitions over threads. A thread that dies under it is noticed: the events that were in
 * flight are tried again, each alone, and one that does so too often has failed. What follows from a
 * failure is the replay's.
 */

import type { Cancel, Clock } from '../base/clock.js'
import { type ErrorData, errorToData } from '../base/errors.js'
import type { HandlerDefinition } from '../define/handler.js'
import type { Position } from '../events/event.js'
import type { RunningTask, TaskEnd, TaskPool } from '../pool/contracts.js'
import { hungAfterMs } from './delivery.js'
import { WorkerCrashError } from './errors.js'
import { Flight, FlightWatch } from './flight.js'
import { type AnswerOnHost, answerRequest, isHostRequest, RemoteError } from './remote-host.js'
import type { FromReplay, ReplayRequest, ToReplay } from './replay-messages.js'
import { deathsMax } from './retry-policy.js'

/** An event on its way. */
export interface RoundEvent {
  readonly position: Position
  readonly key: string
  readonly partition: number
}

export interface RoundPorts {
  readonly definition: HandlerDefinition
  readonly pool: TaskPool
  readonly clock: Clock
  readonly answer: AnswerOnHost
  readonly onHandled: (event: RoundEvent) => void
  readonly onFailed: (event: RoundEvent, attempts: number, error: ErrorData) => void
}

/** How often the host looks whether a thread still runs. Milliseconds. */
const watchEveryMs = 250

export class ReplayRound {
  readonly #ports: RoundPorts
  /** What is not settled, in the order of positions. */
  readonly #open: Map<Position, RoundEvent>
  readonly #deaths = new Map<Position, number>()
  readonly #tasks = new Set<RunningTask>()
  /** Deaths of threads that nothing of this round was in flight on. */
  #strangeDeaths = 0
  #error: Error | null = null
  #stopped = false

  constructor(ports: RoundPorts, events: readonly RoundEvent[]) {
    this.#ports = ports
    this.#open = new Map(events.map((event) => [event.position, event]))
  }

  /** The first event that is not settled. */
  get firstOpen(): Position | undefined {
    return this.#open.keys().next().value
  }

  /**
   * Resolves when everything is settled, or once it was stopped and nothing is under way.
   *
   * @throws what its threads fail with
   */
  async run(): Promise<void> {
    const { pool } = this.#ports
    while (this.#open.size > 0 && !this.#stopped) {
      const suspects = [...this.#open.values()].filter((each) => this.#deaths.has(each.position))
      const alone = suspects[0]
      if (alone !== undefined) {
        await this.#runTask([[alone]])
        continue
      }
      const lines = linesOf([...this.#open.values()])
      const tasks = Math.max(1, Math.min(lines.length, pool.threads))
      const shares = Array.from({ length: tasks }, (_each, task) =>
        lines.filter((_line, at) => at % tasks === task),
      )
      await Promise.all(shares.map((share) => this.#runTask(share)))
    }
    if (this.#error !== null) throw this.#error
  }

  /** Begins nothing more. */
  stop(): void {
    this.#stopped = true
    this.#post({ type: 'stop' })
  }

  /** Tells handlers under way to give up. */
  abort(): void {
    this.#post({ type: 'abort' })
  }

  /** Ends the threads under it. */
  terminate(reason: string): void {
    for (const task of this.#tasks) task.terminate(reason)
  }

  #post(message: ToReplay): void {
    for (const task of this.#tasks) task.post(message)
  }

  async #runTask(lines: readonly (readonly RoundEvent[])[]): Promise<void> {
    const { definition, pool } = this.#ports
    let slot = 0
    const flight = Flight.allocate(lines.reduce((sum, line) => sum + line.length, 0))
    const items = lines.map((line) =>
      line.map(({ position, key }) => ({ position, key, slot: slot++ })),
    )
    const request: ReplayRequest = {
      task: 'replay',
      handler: definition.name,
      lines: items,
      flight,
    }
    const task = pool.run(request, (message) => this.#receive(task, message as FromReplay))
    this.#tasks.add(task)
    const unwatch = pool.threads > 0 ? this.#watch(task, flight) : () => {}
    const end = await task.ended
    unwatch()
    this.#tasks.delete(task)
    this.#afterEnd(end, flight)
  }

  #receive(task: RunningTask, message: FromReplay): void {
    if (isHostRequest(message)) {
      void answerRequest(this.#ports.answer, message, (answer) => task.post(answer))
      return
    }
    const event = this.#open.get(message.position)
    // A thread that died may have been heard of twice.
    if (event === undefined) return
    this.#settle(event)
    if (message.type === 'replayed') this.#ports.onHandled(event)
    else this.#fail(event, message.attempts, message.error)
  }

  #settle({ position }: RoundEvent): void {
    this.#open.delete(position)
    this.#deaths.delete(position)
  }

  /** What comes after it under its key is not delivered. */
  #fail(event: RoundEvent, attempts: number, error: ErrorData): void {
    for (const each of this.#open.values()) if (each.key === event.key) this.#settle(each)
    this.#ports.onFailed(event, attempts, error)
  }

  #watch(task: RunningTask, flight: SharedArrayBuffer): Cancel {
    const { clock, definition } = this.#ports
    const stuckMs = hungAfterMs(definition.timeoutMs)
    const watch = new FlightWatch(new Flight(flight), stuckMs)
    const look = (): void => {
      const stuck = watch.findStuck(clock.elapsedMs())
      if (stuck === undefined) cancel = clock.schedule(watchEveryMs, look)
      else task.terminate(`its thread hung at position ${stuck.position}`)
    }
    let cancel = clock.schedule(watchEveryMs, look)
    return () => cancel()
  }

  #afterEnd(end: TaskEnd, flight: SharedArrayBuffer): void {
    if (end.outcome === 'returned' || this.#stopped) return
    if (end.outcome === 'failed') {
      this.#break(end.error)
      return
    }
    const suspects = new Flight(flight).inFlight().map(({ position }) => position)
    if (suspects.length === 0 && ++this.#strangeDeaths >= deathsMax) this.#break(end.error)
    for (const position of suspects) this.#noteDeath(position, end.error.message)
  }

  #break(error: ErrorData): void {
    this.#error ??= new RemoteError(error)
    this.stop()
  }

  #noteDeath(position: Position, reason: string): void {
    const event = this.#open.get(position)
    if (event === undefined) return
    const deaths = (this.#deaths.get(position) ?? 0) + 1
    this.#deaths.set(position, deaths)
    if (deaths < deathsMax) return
    const crash = new WorkerCrashError(this.#ports.definition.name, position, deaths, reason)
    this.#settle(event)
    this.#fail(event, deaths, errorToData(crash))
  }
}

/** The events of each partition, in order. */
function linesOf(events: readonly RoundEvent[]): RoundEvent[][] {
  const lines = new Map<number, RoundEvent[]>()
  for (const event of events) {
    const line = lines.get(event.partition)
    if (line === undefined) lines.set(event.partition, [event])
    else line.push(event)
  }
  return [...lines.values()]
}
