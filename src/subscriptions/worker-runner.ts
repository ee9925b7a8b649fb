/**
 * The runner of a worker thread: loads the app, opens the data directory for reading, runs tasks.
 *
 * Named in the pool's setup and loaded there by URL. The host has opened every environment before; a
 * thread opens what its tasks name, once, and keeps it as long as it is there. Only views are written
 * from here.
 */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../base/clock.js'
import { systemRandom } from '../base/random.js'
import type { RunTask } from '../pool/contracts.js'
import type { Durability } from '../store/contracts.js'
import { openLmdbLogReader } from '../store/lmdb/lmdb-log-reader.js'
import {
  besideLogOptions,
  type LmdbTablesOptions,
  openLmdbTables,
} from '../store/lmdb/lmdb-tables.js'
import type { TableDatabase } from '../store/tables.js'
import { loadApp } from './load-app.js'
import { createSubscriptionRunner } from './task-runner.js'
import { viewTables } from './view-keys.js'
import { WorkStore, workTables } from './work-store.js'

/** What a worker is told when it starts. */
export interface WorkerRunnerOptions {
  /** URL of the app's module. */
  readonly app: string
  readonly dataDir: string
  /** Of the log. */
  readonly durability: Durability
}

export async function createTaskRunner(options: WorkerRunnerOptions): Promise<RunTask> {
  const { dataDir, durability } = options
  const app = await loadApp(options.app)
  const tables = besideLogOptions(dataDir, durability)
  return createSubscriptionRunner({
    app,
    log: await openLmdbLogReader(dataDir),
    work: new WorkStore(await openLmdbTables(join(dataDir, 'work'), workTables, tables)),
    clock: systemClock,
    random: systemRandom,
    openView: createViewOpener(join(dataDir, 'views'), tables),
  })
}

/**
 * Opens the rows of views, each directory once. Lets go of those that were removed since: a rebuild has
 * replaced them, no turn runs on them any more, and the disk has their space back only then.
 */
function createViewOpener(
  path: string,
  options: LmdbTablesOptions,
): (directory: string) => Promise<TableDatabase> {
  const open = new Map<string, Promise<TableDatabase>>()
  return (directory) => {
    for (const [other, database] of open) {
      if (existsSync(join(path, other))) continue
      open.delete(other)
      void database.then((each) => each.close()).catch(ignore)
    }
    let view = open.get(directory)
    if (view === undefined) {
      view = openLmdbTables(join(path, directory), viewTables, options)
      open.set(directory, view)
      // What it lacked may be there again at the next turn.
      view.catch(() => open.delete(directory))
    }
    return view
  }
}

// Not reached by tests: closing what was opened does not fail.
function ignore(): void {}
