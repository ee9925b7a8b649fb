/**
 * Reads the timers of a queue, page by page, in the order of owner and name (by UTF-8 bytes).
 */

import assert from 'node:assert/strict'
import type { TableDatabase, TableEntry, TableKey } from '../store/tables.js'
import { type Due, type DueName, type DueRecord, timerKey } from './due.js'

export interface DueListOptions {
  /** @default all owners */
  readonly owner?: string
  /** Only names that begin so; with an owner only. */
  readonly prefix?: string
  /** Only timers behind this one. */
  readonly after?: DueName | null
  readonly limit: number
}

export interface DuePage {
  readonly entries: readonly Due[]
  /** Where the next page begins; `null`: there is none. */
  readonly next: DueName | null
}

export function listDue(queue: string, database: TableDatabase, options: DueListOptions): DuePage {
  const { owner, prefix = '', after = null, limit } = options
  assert(limit >= 1)
  assert(prefix === '' || owner !== undefined)
  const timers = database.table('timers')
  const within = { prefix: owner === undefined ? [queue] : [queue, owner] }
  const found: TableEntry[] = []
  let from: TableKey | undefined = after === null ? undefined : timerKey(queue, after)
  if (prefix !== '' && after === null) {
    // Keys begin strictly behind: the timer whose name is the prefix itself comes first.
    from = timerKey(queue, { owner: owner!, name: prefix })
    const value = timers.get(from)
    if (value !== undefined) found.push({ key: from, value })
  }
  const behind = from === undefined ? within : { ...within, after: from }
  const rest = timers.range({ ...behind, limit: limit + 1 - found.length })
  found.push(...rest.filter(({ key }) => (key[2] as string).startsWith(prefix)))
  const entries = found.slice(0, limit).map(dueOf)
  return { entries, next: found.length > limit ? nameOf(entries.at(-1)!) : null }
}

function dueOf({ key, value }: TableEntry): Due {
  const record = value as unknown as DueRecord
  return { owner: key[1] as string, name: key[2] as string, ...record }
}

function nameOf({ owner, name }: DueName): DueName {
  return { owner, name }
}
