/** A task that opens the tables of one directory after the other, reads and writes, and never ends. */

import { join } from 'node:path'
import { yieldToEventLoop } from '../../../src/base/signal.js'
import type { RunTask } from '../../../src/pool/contracts.js'
import { openLmdbTables } from '../../../src/store/lmdb/lmdb-tables.js'

/** Directories, which the host has opened before. */
export const directories: readonly string[] = Array.from({ length: 20 }, (_each, at) => `${at}`)
export const tables: readonly string[] = ['rows', 'meta']

export async function createTaskRunner(options: unknown): Promise<RunTask> {
  return async (_request, channel) => {
    channel.post('begun')
    for (let turn = 0; ; turn++) {
      const directory = directories[turn % directories.length]!
      const database = await openLmdbTables(join(options as string, directory), tables)
      database.transactSync(() => database.table('rows').put(['turn'], turn))
      for (let read = 0; read < 50; read++) database.table('rows').get(['turn'])
      await yieldToEventLoop()
    }
  }
}
