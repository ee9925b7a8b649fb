/**
 * What must be true of an image of people of whom some were forgotten: whoever was said to be is, whoever
 * was not asked to be is not, and every key that an event needs is there.
 */

import { join } from 'node:path'
import { systemClock } from '../../src/base/clock.js'
import type { EventStore } from '../../src/store/contracts.js'
import { openLmdbEventStore } from '../../src/store/lmdb/lmdb-event-store.js'
import { readLog } from '../../src/store/read-log.js'
import type { PowerCut } from './power-cuts.js'
import { dataName } from './recorded.js'

export class PeopleImages {
  readonly problems: string[] = []
  /** People of whom something was read. */
  read = 0
  readonly #path: string
  readonly #names: Readonly<Record<string, string>>

  constructor(root: string, names: Readonly<Record<string, string>>) {
    this.#path = join(root, dataName)
    this.#names = names
  }

  async check({ at, said }: PowerCut): Promise<void> {
    const lines = new Set(said.map(({ line }) => line))
    try {
      const store = await openLmdbEventStore(this.#path, { clock: systemClock })
      try {
        const found = await this.#namesIn(store)
        for (const problem of this.#problemsOf(found, lines)) this.#report(at, problem)
      } finally {
        await store.close()
      }
    } catch (error) {
      this.#report(at, (error as Error).message)
    }
  }

  async #namesIn(store: EventStore): Promise<Map<string, string>> {
    const found = new Map<string, string>()
    for await (const { type, aggregateId, data } of readLog(store)) {
      if (type === 'Registered') found.set(aggregateId, (data as { name: string }).name)
    }
    this.read += found.size
    return found
  }

  *#problemsOf(found: ReadonlyMap<string, string>, said: ReadonlySet<string>): Generator<string> {
    for (const [id, name] of Object.entries(this.#names)) {
      const read = found.get(id)
      const isForgotten = read === '[forgotten]'
      if (read === undefined) {
        if (said.has('registered')) yield `${id} was registered and is not there`
      } else if (said.has(`forgotten ${id}`)) {
        if (!isForgotten) yield `${id} was forgotten and reads ${read}`
      } else if (isForgotten && !said.has(`forgetting ${id}`)) {
        yield `${id} reads as forgotten, and nobody asked for it`
      } else if (!isForgotten && read !== name) yield `${id} reads ${read}`
    }
  }

  #report(at: number, problem: string): void {
    this.problems.push(`power cut at ${at}: ${problem}`)
  }
}
