/** Data directories that tests may fill: what is open is closed, then they are removed. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/base/clock.js'
import type { EventStore, EventStoreOptions } from '../../src/store/contracts.js'
import { openLmdbEventStore } from '../../src/store/lmdb/lmdb-event-store.js'
import { onEnd, type Scope } from '../support/scope.js'

interface Closable {
  close(): unknown
}

export class TemporaryDirectory {
  /** A path under which nothing exists yet. */
  readonly path: string
  readonly #opened: Closable[] = []

  private constructor(path: string) {
    this.path = path
  }

  static async make(t: Scope): Promise<TemporaryDirectory> {
    const root = await mkdtemp(join(tmpdir(), 'dramatis-'))
    const directory = new TemporaryDirectory(join(root, 'data'))
    onEnd(t, async () => {
      for (const each of directory.#opened.reverse()) await each.close()
      await rm(root, { recursive: true, force: true })
    })
    return directory
  }

  /** Closes it before the directory is removed. */
  closing<T extends Closable>(opened: T): T {
    this.#opened.push(opened)
    return opened
  }

  async openStore(options: Partial<EventStoreOptions> = {}): Promise<EventStore> {
    return this.closing(await openLmdbEventStore(this.path, { clock: systemClock, ...options }))
  }
}
