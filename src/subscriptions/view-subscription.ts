/**
 * A view at work: one turn of its projector after the other, as long as the log is ahead.
 *
 * Runs on the host; turns run in the pool. A projector that fails leaves its view where it is and is
 * tried again after growing pauses, since a view that skipped an event would be wrong for ever.
 *
 * States: idle -> turning -> idle; failing (waits, then turns again); stopped for good.
 */

import type { Cancel } from '../base/clock.js'
import type { ErrorData } from '../base/errors.js'
import type { AnyProjector } from '../define/projector.js'
import type { Position } from '../events/event.js'
import type { RunningTask, TaskEnd } from '../pool/contracts.js'
import { publish } from '../telemetry/channels.js'
import type { ProjectOutcome } from './project-task.js'
import { startTurn, type TurnPorts } from './project-turn.js'
import type { RebuildProgress } from './rebuild-progress.js'
import { restartDelayMs } from './retry-policy.js'
import { isThreadSpoiled } from './spoiled-thread.js'

export interface ViewPorts extends TurnPorts {
  readonly directory: string
  readonly readHead: () => Position
  /** Where the view stands when the runtime opens. */
  readonly cursor: Position
  /** Events applied before, on other rows. */
  readonly events: number
  /** The view has moved: rows read from now on show it. */
  readonly onMoved: () => void
}

/** How a view is doing. */
export interface ViewStatus {
  readonly name: string
  /** The projector's. */
  readonly version: number
  /** That of the rows that serve. Another one: rows of the projector's version are being filled. */
  readonly versionServed: number
  /** `outdated`: rows of another version serve, and stand still. */
  readonly state: 'running' | 'failing' | 'outdated'
  /** Everything up to here has taken effect in the rows that serve. */
  readonly position: Position
  /** Positions between that and the head of the log. */
  readonly lag: number
  /** Events applied since the runtime opened. */
  readonly events: number
  readonly error: ErrorData | null
  /** The rows that are being built, to take over or to be compared; `null`: none are. */
  readonly rebuild: RebuildProgress | null
}

const turnLimits = Object.freeze({ to: null, eventsMax: null, budgetMs: 100 })

export class ViewSubscription {
  readonly projector: AnyProjector
  readonly directory: string
  readonly #ports: ViewPorts
  #cursor: Position
  #events: number
  #failures = 0
  #error: ErrorData | null = null
  #turn: Promise<void> | null = null
  #task: RunningTask | null = null
  #waitingToRetry = false
  #stopped = false
  #cancelRetry: Cancel = () => {}

  constructor(ports: ViewPorts) {
    this.#ports = ports
    this.projector = ports.projector
    this.directory = ports.directory
    this.#cursor = ports.cursor
    this.#events = ports.events
  }

  get cursor(): Position {
    return this.#cursor
  }

  /** The log may have grown. */
  wake(): void {
    if (this.#stopped || this.#waitingToRetry || this.#turn !== null) return
    if (this.#cursor >= this.#ports.readHead()) return
    this.#turn = this.#takeTurns()
  }

  status(): Omit<ViewStatus, 'rebuild'> {
    const { name, version } = this.projector
    return {
      name,
      version,
      versionServed: version,
      state: this.#error === null ? 'running' : 'failing',
      position: this.#cursor,
      lag: Math.max(0, this.#ports.readHead() - this.#cursor),
      events: this.#events,
      error: this.#error,
    }
  }

  /** Lets the turn under way finish; ends its thread when that takes too long. */
  async stop(deadlineMs: number): Promise<void> {
    this.#stopped = true
    this.#cancelRetry()
    const cancel = this.#ports.clock.schedule(deadlineMs, () =>
      this.#task?.terminate('closing took too long'),
    )
    await this.#turn
    cancel()
  }

  async #takeTurns(): Promise<void> {
    while (!this.#stopped && this.#cursor < this.#ports.readHead()) {
      const before = this.#cursor
      await this.#takeTurn()
      if (this.#error !== null) {
        this.#retryLater()
        break
      }
      // Not reached by tests: a thread that does not see yet what the host does.
      if (this.#cursor === before) break
    }
    this.#turn = null
  }

  async #takeTurn(): Promise<void> {
    const task = startTurn(this.#ports, this.directory, turnLimits)
    this.#task = task
    const end = await task.ended
    this.#task = null
    this.#settle(end)
    if (isThreadSpoiled(end, this.#failures)) task.terminate('a turn on it failed again and again')
  }

  #settle(end: TaskEnd): void {
    if (end.outcome !== 'returned') {
      this.#failures += 1
      this.#error = end.error
      return
    }
    const outcome = end.value as ProjectOutcome
    const moved = outcome.cursor > this.#cursor
    this.#cursor = Math.max(this.#cursor, outcome.cursor)
    this.#events += outcome.events
    this.#error = outcome.failure?.error ?? null
    this.#failures = this.#error === null ? 0 : this.#failures + 1
    if (!moved) return
    this.#ports.onMoved()
    publish('batch', () => ({
      subscription: this.projector.name,
      kind: 'projector',
      events: outcome.events,
      position: outcome.cursor,
      durationMs: outcome.durationMs,
    }))
  }

  #retryLater(): void {
    if (this.#stopped) return
    this.#waitingToRetry = true
    this.#cancelRetry = this.#ports.clock.schedule(restartDelayMs(this.#failures), () => {
      this.#waitingToRetry = false
      this.wake()
    })
  }
}
