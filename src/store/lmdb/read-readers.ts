/**
 * LMDB's table of readers: who has a slot, and who of them holds which transaction.
 *
 * A slot belongs to a process for as long as the system has that process's lock on LMDB's lock file. So a slot
 * tells that a process lives and has the environment open, even one that stands still or is numbered by another
 * pid namespace: `pid` is the number that the process itself goes by.
 */

import type { OldestReader, Readers } from '../readers.js'
import type { Environment } from './environment.js'

export interface Slot {
  readonly pid: number
  /** `null`: it reads nothing now. */
  readonly transaction: number | null
}

/** Those of dead processes are removed first. Takes no slot itself. */
export function readSlots(environment: Environment): readonly Slot[] {
  environment.readerCheck()
  return parseSlots(environment.readerList())
}

export function readReaders(environment: Environment): Readers {
  const slots = readSlots(environment)
  const { lastTxnId } = environment.getStats() as { readonly lastTxnId: number }
  return { slots: slots.length, oldest: oldestOf(slots, lastTxnId) }
}

/** Who of those that read something holds the transaction that is furthest behind. */
export function oldestOf(slots: readonly Slot[], lastTransaction: number): OldestReader | null {
  let oldest: OldestReader | null = null
  for (const { pid, transaction } of slots) {
    if (transaction === null || (oldest !== null && oldest.transaction <= transaction)) continue
    // One that began after the last transaction was looked up is not ahead of it.
    oldest = { pid, transaction, behind: Math.max(0, lastTransaction - transaction) }
  }
  return oldest
}

/** @param list - Lines of process id, thread, and transaction or `-`; others say something else. */
function parseSlots(list: string): Slot[] {
  return list.split('\n').flatMap((line) => {
    const [, pid, transaction] = /^\s*(\d+)\s+[\da-f]+\s+(\d+|-)\s*$/i.exec(line) ?? []
    if (pid === undefined) return []
    return [{ pid: Number(pid), transaction: transaction === '-' ? null : Number(transaction) }]
  })
}
