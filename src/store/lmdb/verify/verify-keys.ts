/**
 * Checking the keys of sealed fields: who has one, and that each is there, or destroyed as it should be.
 *
 * That a key opens what it sealed is found by reading the log.
 */

import { entriesIn } from '../../entries-in.js'
import { vaultTables } from '../../keys/key-vault.js'
import { SlotReader } from '../../keys/slot-reader.js'
import type { TableDatabase } from '../../tables.js'
import type { Findings, VerifyFlow } from '../../verification.js'
import { slotPath } from '../lmdb-key-vault.js'
import { openExistingTables } from './open-existing.js'

/** @returns how many people there are. */
export async function verifyKeys(
  dataDir: string,
  findings: Findings,
  flow: VerifyFlow,
): Promise<number> {
  const tables = await openExistingTables(dataDir, 'keys', vaultTables, 'key', findings)
  if (tables === null) return 0
  const slots = new SlotReader(slotPath(dataDir))
  try {
    return await checkKeys(tables, slots, findings, flow)
  } finally {
    slots.close()
    await tables.close()
  }
}

async function checkKeys(
  tables: TableDatabase,
  slots: SlotReader,
  findings: Findings,
  flow: VerifyFlow,
): Promise<number> {
  const meta = new Map<unknown, unknown>()
  for (const entries of entriesIn(tables.table('meta'), 'key', findings)) {
    for (const { key, value } of entries) meta.set(key[0], value)
  }
  const last = meta.get('slots') ?? 0
  const snapshots = meta.get('snapshots') ?? 0
  const check = (slot: unknown, key: string, mustLive: boolean): void => {
    const problem = problemOf(slots, slot, last, mustLive)
    if (problem !== null) findings.add('key', { key }, problem)
  }
  if (snapshots !== 0) check(snapshots, 'snapshots', false)
  let count = 0
  for (const entries of entriesIn(tables.table('subjects'), 'key', findings)) {
    for (const { key, value } of entries) {
      count++
      if (value !== 0) check(value, String(key[0]), true)
    }
    await flow.pause('keys', 0, 0)
  }
  for (const entries of entriesIn(tables.table('pending'), 'key', findings)) {
    for (const { key, value } of entries) check(value, String(key[0]), false)
  }
  for (const entries of entriesIn(tables.table('sealed'), 'key', findings)) {
    for (const { key } of entries) {
      if (key.length === 3) continue
      const message = 'Expected actor, event and version of a sealed type, found another key.'
      findings.add('key', { key: JSON.stringify(key) }, message)
    }
  }
  return count
}

function problemOf(
  slots: SlotReader,
  slot: unknown,
  last: unknown,
  mustLive: boolean,
): string | null {
  const isSlot =
    typeof slot === 'number' && Number.isInteger(slot) && slot >= 1 && slot <= Number(last)
  if (!isSlot) return `Expected a slot from 1 to ${String(last)}, found ${String(slot)}.`
  try {
    const isThere = slots.keyAt(slot) !== null
    return isThere || !mustLive
      ? null
      : `Expected a key in slot ${slot}, found the mark of a destroyed one.`
  } catch (error) {
    return (error as Error).message
  }
}
