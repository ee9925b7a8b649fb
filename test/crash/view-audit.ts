/**
 * What a view must look like after a crash: exactly the fold of the log up to the view's own cursor.
 *
 * Looks at the files as the crash left them, before any runtime opens them again.
 */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openLmdbTables } from '../../src/store/lmdb/lmdb-tables.js'
import type { TableDatabase } from '../../src/store/tables.js'
import { readCursor } from '../../src/subscriptions/project-piece.js'
import { viewDirectoryOf, viewTables } from '../../src/subscriptions/view-keys.js'
import { WorkStore, workTables } from '../../src/subscriptions/work-store.js'
import { laws } from '../support/invariants/index.js'
import type { CountedEvent } from './log-audit.js'
import type { ViewModel } from './view-models.js'

export class ViewAudit {
  readonly problems: string[] = []
  /** Times the rows were compared with the log. */
  checks = 0
  readonly #model: ViewModel
  #cursor = 0

  constructor(model: ViewModel) {
    this.#model = model
  }

  /** Where the view stood at the last check. */
  get cursor(): number {
    return this.#cursor
  }

  /** The rows at that point, in the order of their ids. */
  get rows(): readonly unknown[] {
    return [...this.#model.rows()]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([, row]) => row)
  }

  /** Compares the rows on disk, which no process has open, with the log. */
  async check(dataDir: string, events: readonly CountedEvent[]): Promise<void> {
    const path = await currentPath(dataDir, this.#model.name)
    if (path === undefined || !existsSync(path)) {
      if (this.#cursor > 0) this.problems.push(`${this.#model.name} is gone`)
      return
    }
    const database = await openLmdbTables(path, viewTables)
    try {
      this.#compare(database, events)
    } finally {
      await database.close()
    }
  }

  #compare(database: TableDatabase, events: readonly CountedEvent[]): void {
    const cursor = readCursor(database)
    const cursorBefore = this.#cursor
    for (const event of events.slice(cursorBefore, cursor)) this.#model.apply(event)
    this.#cursor = Math.max(cursorBefore, cursor)
    this.checks += 1
    const stored = (table: string): readonly unknown[] =>
      database
        .table(table)
        .range()
        .map(({ key, value }) => [key, value])
    this.problems.push(
      ...laws.viewsAreFolds({
        ...{ name: this.#model.name, head: events.length, cursorBefore, cursor },
        ...{ rows: stored('rows'), entries: stored('indexes') },
        expectedRows: [...this.#model.rows()].map(([id, row]) => [[id], row]),
        expectedEntries: this.#model.indexEntries().map((key) => [key, null]),
      }),
    )
  }
}

/** Where the rows of a view are that a runtime would read; `undefined`: it was never opened. */
async function currentPath(dataDir: string, name: string): Promise<string | undefined> {
  if (!existsSync(join(dataDir, 'work'))) return undefined
  const work = new WorkStore(await openLmdbTables(join(dataDir, 'work'), workTables))
  try {
    const record = work.readView(name)
    if (record === undefined) return undefined
    return join(dataDir, 'views', viewDirectoryOf(name, record.version, record.generation))
  } finally {
    await work.close()
  }
}
