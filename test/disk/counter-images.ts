/**
 * What must be true of an image of counters: the laws of a log and of its views, and that what was promised
 * is there.
 *
 * With durability `flush` that is everything that was acknowledged. With `commit` it is what was
 * acknowledged before the last flush of the log began; the rest may be gone, from the end, and whatever lies
 * beside the log must not know of it.
 */

import { join } from 'node:path'
import { type Durability, openRuntime } from '../../src/index.js'
import { type Acknowledgement, acknowledgementsIn, planCommand } from '../crash/commands.js'
import { Counter, Newest, Totals } from '../crash/counter.js'
import { LogAudit } from '../crash/log-audit.js'
import { ViewAudit } from '../crash/view-audit.js'
import { createNewestModel, createTotalsModel } from '../crash/view-models.js'
import app from '../crash/views-app.js'
import type { PowerCut } from './power-cuts.js'
import { dataName } from './recorded.js'
import type { Recording } from './recording.js'

/** A life that no recording has. */
const nextLife = 99
/** Counters that are counted on when an image is taken into service. */
const actors = 3
/** One image of so many has its streams read, too, forward and backward. */
const streamsEvery = 5

export class CounterImages {
  readonly problems: string[] = []
  /** Acknowledged commands that were looked for. */
  acknowledged = 0
  readonly #path: string
  readonly #durability: Durability
  readonly #flushes: readonly { readonly begin: number; readonly end: number }[]

  /** @param root - Where images are left. */
  constructor(root: string, durability: Durability, { calls }: Recording) {
    this.#path = join(root, dataName)
    this.#durability = durability
    this.#flushes = calls.filter(
      ({ kind, path }) => kind === 'sync' && path === `${dataName}/log/data.mdb`,
    )
  }

  async check(cut: PowerCut): Promise<void> {
    const withStreams = cut.at % streamsEvery === 0
    await this.#noting(cut, () => this.#audit(this.#promisedBy(cut), withStreams))
  }

  /** Takes an image into service, goes on, and looks once more. */
  async goOn(cut: PowerCut): Promise<void> {
    await this.#noting(cut, async () => {
      const later = await this.#countOn()
      await this.#audit([...this.#promisedBy(cut), ...later], true)
    })
  }

  async #countOn(): Promise<Acknowledgement[]> {
    const runtime = await openRuntime({ app, dataDir: this.#path, workers: 'inline' })
    try {
      const sent = Array.from({ length: actors }, async (_each, actor) => {
        const { commandId, amount, parts } = planCommand({ life: nextLife, actor, number: 1 })
        const counter = runtime.actor(Counter, `${actor}`)
        return { commandId, ...(await counter.send('count', { amount, parts }, { commandId })) }
      })
      const acknowledged = await Promise.all(sent)
      for (const view of [Totals, Newest]) {
        await runtime.caughtUp(runtime.log.head, { view, timeoutMs: 10_000 })
      }
      return acknowledged
    } finally {
      await runtime.close()
    }
  }

  async #audit(promised: readonly Acknowledgement[], withStreams: boolean): Promise<void> {
    const log = new LogAudit()
    await log.readFrom(this.#path, { withStreams })
    log.checkAcknowledged(promised)
    this.acknowledged += log.acknowledged
    const views = [createTotalsModel(), createNewestModel()].map((model) => new ViewAudit(model))
    for (const view of views) await view.check(this.#path, log.events)
    for (const { problems } of [log, ...views]) {
      if (problems.length > 0) throw new Error(problems.slice(0, 3).join('; '))
    }
  }

  #promisedBy({ at, said }: PowerCut): Acknowledgement[] {
    const before = this.#durability === 'flush' ? at : this.#lastFlushBy(at)
    return acknowledgementsIn(said.filter((each) => each.at <= before).map(({ line }) => line))
  }

  /** When the last flush of the log that ended by then began. */
  #lastFlushBy(at: number): number {
    return this.#flushes.findLast(({ end }) => end <= at)?.begin ?? 0
  }

  async #noting({ at }: PowerCut, work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.problems.push(`power cut at ${at}: ${(error as Error).message}`)
    }
  }
}
