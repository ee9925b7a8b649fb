/**
 * One view of the app: where its rows are now, how it keeps up, and how it is rebuilt beside itself.
 *
 * Rows live in one database per version and generation. A rebuild fills the next generation while the
 * current one serves and keeps up; then one write to the work store swaps them. What is not current is
 * worthless and may be removed at any time.
 *
 * Invariants:
 *   - readers see one generation or the other, never a mixture;
 *   - a swapped-in generation is at least as far as the one it replaces;
 *   - a generation's number is used once while a runtime is open: a thread that still has an abandoned
 *     one open never takes it for the new one.
 */

import type { Clock } from '../base/clock.js'
import type { AnyProjector } from '../define/projector.js'
import type { Position } from '../events/event.js'
import type { RunningTask, TaskPool } from '../pool/contracts.js'
import type { TableDatabase } from '../store/tables.js'
import { RebuildFailedError } from './errors.js'
import { type ProjectOutcome, readCursor } from './project-task.js'
import { startTurn } from './project-turn.js'
import {
  createRebuildProgress,
  type RebuildProgress,
  type RebuildProgressMeter,
  type RebuildResult,
} from './rebuild-progress.js'
import { RemoteError } from './remote-send.js'
import { isDirectoryOf, viewDirectoryOf } from './view-keys.js'
import { countRows, type FindOptions, findRows, getRow, type Page } from './view-query.js'
import { type ViewStatus, ViewSubscription } from './view-subscription.js'
import { Waiters } from './waiters.js'
import { putView, type WorkStore } from './work-store.js'

/** Where rows are kept. */
export interface ViewDatabases {
  open(directory: string): Promise<TableDatabase>
  /** The directories there are, open or not. */
  list(): Promise<readonly string[]>
  /** Removes a database that nobody has open here. */
  remove(directory: string): Promise<void>
}

export interface ViewSetup {
  readonly projector: AnyProjector
  readonly work: WorkStore
  readonly databases: ViewDatabases
  readonly pool: TaskPool
  readonly clock: Clock
  readonly readHead: () => Position
}

export interface RebuildOptions {
  /** Called after each turn. */
  readonly onProgress?: (progress: RebuildProgress) => void
  /** Gives the rebuild up; the old rows stay. */
  readonly signal?: AbortSignal
}

const rebuildTurnMs = 250
/** How long the old rows' last turn may take before a rebuild ends it. Milliseconds. */
const lastTurnMsMax = 30_000

export class View {
  readonly #setup: ViewSetup
  readonly #waiters: Waiters
  readonly #closing = new AbortController()
  #generation: number
  /** The highest number that any generation was given. */
  #lastGeneration: number
  #database: TableDatabase
  #subscription: ViewSubscription
  /** The rebuild under way. It never rejects: whoever asked for it is told. */
  #rebuilding: Promise<void> | null = null
  #rebuildTurn: RunningTask | null = null

  private constructor(setup: ViewSetup, generation: number, database: TableDatabase) {
    const { projector, clock } = setup
    this.#setup = setup
    this.#waiters = new Waiters(`view ${projector.name}`, clock, () => this.cursor)
    this.#generation = generation
    this.#lastGeneration = generation
    this.#database = database
    this.#subscription = this.#subscribe(generation, database)
  }

  static async open(setup: ViewSetup): Promise<View> {
    const { projector, work, databases } = setup
    const { name, version } = projector
    const record = work.readView(name)
    const generation = record?.version === version ? record.generation : 0
    if (record?.version !== version) await work.write([putView(name, { version, generation })])
    const current = viewDirectoryOf(name, version, generation)
    // Rebuilds that were cut short, and those that took over, left rows that nobody will read.
    for (const directory of await databases.list()) {
      const isStale = isDirectoryOf(directory, name, version) && directory !== current
      if (isStale) await databases.remove(directory)
    }
    return new View(setup, generation, await databases.open(current))
  }

  get projector(): AnyProjector {
    return this.#setup.projector
  }

  get cursor(): Position {
    return this.#subscription.cursor
  }

  wake(): void {
    this.#subscription.wake()
  }

  status(): ViewStatus {
    return this.#subscription.status()
  }

  get(id: string): unknown {
    return getRow(this.#database, id)
  }

  find(options: FindOptions): Page<unknown> {
    return findRows(this.projector, this.#database, options)
  }

  count(): number {
    return countRows(this.#database)
  }

  /** @throws {CaughtUpTimeoutError} DRAMATIS_CAUGHT_UP_TIMEOUT */
  caughtUp(position: Position, timeoutMs: number): Promise<void> {
    return this.#waiters.wait(position, timeoutMs)
  }

  /**
   * Builds the rows anew from the whole log, beside the current ones, then swaps.
   *
   * @throws {RebuildFailedError} DRAMATIS_REBUILD_FAILED; the old rows keep serving.
   */
  async rebuild(options: RebuildOptions = {}): Promise<RebuildResult> {
    const { name } = this.projector
    if (this.#rebuilding !== null) throw new RebuildFailedError(name, 'one is under way already')
    const rebuild = this.#rebuild(options)
    this.#rebuilding = rebuild.then(ignore, ignore)
    try {
      return await rebuild
    } finally {
      this.#rebuilding = null
    }
  }

  /** Resolves when no rebuild is under way. */
  async rebuildsOver(): Promise<void> {
    while (this.#rebuilding !== null) await this.#rebuilding
  }

  /** Gives a rebuild under way up, lets the turn under way finish, and lets go of the rows. */
  async close(deadlineMs: number): Promise<void> {
    this.#closing.abort()
    const cancel = this.#setup.clock.schedule(deadlineMs, () =>
      this.#rebuildTurn?.terminate('closing took too long'),
    )
    await this.#rebuilding
    cancel()
    await this.#subscription.stop(deadlineMs)
    await this.#database.close()
    this.#waiters.close()
  }

  #subscribe(generation: number, database: TableDatabase, events = 0): ViewSubscription {
    const { projector, pool, clock, readHead } = this.#setup
    return new ViewSubscription({
      projector,
      directory: viewDirectoryOf(projector.name, projector.version, generation),
      pool,
      clock,
      readHead,
      cursor: readCursor(database),
      events,
      onMoved: () => {
        database.refresh()
        this.#waiters.notify()
      },
    })
  }

  async #rebuild(options: RebuildOptions): Promise<RebuildResult> {
    const { projector, databases, clock } = this.#setup
    const generation = ++this.#lastGeneration
    const directory = viewDirectoryOf(projector.name, projector.version, generation)
    const old = { database: this.#database, directory: this.#subscription.directory }
    const progress = createRebuildProgress(clock)
    await databases.remove(directory)
    const database = await databases.open(directory)
    try {
      await this.#fill(directory, options, progress)
      await this.#swap(generation, directory, database, options, progress)
    } catch (error) {
      await database.close()
      await databases.remove(directory)
      throw error
    }
    await old.database.close()
    // Where this fails, the next opening removes them.
    await databases.remove(old.directory).catch(ignore)
    return { ...progress.result(), rows: this.count() }
  }

  /** Fills the new rows up to the head, however far it moves meanwhile. */
  async #fill(
    directory: string,
    { onProgress: report = () => {}, signal }: RebuildOptions,
    progress: RebuildProgressMeter,
  ): Promise<void> {
    for (;;) {
      if (signal?.aborted === true) {
        throw new RebuildFailedError(this.projector.name, 'it was cancelled', signal.reason)
      }
      const outcome = await this.#turn(directory)
      report(progress.add(outcome))
      if (outcome.cursor >= outcome.head) return
    }
  }

  /** Lets the new rows catch up with the old ones for good, and puts them in their place. */
  async #swap(
    generation: number,
    directory: string,
    database: TableDatabase,
    { onProgress: report = () => {} }: RebuildOptions,
    progress: RebuildProgressMeter,
  ): Promise<void> {
    const old = this.#database
    const { events } = this.status()
    // From here on the old rows stand still.
    await this.#subscription.stop(lastTurnMsMax)
    try {
      for (let cursor = 0; cursor < this.#subscription.cursor; ) {
        const outcome = await this.#turn(directory)
        cursor = outcome.cursor
        report(progress.add(outcome))
      }
      const { name, version } = this.projector
      await this.#setup.work.write([putView(name, { version, generation })])
    } catch (error) {
      this.#subscription = this.#subscribe(this.#generation, old, events)
      this.#subscription.wake()
      throw error
    }
    database.refresh()
    this.#generation = generation
    this.#database = database
    this.#subscription = this.#subscribe(generation, database, events)
    this.#waiters.notify()
    this.#subscription.wake()
  }

  async #turn(directory: string): Promise<ProjectOutcome> {
    const { name } = this.projector
    if (this.#closing.signal.aborted) throw new RebuildFailedError(name, 'the runtime is closing')
    this.#rebuildTurn = startTurn(this.#setup, directory, rebuildTurnMs)
    const end = await this.#rebuildTurn.ended
    this.#rebuildTurn = null
    if (end.outcome !== 'returned') {
      throw new RebuildFailedError(name, 'its thread failed', new RemoteError(end.error))
    }
    const outcome = end.value as ProjectOutcome
    if (outcome.failure !== null) {
      const { position, error } = outcome.failure
      throw new RebuildFailedError(name, `position ${position} failed`, new RemoteError(error))
    }
    return outcome
  }
}

function ignore(): void {}
