/**
 * A runtime on real threads whose handler is given hostile events, and what must hold once it is done with them.
 *
 * Each hostility has a stream of three events, the second of which is the hostile one: so the first must be
 * handled, and the third must wait for it.
 */

import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { DeadLetter, HandlerStatus } from '../../src/index.js'
import { openRuntime, type Runtime } from '../../src/index.js'
import { TemporaryDirectory } from '../store/temporary.js'
import { until } from '../subscriptions/until.js'
import { everyLetter, everyRow } from '../support/every-page.js'
import type { Delivery } from '../support/invariants/delivery.js'
import { laws } from '../support/invariants/index.js'
import type { Scope } from '../support/scope.js'
import { Acts, attemptsMax, bystander, hostile, Target } from './hostile-app.js'
import type { Hostilities, Hostility } from './hostility.js'
import { quickClock } from './quick-clock.js'

const closeTimeoutMs = 4_000

async function openHostile(
  directory: TemporaryDirectory,
  { app = 'hostile-app', heapMaxMiB, clockRate = 1 }: HostileOptions,
): Promise<Runtime> {
  const runtime = await openRuntime({
    app: new URL(`./${app}.js`, import.meta.url),
    dataDir: directory.path,
    workers: 2,
    ...(heapMaxMiB === undefined ? {} : { workerHeapMaxMiB: heapMaxMiB }),
    clock: quickClock(clockRate),
    closeTimeoutMs,
  })
  return directory.closing(runtime)
}

export interface HostileOptions {
  readonly app?: 'hostile-app' | 'hostile-app-without-bystander' | 'hostile-app-without-views'
  /** Heap of a thread. MiB. @default Node's */
  readonly heapMaxMiB?: number
  /** How many times as fast the host's pauses and limits pass. @default 1 */
  readonly clockRate?: number
}

export class HostileWork {
  readonly #directory: TemporaryDirectory
  readonly #notes: string
  readonly #options: HostileOptions
  #runtime: Runtime
  #letters: readonly DeadLetter[] = []

  private constructor(
    directory: TemporaryDirectory,
    notes: string,
    options: HostileOptions,
    runtime: Runtime,
  ) {
    this.#directory = directory
    this.#notes = notes
    this.#options = options
    this.#runtime = runtime
  }

  static async open(scope: Scope, options: HostileOptions = {}): Promise<HostileWork> {
    const directory = await TemporaryDirectory.make(scope)
    const notes = join(dirname(directory.path), 'notes')
    mkdirSync(notes)
    const runtime = await openHostile(directory, options)
    return new HostileWork(directory, notes, options, runtime)
  }

  /** Has the handler take every hostility of a group, and waits until nothing is under way any more. */
  async suffer(group: Hostilities): Promise<void> {
    for (const what of ['nothing', null, 'nothing']) {
      const names = Object.keys(group)
      await Promise.all(
        names.map((name) =>
          this.#runtime.actor(Target, name).send('act', { what: what ?? name, notes: this.#notes }),
        ),
      )
    }
    await this.settle()
    this.#letters = await everyLetter(this.#runtime)
  }

  get dataDir(): string {
    return this.#directory.path
  }

  async send(name: string, what: string): Promise<void> {
    await this.#runtime.actor(Target, name).send('act', { what, notes: this.#notes })
  }

  /** Has the hostile handler read at once what is sent meanwhile. */
  async atOnce(send: () => Promise<unknown>): Promise<void> {
    const handler = this.#runtime.handler(hostile.name)
    await handler.pause()
    await send()
    await handler.resume()
  }

  /**
   * After a storm, which can park an event whose thread was ended again and again. @param sent - Events by name.
   *
   * @returns the parked keys.
   */
  async checkStorm(sent: ReadonlyMap<string, number>): Promise<number> {
    this.#letters = await everyLetter(this.#runtime)
    const events = [...sent.values()].reduce((sum, each) => sum + each, 0)
    const others = this.#letters.filter(({ cause }) => cause !== 'WORKER_CRASH')
    const names = this.#runtime.status().handlers.map(({ name }) => name)
    assert.deepEqual(
      [
        ...others,
        ...this.#ofDeliveries(),
        ...names.flatMap((name) => this.#accountOf(name, events)),
        ...(await this.#ofView(sent)),
      ],
      [],
    )
    return this.#letters.length
  }

  /** Everything was handled in the end. */
  async checkHandled(sent: ReadonlyMap<string, number>): Promise<void> {
    const deliveries = this.#deliveries()
    const last = new Map(deliveries.map(({ aggregateId, version }) => [aggregateId, version]))
    const seen = new Set(deliveries.map(({ aggregateId, version }) => `${aggregateId}@${version}`))
    const events = [...sent.values()].reduce((sum, each) => sum + each, 0)
    const expected = [...sent].filter(([, version]) => version > 0)
    assert.deepEqual(laws.keysAreInOrder({ deliveries }), [])
    assert.deepEqual([...last].sort(), expected.sort())
    assert.equal(seen.size, events)
    assert.deepEqual((await this.#runtime.deadLetters.list()).entries, [])
  }

  /** Every law holds, and each event is where its hostility must lead it. */
  async check(group: Hostilities): Promise<void> {
    const problems = [
      ...Object.entries(group).flatMap(([name, hostility]) => this.#judge(name, hostility)),
      ...this.#ofDeliveries(),
      ...(await this.#ofOthers(group)),
      ...this.#accountOf(hostile.name, eventsOf(group)),
    ]
    assert.deepEqual(problems, [])
  }

  /** A spoiled thread harms whoever is on it, until it is replaced: but nothing is lost, and reasons are told. */
  checkSpoiled(group: Hostilities): void {
    const silent = this.#letters.filter(({ error }) => error.message === '')
    assert.deepEqual([silent, this.#accountOf(hostile.name, eventsOf(group))], [[], []])
  }

  /** From now on nothing does harm. */
  calm(): void {
    writeFileSync(join(this.#notes, 'mended'), '')
  }

  /** Nothing does harm any more: what is parked is tried again, and must come through in order. */
  async mend(): Promise<void> {
    this.calm()
    await this.#runtime.deadLetters.redrive()
    await this.settle()
  }

  /** Other threads: those that are spoiled stay so until they are replaced. */
  async reopen(): Promise<void> {
    await this.close()
    this.#runtime = await openHostile(this.#directory, this.#options)
  }

  /** Closing takes no longer than it may. */
  async close(): Promise<void> {
    const startedMs = performance.now()
    await this.#runtime.close()
    const tookMs = performance.now() - startedMs
    assert.ok(tookMs < closeTimeoutMs + 2_000, `closing took ${tookMs} ms`)
  }

  /**
   * Waits until views and handlers are through with the log, and no key waits for anything but an operator.
   *
   * As long as anything gets through: what a storm leaves is tried event by event, each on a thread of its own.
   */
  async settle(): Promise<void> {
    while (!this.#isThrough()) {
      const before = this.#progress()
      await until('anything gets through', () => this.#progress() !== before).catch(
        (error: Error) => {
          const { handlers, views } = this.#runtime.status()
          const now = JSON.stringify({ handlers, views })
          throw new Error(`${error.message}: ${now}`, { cause: error })
        },
      )
    }
  }

  #isThrough(): boolean {
    const { handlers, views } = this.#runtime.status()
    const isDone = handlers.every(({ lag, retryingKeys }) => lag === 0 && retryingKeys === 0)
    return isDone && views.every(({ lag }) => lag === 0)
  }

  /** What only grows, and not by another failure of the same event. */
  #progress(): string {
    const { handlers, views } = this.#runtime.status()
    const ends = handlers.map(({ handled, parked, position }) => [handled, parked, position])
    return JSON.stringify([ends, views.map(({ position }) => position), this.#isThrough()])
  }

  #status(name: string): HandlerStatus {
    return this.#runtime.handler(name).status()
  }

  #letterOf(name: string): DeadLetter | undefined {
    return this.#letters.find(({ key }) => key === `Target-${name}`)
  }

  #judge(name: string, { verdict, says }: Hostility): string[] {
    const letter = this.#letterOf(name)
    if (letter === undefined) {
      return verdict === 'handled' || verdict === 'either' ? [] : [`${name} was not parked`]
    }
    const { cause, error, queued, attempts } = letter
    const found = `${name}: ${cause} after ${attempts} with ${queued} queued, ${error.message}`
    const isUsable = error.name !== '' && error.message !== '' && error.message.isWellFormed()
    const isExpected = verdict === 'either' || verdict === cause
    const isSaid = says === undefined || says.test(error.message)
    return isUsable && isExpected && isSaid && queued === 2 ? [] : [found.slice(0, 400)]
  }

  #deliveries(): readonly Delivery[] {
    const file = join(this.#notes, 'deliveries')
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : []
    return lines.map((line) => {
      const [outcome, life, attempt, version, ...id] = line.split(' ')
      return {
        handler: hostile.name,
        outcome: outcome as Delivery['outcome'],
        life: Number(life),
        attempt: Number(attempt),
        aggregateId: id.join(' '),
        version: Number(version),
      }
    })
  }

  #ofDeliveries(): string[] {
    const deliveries = this.#deliveries()
    return [
      ...laws.keysAreInOrder({ deliveries }),
      ...laws.attemptsAreBounded({ deliveries: deliveries.map(asAttempt), attemptsMax }),
    ]
  }

  /** The handler and the view beside it have everything, once. */
  async #ofOthers(group: Hostilities): Promise<string[]> {
    const names = Object.keys(group)
    const { handled, parkedKeys } = this.#status(bystander.name)
    return [
      ...(parkedKeys > 0 ? [`the bystander has ${parkedKeys} parked keys`] : []),
      ...(handled === 3 * names.length ? [] : [`the bystander handled ${handled}`]),
      ...(await this.#ofView(new Map(names.map((name) => [name, 3])))),
    ]
  }

  async #ofView(sent: ReadonlyMap<string, number>): Promise<readonly string[]> {
    const { log } = this.#runtime
    const view = this.#runtime.status().views.find(({ name }) => name === Acts.name)
    if (view === undefined) return []
    const rows = await everyRow(this.#runtime.view(Acts))
    return laws.viewsAreFolds({
      ...{ name: Acts.name, head: log.head, cursorBefore: 0, cursor: view.position },
      ...{ rows, entries: [], expectedEntries: [] },
      expectedRows: [...sent.values()]
        .filter((length) => length > 0)
        .map((length) => ({ versions: Array.from({ length }, (_each, at) => at + 1) })),
    })
  }

  #accountOf(handler: string, events: number): readonly string[] {
    const { handled, discarded: skipped } = this.#status(handler)
    const queued = this.#letters
      .filter((letter) => letter.handler === handler)
      .reduce((sum, letter) => sum + letter.queued, 0)
    return laws.prefixesAreAccountedFor({
      keys: [],
      handlers: [{ handler, events, handled, queued, skipped }],
    })
  }
}

/** Three of each. */
function eventsOf(group: Hostilities): number {
  return 3 * Object.keys(group).length
}

/** What was delivered again had failed, even if the handler returned: its thread did not survive it. */
function asAttempt(delivery: Delivery, at: number, all: readonly Delivery[]): Delivery {
  const { aggregateId, version } = delivery
  const isRepeated = all
    .slice(at + 1)
    .some((each) => each.aggregateId === aggregateId && each.version === version)
  return isRepeated ? { ...delivery, outcome: 'failed' } : delivery
}
