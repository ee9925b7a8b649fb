/**
 * One view of the app: where its rows are now, how it keeps up, and how others take their place.
 *
 * Rows live in one database per version and generation. A rebuild, or a raised version, fills another
 * one while the current one serves; then one write to the work store swaps them. Rows of the projector's
 * version keep up while they serve; those of another version stand still, because the code that made
 * them is gone. What is neither served nor being filled is worthless and removed.
 *
 * Invariants:
 *   - readers see one generation or the other, never a mixture;
 *   - a swapped-in generation is at least as far as the one it replaces;
 *   - what is to be filled is written down before it is begun, so that a crash resumes it;
 *   - a generation's number is used once while a runtime is open: a thread that still has an abandoned
 *     one open never takes it for the new one.
 */

import { isDeepStrictEqual } from 'node:util'
import type { Receipt } from '../actors/command.js'
import type { Cancel, Clock } from '../base/clock.js'
import { type ErrorData, errorToData } from '../base/errors.js'
import { failpoint } from '../base/failpoint.js'
import { yieldToEventLoop } from '../base/signal.js'
import type { AnyProjector } from '../define/projector.js'
import type { Position } from '../events/event.js'
import type { TaskPool } from '../pool/contracts.js'
import type { TableDatabase } from '../store/tables.js'
import { IndexNotReadyError, RebuildFailedError } from './errors.js'
import { positionGoal } from './goals.js'
import { readCursor } from './project-piece.js'
import { projectorCodeOf } from './projector-code.js'
import type { RebuildResult } from './rebuild-progress.js'
import { restartDelayMs } from './retry-policy.js'
import { type RebuildOptions, ViewBuild } from './view-build.js'
import { compareViews, type VerifyOptions, type ViewVerification } from './view-comparison.js'
import { isDirectoryOf, viewDirectoryOf } from './view-keys.js'
import { type Generation, planOpening } from './view-opening.js'
import {
  countRows,
  type FindOptions,
  findRows,
  getRow,
  type Page,
  parseFind,
} from './view-query.js'
import { type ViewStatus, ViewSubscription } from './view-subscription.js'
import { type Patience, Waiters } from './waiters.js'
import { putView, type ViewFilling, type ViewRecord, type WorkStore } from './work-store.js'

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

/** How long the last turn of rows that serve may take before whoever waits for it ends it. Milliseconds. */
const lastTurnMsMax = 30_000

export class View {
  readonly #setup: ViewSetup
  readonly #waiters: Waiters
  readonly #closing = new AbortController()
  /** As written: what serves, and what is being filled. */
  #record: ViewRecord
  /** The highest number that any generation of the projector's version was given. */
  #lastGeneration: number
  #database: TableDatabase
  /** `null`: the rows that serve are of another version. */
  #subscription: ViewSubscription | null
  #build: ViewBuild | null = null
  /** The build under way; whoever asked for it is told how it ends. */
  #building: Promise<unknown> | null = null
  /** What the caller who waits for the build asked for; `null`: nobody waits. */
  #followed: RebuildOptions | null = null
  #failures = 0
  #error: ErrorData | null = null
  #cancelRetry: Cancel = () => {}

  private constructor(setup: ViewSetup, record: ViewRecord, database: TableDatabase) {
    const { version } = setup.projector
    const isCurrent = record.version === version
    this.#setup = setup
    this.#waiters = new Waiters(setup.clock)
    this.#record = record
    this.#lastGeneration = Math.max(
      isCurrent ? record.generation : -1,
      record.filling?.generation ?? -1,
    )
    this.#database = database
    this.#subscription = isCurrent ? this.#subscribe(record.generation, database) : null
  }

  static async open(setup: ViewSetup): Promise<View> {
    const { projector, work, databases } = setup
    const { name } = projector
    const directories = await databases.list()
    const before = work.readView(name)
    const { record, resumes } = planOpening(projector, projectorCodeOf(projector), before, (rows) =>
      directories.includes(directoryOf(name, rows)),
    )
    const isOwn = record.version === (before?.version ?? record.version)
    const kept = [
      ...(isOwn || resumes ? [directoryOf(name, record)] : []),
      ...(record.filling != null && resumes ? [directoryOf(name, record.filling)] : []),
    ]
    // Rows that were given up, or that others took over from: nobody will read them. Removed before
    // anything is written, so that none of them is ever taken for rows that were just begun.
    for (const directory of directories) {
      const isStale = isDirectoryOf(directory, name) && !kept.includes(directory)
      if (isStale) await databases.remove(directory)
    }
    if (!isDeepStrictEqual(record, before)) await work.write([putView(name, record)])
    return new View(setup, record, await databases.open(directoryOf(name, record)))
  }

  get projector(): AnyProjector {
    return this.#setup.projector
  }

  /** Everything up to here has taken effect in rows of the projector's version that serve. */
  get cursor(): Position {
    return this.#subscription?.cursor ?? 0
  }

  /** Begins to keep up, and goes on with what is to be filled. */
  start(): void {
    this.wake()
    if (this.#record.filling != null) void this.#fillInBackground()
  }

  wake(): void {
    this.#subscription?.wake()
  }

  status(): ViewStatus {
    const rebuild = this.#build?.progress.latest ?? null
    if (this.#subscription !== null) return { ...this.#subscription.status(), rebuild }
    const { name, version } = this.projector
    const position = readCursor(this.#database)
    return {
      name,
      version,
      versionServed: this.#record.version,
      state: this.#error === null ? 'outdated' : 'failing',
      position,
      lag: Math.max(0, this.#setup.readHead() - position),
      events: 0,
      error: this.#error,
      rebuild,
    }
  }

  get(id: string): unknown {
    return getRow(this.#database, id)
  }

  /** @throws {IndexNotReadyError} DRAMATIS_INDEX_NOT_READY, and what `findRows` throws */
  find(options: FindOptions): Page<unknown> {
    const { name, version } = this.projector
    const parsed = parseFind(this.projector, options)
    const { index } = parsed
    if (index !== undefined && this.#record.indexes?.includes(index) === false) {
      throw new IndexNotReadyError(name, index, version, this.#record.version)
    }
    return findRows(this.#database, parsed)
  }

  count(): number {
    return countRows(this.#database)
  }

  /**
   * Waits until rows of the projector's version serve and everything up to a position is in them.
   *
   * @param receipt - What an error is to carry.
   * @throws {CaughtUpTimeoutError} DRAMATIS_CAUGHT_UP_TIMEOUT
   * @throws {WaitAbortedError} DRAMATIS_WAIT_ABORTED
   */
  caughtUp(position: Position, patience: Patience, receipt: Receipt | null = null): Promise<void> {
    const goal = positionGoal(`view ${this.projector.name}`, position, () => this.cursor, receipt)
    const look = (): boolean => this.#subscription !== null && this.cursor >= position
    return this.#waiters.wait({ ...goal, look }, patience)
  }

  /**
   * Builds the rows anew from the whole log, beside the current ones, then swaps. Where a build is under
   * way that the view began by itself, it waits for that one.
   *
   * @throws {RebuildFailedError} DRAMATIS_REBUILD_FAILED; the old rows keep serving.
   */
  rebuild(options: RebuildOptions = {}): Promise<RebuildResult> {
    return this.#follow(options, async () => {
      await this.#tidiedUp()
      if (this.#building === null) return await this.#fillInBackground()
      this.#build?.follow(options)
      return (await this.#building) as RebuildResult
    })
  }

  /**
   * Builds the rows anew beside the current ones, compares, and removes what it built. The current rows
   * stand still while they are compared.
   *
   * @throws {RebuildFailedError} DRAMATIS_REBUILD_FAILED; nothing has changed.
   */
  verify(options: VerifyOptions = {}): Promise<ViewVerification> {
    return this.#follow(options, async () => {
      await this.#tidiedUp()
      const { name } = this.projector
      if (this.#building !== null || this.#record.filling != null) {
        throw new RebuildFailedError(name, 'a rebuild is under way')
      }
      if (this.#subscription === null) {
        throw new RebuildFailedError(name, 'rows of another version serve')
      }
      return await this.#track(this.#verify(options))
    })
  }

  /** The directories of its rows: those that serve, and those that are being filled. */
  get directories(): readonly string[] {
    const { name } = this.projector
    const { filling } = this.#record
    return [
      directoryOf(name, this.#record),
      ...(filling == null ? [] : [directoryOf(name, filling)]),
      ...(this.#build === null ? [] : [this.#build.directory]),
    ]
  }

  /**
   * The same as {@link rebuild}, from nothing that was read before: rows that are being filled are given
   * up once nobody works on them. Throws as {@link rebuild} does.
   */
  async rebuildAfresh(options: RebuildOptions): Promise<RebuildResult> {
    while (this.#building !== null || this.#followed !== null) {
      await this.#building?.catch(ignore)
      await yieldToEventLoop()
    }
    this.#cancelRetry()
    const { filling } = this.#record
    if (filling != null) {
      await this.#write({ ...this.#record, filling: null })
      await this.#setup.databases.remove(directoryOf(this.projector.name, filling))
    }
    return await this.rebuild(options)
  }

  /** Gives a build under way up, lets the turn under way finish, and lets go of the rows. */
  async close(deadlineMs: number): Promise<void> {
    this.#closing.abort()
    this.#cancelRetry()
    const cancel = this.#setup.clock.schedule(deadlineMs, () =>
      this.#build?.terminate('closing took too long'),
    )
    await this.#building?.catch(ignore)
    cancel()
    await this.#subscription?.stop(deadlineMs)
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

  /** One caller at a time follows what is built. */
  async #follow<T>(options: RebuildOptions, work: () => Promise<T>): Promise<T> {
    const { name } = this.projector
    if (this.#followed !== null) throw new RebuildFailedError(name, 'one is under way already')
    if (this.#closing.signal.aborted) throw new RebuildFailedError(name, 'the runtime is closing')
    this.#followed = options
    try {
      return await work()
    } finally {
      this.#followed = null
    }
  }

  /** Once rows have been swapped in, the old ones are still let go of: that is nobody's build any more. */
  async #tidiedUp(): Promise<void> {
    if (this.#record.filling == null) await this.#building?.catch(ignore)
  }

  #track<T>(work: Promise<T>): Promise<T> {
    const tracked = work.finally(() => {
      this.#building = null
    })
    this.#building = tracked
    // Whoever waits is told; where nobody does, it shows in the status.
    tracked.catch(ignore)
    return tracked
  }

  /** Writes down that rows are to be filled, as whoever waits for them asked. */
  async #plan(): Promise<ViewFilling> {
    const { version } = this.projector
    const generation = ++this.#lastGeneration
    const code = projectorCodeOf(this.projector)
    const { eventsPerSecondMax = null } = this.#followed!
    const filling = { version, generation, code, eventsPerSecondMax }
    await this.#write({ ...this.#record, filling })
    failpoint('view.planned')
    return filling
  }

  async #write(record: ViewRecord): Promise<void> {
    await this.#setup.work.write([putView(this.projector.name, record)])
    this.#record = record
  }

  /** Fills what is written down, and once more after a pause where nothing else can serve. */
  #fillInBackground(): Promise<RebuildResult> {
    this.#cancelRetry()
    return this.#track(this.#fill().catch((error: unknown) => this.#retryLater(error)))
  }

  #retryLater(error: unknown): never {
    const isWanted = this.#record.filling != null && !this.#closing.signal.aborted
    if (isWanted) {
      this.#failures += 1
      this.#error = errorToData(error)
      const pauseMs = restartDelayMs(this.#failures)
      this.#cancelRetry = this.#setup.clock.schedule(pauseMs, () => void this.#fillInBackground())
    }
    throw error
  }

  async #fill(): Promise<RebuildResult> {
    const filling = this.#record.filling ?? (await this.#plan())
    const build = await this.#openBuild(filling)
    const { eventsPerSecondMax } = filling
    build.follow({
      ...(eventsPerSecondMax === null ? {} : { eventsPerSecondMax }),
      ...this.#followed,
    })
    const old = {
      database: this.#database,
      directory: directoryOf(this.projector.name, this.#record),
    }
    try {
      await build.fill(this.#setup.readHead)
      await this.#swap(filling, build)
    } catch (error) {
      await this.#abandon(filling, build)
      throw error
    }
    build.end()
    this.#build = null
    await old.database.close()
    // Where this fails, the next opening removes them.
    await this.#setup.databases.remove(old.directory).catch(ignore)
    failpoint('view.old-removed')
    return { ...build.progress.result(), rows: this.count() }
  }

  async #openBuild(rows: Generation): Promise<ViewBuild> {
    const { projector, databases, pool, clock, readHead } = this.#setup
    const directory = directoryOf(projector.name, rows)
    const database = await databases.open(directory)
    const closing = this.#closing.signal
    const ports = { projector, pool, clock, readHead, directory, database, closing }
    this.#build = new ViewBuild(ports)
    return this.#build
  }

  /** Keeps what was built only where somebody will go on with it. */
  async #abandon(filling: ViewFilling, build: ViewBuild): Promise<void> {
    this.#build = null
    await build.close()
    const isOnlyHope = filling.version !== this.#record.version && !build.isCancelled
    if (isOnlyHope || this.#closing.signal.aborted) return
    await this.#write({ ...this.#record, filling: null })
    await this.#setup.databases.remove(build.directory)
  }

  /** Lets the new rows catch up with the old ones for good, and puts them in their place. */
  async #swap({ version, generation }: ViewFilling, build: ViewBuild): Promise<void> {
    const indexes = Object.keys(this.projector.indexes)
    await this.#standStill(async (cursor) => {
      await build.finish(cursor)
      failpoint('view.filled')
      await this.#write({ version, generation, indexes, filling: null })
      failpoint('view.swapped')
      build.database.refresh()
      this.#database = build.database
    })
    this.#failures = 0
    this.#error = null
    this.#waiters.notify()
  }

  /** Works while the rows that serve do not change; then those that serve by then keep up. */
  async #standStill<T>(work: (cursor: Position) => Promise<T>): Promise<T> {
    const { events } = this.status()
    const before = this.#subscription
    await before?.stop(lastTurnMsMax)
    try {
      return await work(before?.cursor ?? 0)
    } finally {
      const { version, generation } = this.#record
      if (version === this.projector.version) {
        this.#subscription = this.#subscribe(generation, this.#database, events)
        if (!this.#closing.signal.aborted) this.#subscription.wake()
      }
    }
  }

  async #verify(options: VerifyOptions): Promise<ViewVerification> {
    const { version } = this.projector
    const build = await this.#openBuild({ version, generation: ++this.#lastGeneration })
    build.follow(options)
    try {
      await build.fill(() => this.cursor)
      return await this.#standStill(async (position) => {
        await build.finish(position)
        build.database.refresh()
        this.#database.refresh()
        const assertWanted = (): void => build.assertWanted()
        const compared = await compareViews(this.#database, build.database, assertWanted, options)
        return { position, ...compared, ...build.progress.result() }
      })
    } finally {
      this.#build = null
      await build.close()
      await this.#setup.databases.remove(build.directory)
    }
  }
}

function directoryOf(name: string, { version, generation }: Generation): string {
  return viewDirectoryOf(name, version, generation)
}

function ignore(): void {}
