/**
 * Checking everything of a data directory that the event store owns: log, heads, snapshots, tags, claims, keys.
 *
 * The directory must have no owner while it is read; whoever calls sees to that. Nothing is written.
 *
 * Memory: per stream what `stream-chains.ts` says, per event nothing.
 */

import { join } from 'node:path'
import { FormatVersionError, StoreUnavailableError } from '../../errors.js'
import { SlotReader } from '../../keys/slot-reader.js'
import type { Findings, LogCounts, VerifyFlow } from '../../verification.js'
import { type Environment, openTable } from '../environment.js'
import { textKeys } from '../keys.js'
import { slotPath } from '../lmdb-key-vault.js'
import { logFormat } from '../log-owner.js'
import { LogTables } from '../log-tables.js'
import { hasEnvironment, openExisting } from './open-existing.js'
import { HeadCheck } from './verify-heads.js'
import { verifyKeys } from './verify-keys.js'
import { RecordCheck } from './verify-records.js'
import {
  type Identity,
  readIdentity,
  verifyClaims,
  verifyShapes,
  verifySnapshots,
  verifyTags,
} from './verify-tables.js'

const logTables = [
  'events',
  'groups',
  'streams',
  'shapes',
  'snapshots',
  'tags',
  'claims',
  'meta',
] as const

/**
 * @throws {StoreUnavailableError} DRAMATIS_STORE_UNAVAILABLE: there is no log, or it cannot be opened at all.
 * @throws {FormatVersionError} DRAMATIS_FORMAT_VERSION
 */
export async function verifyLog(
  dataDir: string,
  findings: Findings,
  flow: VerifyFlow,
): Promise<LogCounts> {
  const path = join(dataDir, 'log')
  if (!hasEnvironment(path)) throw new StoreUnavailableError(dataDir, 'there is no log in it')
  const environment = await openExisting(path, logTables, 'lmdb', findings)
  if (environment === null) return nothingCounted
  const keys = new SlotReader(slotPath(dataDir))
  try {
    const identity = readIdentity(openTable(environment, 'meta', textKeys), findings)
    if (identity.format !== logFormat) {
      throw new FormatVersionError(dataDir, logFormat, identity.format)
    }
    const counts = await checkTables(environment, keys, identity, findings, flow)
    return { ...counts, subjects: await verifyKeys(dataDir, findings, flow) }
  } finally {
    keys.close()
    await environment.close()
  }
}

async function checkTables(
  environment: Environment,
  keys: SlotReader,
  { storeId, epoch }: Identity,
  findings: Findings,
  flow: VerifyFlow,
): Promise<Omit<LogCounts, 'subjects'>> {
  const tables = new LogTables(environment, keys)
  const shapes = await verifyShapes(tables, findings)
  loadShapes(tables)
  const records = new RecordCheck(tables, findings)
  await records.run(flow)
  const { chains, events, segments, last } = records
  await new HeadCheck(tables, chains, findings).run(last, flow)
  const snapshots = await verifySnapshots(tables, chains, findings, flow)
  const tags = await verifyTags(tables, last, findings, flow)
  const claims = await verifyClaims(tables, chains, findings, flow)
  const counted = { events, segments, shapes, streams: chains.size, snapshots, tags, claims }
  return { storeId, epoch, head: last, ...counted }
}

/** Those behind one that cannot be decoded stay unknown: their records are findings. */
function loadShapes(tables: LogTables): void {
  try {
    tables.reloadShapes()
  } catch {
    // Found already.
  }
}

const nothingCounted: LogCounts = Object.freeze({
  storeId: '',
  epoch: 0,
  head: 0,
  events: 0,
  segments: 0,
  shapes: 0,
  streams: 0,
  snapshots: 0,
  tags: 0,
  claims: 0,
  subjects: 0,
})
