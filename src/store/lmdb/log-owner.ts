/**
 * Who owns a log: format, identity, and an owner that is known in the log itself, beside the lock's file.
 *
 * In one write transaction: the format is checked, the lock is taken, a slot among the log's readers too, the epoch
 * counted up. `owner` in `meta` says who owns the log until it is given up, whatever becomes of the file.
 */

import { createIdSource } from '../../base/ids.js'
import { systemRandom } from '../../base/random.js'
import { FormatVersionError } from '../errors.js'
import type { ParsedStoreOptions } from '../options.js'
import { type BytesTable, type Environment, openTable, settled } from './environment.js'
import { encodeEntry } from './group-entry.js'
import { positionKeys, textKeys } from './keys.js'
import { type LogEvidence, takeLock } from './lock.js'
import { readFormat, readMeta, requireMeta, writeFormat, writeMeta } from './log-meta.js'
import { readSlots } from './read-readers.js'

/** The format of the log's tables and records. */
export const logFormat = 6

/** What the owner of a directory knows of it. */
export interface Ownership {
  readonly storeId: string
  readonly epoch: number
}

/** One write transaction: either this process is the owner afterwards, or nothing has changed. */
export function takeOwnership(
  environment: Environment,
  dataDir: string,
  { clock }: Pick<ParsedStoreOptions, 'clock'>,
): Ownership {
  const meta = openTable(environment, 'meta', textKeys)
  const groups = openTable(environment, 'groups', positionKeys)
  return meta.transactionSync(() => {
    const format = readFormat(meta)
    if (format !== undefined && format !== logFormat) {
      throw new FormatVersionError(dataDir, logFormat, format)
    }
    const isNew = format === undefined
    const epoch = isNew ? 1 : requireMeta(meta, 'epoch') + 1
    const storeId = isNew
      ? createIdSource(clock, systemRandom).next()
      : requireMeta(meta, 'storeId')
    takeLock(dataDir, epoch, readEvidence(environment, meta))
    // Nobody can see an owner that has no slot: it is taken before this transaction is over.
    environment.useReadTransaction().done()
    // The group before the first one: where it ends, the first begins.
    if (isNew) groups.putSync(0, encodeEntry(0, new Map()))
    if (isNew) writeFormat(meta, logFormat)
    if (isNew) writeMeta(meta, 'storeId', storeId)
    writeMeta(meta, 'owner', process.pid)
    writeMeta(meta, 'epoch', epoch)
    return { storeId, epoch }
  })
}

/** Who has the log open, and who owned it last. */
export function readEvidence(environment: Environment, meta: BytesTable<string>): LogEvidence {
  // In this order: reading takes a slot.
  const pids = readSlots(environment).map(({ pid }) => pid)
  return { pids, owner: readMeta(meta, 'owner') }
}

/** In what was read, this process is the owner. Another epoch: somebody has taken over. */
export function isOwnedIn(environment: Environment, epoch: number): boolean {
  return readMeta(openTable(environment, 'meta', textKeys), 'epoch') === epoch
}

/** The owner gives the log up, while it has nothing else to write. */
export async function giveUpOwnership(environment: Environment): Promise<void> {
  const meta = openTable(environment, 'meta', textKeys)
  await settled(environment, meta.remove('owner'), 'LMDB could not give up the log')
}
