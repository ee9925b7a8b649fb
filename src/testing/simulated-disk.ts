/**
 * A disk in memory whose power can be cut, or that can fail, at any write: for tests that crash an app,
 * again and again.
 *
 * Runtimes are opened on it one after the other; each finds exactly what was durable when the one
 * before it was closed or lost its power. Everything a runtime does runs on the calling thread, on a
 * clock that stands still until it is moved and with chance from a seed, so that the same steps lead to
 * the same bytes and a crash can be repeated.
 *
 * A write is whatever changes what is on the disk, as a whole: a group commit of the log, a snapshot,
 * keys, a transaction of a view, a report of a handler, a database that is created or removed, and the
 * opening itself. They are counted in the order in which they become durable.
 *
 * What is modelled: each write is atomic, is durable when it is acknowledged, and reaches the disk in
 * order; one that fails rejects, and only of a commit of the log is it open what it left. What is not: writes that are done but not yet flushed, torn pages, writes out of order, bits
 * that rot, a disk that is full, and threads. LMDB rules the first three out by flushing before it
 * acknowledges; real processes are killed elsewhere.
 */

import { InvalidArgumentError } from '../base/errors.js'
import { ManualClock } from '../base/manual-clock.js'
import { functionAt, integerIn, knownKeys, oneOf } from '../base/options.js'
import { createSeededRandom } from '../base/random.js'
import { yieldToEventLoop } from '../base/signal.js'
import type { AppDefinition } from '../define/app.js'
import { openRuntimeOn } from '../runtime/open-runtime.js'
import { parseRuntimeOptions, type RuntimeOptions } from '../runtime/options.js'
import type { Runtime } from '../runtime/runtime.js'
import { openMemoryStorage } from '../runtime/storage.js'
import { CommitUnknownError, StoreLockedError } from '../store/errors.js'
import { MemoryDisk } from '../store/memory/memory-disk.js'
import { loadApp } from '../subscriptions/load-app.js'
import { DiskLife, type WriteFate } from './disk-life.js'
import { PowerLostError } from './power-lost-error.js'

export interface SimulatedDiskOptions {
  /** What chance follows from. Integer in [0, 2^32). @default 1 */
  readonly seed?: number
  /** The clock of all runtimes on the disk. @default one of its own */
  readonly clock?: ManualClock
}

/** Options of a runtime on the disk: those of `openRuntime` that do not depend on a machine. */
export type SimulatedRuntimeOptions = Pick<
  RuntimeOptions,
  'app' | 'limits' | 'closeTimeoutMs' | 'commitTimeoutMs'
>

/** How a life on the disk ended. */
export type LifeEnd = 'finished' | 'crashed'

/** What is to happen at a write, and whether that write is on the disk afterwards. */
interface PlannedEnd {
  readonly atWrite: number
  readonly inFlight: 'kept' | 'lost'
}

/** Turns of the event loop in which nothing is written or scheduled before time moves on. */
const quietTurns = 8
const writesMax = Number.MAX_SAFE_INTEGER

export class SimulatedDisk {
  /** The clock of all runtimes on the disk. Timers of a life that is over do not fire. */
  readonly clock: ManualClock
  readonly #seed: number
  readonly #disk = new MemoryDisk()
  /** The life that goes on, or the last one. */
  #life: DiskLife | null = null
  #lives = 0
  #writes = 0
  #lastWrite: string | null = null
  #crash: PlannedEnd | null = null
  #failure: PlannedEnd | null = null
  #failures = 0

  /** @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT */
  constructor(options: SimulatedDiskOptions = {}) {
    knownKeys('SimulatedDisk', options, ['seed', 'clock'])
    const { seed = 1, clock = new ManualClock() } = options
    if (!(clock instanceof ManualClock)) {
      throw new InvalidArgumentError('SimulatedDisk.clock', 'a ManualClock', clock)
    }
    this.#seed = integerIn('SimulatedDisk.seed', seed, 0, 2 ** 32 - 1)
    this.clock = clock
  }

  /** Writes so far, of all lives; the one in flight at a crash is counted, kept or lost. */
  get writes(): number {
    return this.#writes
  }

  /** What was written last: `log`, `snapshots`, `tags`, `keys`, `work`, `views/NAME@VERSION`. */
  get lastWrite(): string | null {
    return this.#lastWrite
  }

  /** Writes that failed so far, and were outlived. */
  get failures(): number {
    return this.#failures
  }

  /** Whether the last life lost its power, and none has begun since. */
  get hasLostPower(): boolean {
    return this.#life?.state === 'powerless'
  }

  /**
   * Has the power fail at the n-th write from now on, in whatever life that is. It fails once: lives after that
   * one go on until it is said again. Replaces what was said before.
   *
   * @param writes - 1-based. Integer from 1.
   * @param inFlight - Whether that last write is durable. Nobody is told either way. @default 'lost'
   * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
   */
  crashAfter(writes: number, inFlight: 'kept' | 'lost' = 'lost'): void {
    this.#crash = this.#plan('crashAfter', writes, inFlight)
  }

  /** Takes back what `crashAfter` said. */
  cancelCrash(): void {
    this.#crash = null
  }

  /**
   * Has the n-th write from now on fail, once: it rejects with DRAMATIS_COMMIT_UNKNOWN, as one does whose
   * disk reports an error, and the runtime goes on as it would then. Replaces what was said before. Where
   * the power fails at the same write, that comes first.
   *
   * @param writes - 1-based. Integer from 1.
   * @param inFlight - Whether a commit of the log is on the disk all the same: that is what its callers
   *   cannot know. Other writes that fail leave nothing. @default 'lost'
   * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
   */
  failAfter(writes: number, inFlight: 'kept' | 'lost' = 'lost'): void {
    this.#failure = this.#plan('failAfter', writes, inFlight)
  }

  /** Takes back what `failAfter` said. */
  cancelFailure(): void {
    this.#failure = null
  }

  /** Has the power fail now, between two writes. Nothing happens where no runtime is open. */
  cutPower(): void {
    this.#life?.cutPower()
  }

  /** Resolves when the life that goes on loses its power; at once, where it has. */
  async untilPowerLost(): Promise<void> {
    await this.#life?.died
  }

  /**
   * Opens a runtime on what is durable. The one before must be closed, or have lost its power. Its clock
   * stands still until somebody moves it, also while it closes.
   *
   * When the power fails, promises of the runtime's that wait for the disk never settle, and what reads
   * rejects with DRAMATIS_POWER_LOST: wait for them together with {@link untilPowerLost}. To close such a
   * runtime does nothing and is not necessary.
   *
   * @throws {PowerLostError} DRAMATIS_POWER_LOST: the power failed while the runtime was opened.
   * @throws {StoreLockedError} DRAMATIS_STORE_LOCKED: another runtime is open.
   * @throws other coded errors, as `openRuntime` does.
   */
  async openRuntime(options: SimulatedRuntimeOptions): Promise<Runtime> {
    knownKeys('openRuntime', options, ['app', 'limits', 'closeTimeoutMs', 'commitTimeoutMs'])
    const { app: given } = parseRuntimeOptions(options)
    const app = 'url' in given ? await loadApp(given.url) : given.definition
    const life = this.#begin()
    try {
      return await Promise.race([this.#open(life, options, app), this.#failWhenLost(life)])
    } catch (error) {
      if (life.state === 'powerless') throw this.#lostError()
      life.release()
      throw error
    }
  }

  /**
   * One whole life: opens a runtime, hands it to `scenario`, and closes it, unless the power fails on
   * the way. While it lasts time passes by itself: whenever nothing else is left to do, the clock moves
   * on to the next timer. What is waited for beyond the runtime should take no real time, or timers fire
   * meanwhile.
   *
   * @returns `crashed` as soon as the power has failed: the scenario is not waited for then.
   * @throws what the scenario throws, with the runtime closed; what `openRuntime` throws.
   */
  async live(
    options: SimulatedRuntimeOptions,
    scenario: (runtime: Runtime) => Promise<unknown>,
  ): Promise<LifeEnd> {
    functionAt('live', scenario)
    let isOver = false
    const lived = this.#live(options, scenario).finally(() => {
      isOver = true
    })
    await Promise.all([lived, this.#passTime(() => isOver)])
    return await lived
  }

  /** SHA-256 of everything that is durable. The same for two disks that hold the same. */
  digest(): string {
    return this.#disk.digest()
  }

  #begin(): DiskLife {
    // The same that a data directory says to whoever comes second.
    if (this.#life?.state === 'open') throw new StoreLockedError('the simulated disk', process.pid)
    this.#lives++
    this.#life = new DiskLife(
      {
        spend: (what) => this.#spend(what),
        lostError: () => this.#lostError(),
        failedError: (what) => new CommitUnknownError(`The simulated disk failed to write ${what}`),
      },
      this.clock,
    )
    return this.#life
  }

  #open(life: DiskLife, options: SimulatedRuntimeOptions, app: AppDefinition): Promise<Runtime> {
    const random = createSeededRandom(this.#seed * 1_000_003 + this.#lives)
    const parsed = parseRuntimeOptions({ ...options, app: life.animate(app), clock: life, random })
    return openRuntimeOn(parsed, {
      openStorage: (storeOptions) =>
        openMemoryStorage(this.#disk, life, storeOptions, createSeededRandom(this.#seed)),
      process: life,
    })
  }

  async #failWhenLost(life: DiskLife): Promise<never> {
    await life.died
    throw this.#lostError()
  }

  async #live(
    options: SimulatedRuntimeOptions,
    scenario: (runtime: Runtime) => Promise<unknown>,
  ): Promise<LifeEnd> {
    let life: DiskLife | null = null
    try {
      const runtime = await this.openRuntime(options)
      life = this.#life!
      await Promise.race([runToEnd(runtime, scenario), life.died])
    } catch (error) {
      // What fails in a life that is over fails because of that.
      const isLost = life === null ? error instanceof PowerLostError : life.state === 'powerless'
      if (!isLost) throw error
      return 'crashed'
    }
    return life.state === 'powerless' ? 'crashed' : 'finished'
  }

  /** Moves the clock whenever everything else is at rest. */
  async #passTime(isOver: () => boolean): Promise<void> {
    let seen = -1
    let quiet = 0
    while (!isOver()) {
      await yieldToEventLoop()
      const activity = this.#life?.activity ?? 0
      quiet = activity === seen ? quiet + 1 : 0
      seen = activity
      if (quiet < quietTurns || isOver()) continue
      this.clock.advanceToNext()
      quiet = 0
    }
  }

  #spend(what: string): WriteFate {
    this.#writes++
    this.#lastWrite = what
    const crash = this.#crash
    const failure = this.#failure
    if (this.#writes === failure?.atWrite) this.#failure = null
    if (this.#writes === crash?.atWrite) {
      this.#crash = null
      return crash.inFlight
    }
    if (this.#writes !== failure?.atWrite) return 'acknowledged'
    this.#failures++
    return failure.inFlight === 'kept' && what === 'log' ? 'doubtful' : 'refused'
  }

  #plan(argument: string, writes: number, inFlight: 'kept' | 'lost'): PlannedEnd {
    const atWrite = this.#writes + integerIn(argument, writes, 1, writesMax - this.#writes)
    return { atWrite, inFlight: oneOf(argument, inFlight, ['kept', 'lost']) }
  }

  #lostError(): Error {
    return new PowerLostError(this.#writes, this.#lastWrite)
  }
}

async function runToEnd(
  runtime: Runtime,
  scenario: (runtime: Runtime) => Promise<unknown>,
): Promise<void> {
  try {
    await scenario(runtime)
  } finally {
    await runtime.close()
  }
}
