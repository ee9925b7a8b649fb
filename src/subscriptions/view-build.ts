/**
 * Rows of a view being built beside those that serve: turn after turn, in a directory of their own.
 *
 * Knows how far it is, keeps to a rate if there is one, and can be cancelled between turns. What is
 * built for, and what becomes of the rows when it ends, is the view's.
 */

import { type Cancel, delay } from '../base/clock.js'
import type { Position } from '../events/event.js'
import type { RunningTask } from '../pool/contracts.js'
import type { TableDatabase } from '../store/tables.js'
import { RebuildFailedError } from './errors.js'
import { readCursor } from './project-piece.js'
import type { ProjectOutcome } from './project-task.js'
import { startTurn, type TurnPorts } from './project-turn.js'
import {
  type RebuildProgress,
  RebuildProgressMeter,
  throttledEventsMax,
  throttlePauseMs,
} from './rebuild-progress.js'
import { RemoteError } from './remote-host.js'

export interface RebuildOptions {
  /** Called after each turn. */
  readonly onProgress?: (progress: RebuildProgress) => void
  /** Gives it up; the old rows stay. */
  readonly signal?: AbortSignal
  /** Apply no more events per second than that. Integer from 1. @default as fast as it goes */
  readonly eventsPerSecondMax?: number
}

export interface ViewBuildPorts extends TurnPorts {
  readonly directory: string
  readonly database: TableDatabase
  readonly readHead: () => Position
  /** Whether the runtime is closing. */
  readonly closing: AbortSignal
}

const turnMs = 250

export class ViewBuild {
  readonly #ports: ViewBuildPorts
  readonly #meter: RebuildProgressMeter
  /** Aborted with why the build is given up. */
  readonly #cancelled = new AbortController()
  readonly #onClosing: () => void
  #report: (progress: RebuildProgress) => void = () => {}
  #unfollow: Cancel = () => {}
  #eventsPerSecondMax: number | null = null
  #task: RunningTask | null = null
  #cursor: Position

  constructor(ports: ViewBuildPorts) {
    this.#ports = ports
    this.#cursor = readCursor(ports.database)
    this.#meter = new RebuildProgressMeter(ports.clock, this.#cursor, ports.readHead())
    this.#onClosing = () => this.#giveUp('the runtime is closing')
    if (ports.closing.aborted) this.#onClosing()
    ports.closing.addEventListener('abort', this.#onClosing)
  }

  get database(): TableDatabase {
    return this.#ports.database
  }

  get directory(): string {
    return this.#ports.directory
  }

  get progress(): RebuildProgressMeter {
    return this.#meter
  }

  /** Whether somebody who follows has cancelled it. */
  get isCancelled(): boolean {
    return this.#cancelled.signal.aborted && !this.#ports.closing.aborted
  }

  /** Takes what the one who waits for the build asked for into account, from now on. */
  follow({ onProgress, signal, eventsPerSecondMax }: RebuildOptions): void {
    this.#unfollow()
    if (onProgress !== undefined) this.#report = onProgress
    if (eventsPerSecondMax !== undefined) this.#eventsPerSecondMax = eventsPerSecondMax
    const onAbort = (): void => this.#giveUp('it was cancelled', signal?.reason)
    if (signal?.aborted === true) onAbort()
    signal?.addEventListener('abort', onAbort)
    this.#unfollow = () => signal?.removeEventListener('abort', onAbort)
  }

  /**
   * Fills up to a position, however far it moves meanwhile, and not beyond.
   *
   * @throws {RebuildFailedError} DRAMATIS_REBUILD_FAILED
   */
  async fill(readTo: () => Position): Promise<void> {
    this.assertWanted()
    while (this.#cursor < readTo()) {
      const outcome = await this.#turn(readTo(), this.#eventsPerSecondMax)
      if (this.#eventsPerSecondMax !== null) await this.#pause(outcome, this.#eventsPerSecondMax)
      this.assertWanted()
    }
  }

  /** Fills up to a position at full speed, since somebody stands still meanwhile. Throws likewise. */
  async finish(to: Position): Promise<void> {
    while (this.#cursor < to) {
      if (this.#ports.closing.aborted) this.assertWanted()
      await this.#turn(to, null)
    }
  }

  /** Ends the thread under the turn under way, if it takes too long. */
  terminate(reason: string): void {
    this.#task?.terminate(reason)
  }

  /** @throws {RebuildFailedError} DRAMATIS_REBUILD_FAILED once it is given up */
  assertWanted(): void {
    if (this.#cancelled.signal.aborted) throw this.#cancelled.signal.reason
  }

  /** Lets go of the rows. */
  async close(): Promise<void> {
    this.end()
    await this.#ports.database.close()
  }

  /** It is over; the rows are somebody else's. */
  end(): void {
    this.#unfollow()
    this.#ports.closing.removeEventListener('abort', this.#onClosing)
  }

  #giveUp(why: string, cause?: unknown): void {
    this.#cancelled.abort(new RebuildFailedError(this.#ports.projector.name, why, cause))
  }

  #pause(outcome: ProjectOutcome, eventsPerSecondMax: number): Promise<boolean> {
    const pauseMs = throttlePauseMs(outcome, eventsPerSecondMax)
    return delay(this.#ports.clock, pauseMs, this.#cancelled.signal)
  }

  async #turn(to: Position, eventsPerSecondMax: number | null): Promise<ProjectOutcome> {
    const { name } = this.#ports.projector
    const eventsMax = eventsPerSecondMax === null ? null : throttledEventsMax(eventsPerSecondMax)
    const limits = { to, eventsMax, budgetMs: turnMs }
    this.#task = startTurn(this.#ports, this.#ports.directory, limits)
    const end = await this.#task.ended
    this.#task = null
    if (end.outcome !== 'returned') {
      throw new RebuildFailedError(name, 'its thread failed', new RemoteError(end.error))
    }
    const outcome = end.value as ProjectOutcome
    this.#cursor = outcome.cursor
    this.#report(this.#meter.add(outcome))
    if (outcome.failure === null) return outcome
    const { position, error } = outcome.failure
    throw new RebuildFailedError(name, `position ${position} failed`, new RemoteError(error))
  }
}
