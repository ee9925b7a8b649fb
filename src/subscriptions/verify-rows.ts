/**
 * Checking the database of a view against a log that ends at a position: readable, and not ahead of that log.
 *
 * Whether the rows are those that its projector makes, `verifyView` says: that takes the projector.
 */

import type { Position } from '../events/event.js'
import { entriesIn } from '../store/entries-in.js'
import type { TableDatabase } from '../store/tables.js'
import type { Findings, VerifyFlow } from '../store/verification.js'

/**
 * @param directory - The view's, for findings.
 * @param head - The last position of the log.
 * @returns how many rows it has.
 */
export async function verifyRows(
  directory: string,
  database: TableDatabase,
  head: Position,
  findings: Findings,
  flow: VerifyFlow,
): Promise<number> {
  let rows = 0
  for (const table of ['rows', 'indexes'] as const) {
    for (const entries of entriesIn(database.table(table), 'view', findings)) {
      if (table === 'rows') rows += entries.length
      await flow.pause('views', head, head)
    }
  }
  const cursor = readCursor(database)
  if (typeof cursor === 'number' && Number.isInteger(cursor) && cursor >= 0 && cursor <= head) {
    return rows
  }
  const message = `Expected the cursor of view ${directory} from 0 to ${head}, found ${String(cursor)}. Deleting the directory has it built again.`
  findings.add('view', { key: directory }, message)
  return rows
}

/** One that has taken in nothing has none. */
function readCursor(database: TableDatabase): unknown {
  try {
    return database.table('meta').get(['cursor']) ?? 0
  } catch {
    return 'a value that cannot be read'
  }
}
