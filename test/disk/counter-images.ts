/**
 * What must be true of an image of counters: that it keeps the laws, and what was promised is there.
 *
 * With durability `flush` that is everything that was acknowledged. With `commit` it is what was
 * acknowledged before the last flush of the log began; the rest may be gone, from the end, and whatever lies
 * beside the log must not know of it.
 */

import { join } from 'node:path'
import type { Durability } from '../../src/index.js'
import { type Acknowledgement, acknowledgementsIn } from '../crash/commands.js'
import { auditCounters, countOn } from './counter-audit.js'
import type { PowerCut } from './power-cuts.js'
import { dataName } from './recorded.js'
import type { Recording } from './recording.js'

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
      const later = await countOn(this.#path)
      await this.#audit([...this.#promisedBy(cut), ...later], true)
    })
  }

  async #audit(promised: readonly Acknowledgement[], withStreams: boolean): Promise<void> {
    this.acknowledged += await auditCounters(this.#path, promised, withStreams)
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
