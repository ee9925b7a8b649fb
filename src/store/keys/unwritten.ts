/**
 * What the key vault has made and not written yet: keys, whose they are, and types that are sealed.
 *
 * Plain data. When it is written, and what becomes of it when that fails, is the vault's.
 */

import { hash } from 'node:crypto'
import type { SealedType } from '../contracts.js'
import type { TableChange } from '../tables.js'

/** A key and where it lies. */
export interface SlotKey {
  readonly slot: number
  readonly key: Uint8Array
}

/** What waits to be written, or is being written. */
export interface Unwritten {
  /** Keys in the order of their slots, without gaps. */
  readonly keys: SlotKey[]
  readonly subjects: Map<string, SlotKey>
  readonly types: SealedType[]
  snapshots: SlotKey | null
}

export function nothing(): Unwritten {
  return { keys: [], subjects: new Map(), types: [], snapshots: null }
}

export function hasAny({ keys, types }: Unwritten): boolean {
  return keys.length > 0 || types.length > 0
}

/** Both, in the order of their slots. */
export function together(one: Unwritten, later: Unwritten): Unwritten {
  return {
    keys: [...one.keys, ...later.keys],
    subjects: new Map([...one.subjects, ...later.subjects]),
    types: [...one.types, ...later.types],
    snapshots: later.snapshots ?? one.snapshots,
  }
}

/** What of it goes into the vault's tables. */
export function changesOf({ keys, subjects, types, snapshots }: Unwritten): readonly TableChange[] {
  const changes: TableChange[] = []
  for (const [subjectId, { slot }] of subjects) {
    changes.push({ table: 'subjects', key: [nameOf(subjectId)], value: slot })
  }
  for (const { aggregateType, type, schemaVersion } of types) {
    changes.push({ table: 'sealed', key: [aggregateType, type, schemaVersion], value: null })
  }
  const last = keys.at(-1)
  if (last !== undefined) changes.push({ table: 'meta', key: ['slots'], value: last.slot })
  if (snapshots !== null) {
    changes.push({ table: 'meta', key: ['snapshots'], value: snapshots.slot })
  }
  return changes
}

/** What a subject is called on the disk: of a fixed size, and not its id. */
export function nameOf(subjectId: string): string {
  return hash('sha256', subjectId, 'base64url')
}
