/**
 * Checking the tables beside the log: what it is, shapes, snapshots, tags, claims.
 *
 * Each is checked as far as it can be without the definitions of an app: which tags an event should have, and which
 * claims a stream, only these know.
 */

import { hashText } from '../../../base/hash.js'
import { keyHashOf, versionOf } from '../../../events/record.js'
import type { Shape } from '../../../events/shapes.js'
import { streamStates } from '../../../events/stream-end.js'
import { isTypeName } from '../../../events/stream-id.js'
import type { StreamHead } from '../../contracts.js'
import type { DamagedTableError } from '../../errors.js'
import { noStream } from '../../log-storage.js'
import { soundRecordAt } from '../../record-reader.js'
import { readSnapshot } from '../../snapshot-codec.js'
import type { Findings, VerifyFlow } from '../../verification.js'
import { decodeOwner } from '../claim-owner.js'
import type { BytesTable } from '../environment.js'
import { type MetaValues, readFormat, readMeta, requireMeta } from '../log-meta.js'
import { decodeShape, type LogTables, positionOfTagKey } from '../log-tables.js'
import { keysIn, lookAtKeys } from './keys-in.js'
import type { StreamChains } from './stream-chains.js'

/** Hexadecimal digits of a key. */
const tagKeyDigits = 48
const claimKeyDigits = 64

/** What `meta` says of the store. */
export interface Identity {
  /** `null`: nothing that can be read. */
  readonly format: number | null
  readonly storeId: string
  readonly epoch: number
}

export function readIdentity(meta: BytesTable<string>, findings: Findings): Identity {
  const format = readFormat(meta) ?? null
  const storeId = told(findings, 'storeId', () => requireMeta(meta, 'storeId'))
  const epoch = told(findings, 'epoch', () => requireMeta(meta, 'epoch'))
  told(findings, 'owner', () => readMeta(meta, 'owner'))
  return { format, storeId: storeId ?? '', epoch: epoch ?? 0 }
}

/** @returns what was read; `undefined`: what kept it from being read is a finding. */
function told<V>(findings: Findings, key: keyof MetaValues, read: () => V): V | undefined {
  try {
    return read()
  } catch (error) {
    const { reason } = error as DamagedTableError
    findings.add('meta', { key }, `Expected a sound ${key}, found ${reason}.`)
    return undefined
  }
}

/** Numbers from 1 without gaps, each a list of names. @returns how many there are. */
export async function verifyShapes(tables: LogTables, findings: Findings): Promise<number> {
  let count = 0
  for await (const numbers of keysIn(tables.shapes, 'shapes', findings)) {
    for (const number of numbers) {
      count++
      const place = { key: String(number) }
      if (number !== count)
        findings.add('shape', place, `Expected shape ${count}, found ${number}.`)
      if (isShape(tables, number)) continue
      findings.add('shape', place, `Expected shape ${number} to name fields, found other bytes.`)
    }
  }
  return count
}

function isShape(tables: LogTables, number: number): boolean {
  try {
    const shape: Shape = decodeShape(number, tables.shapes.getBinary(number)!)
    const { aggregateType, type, schemaVersion, fields } = shape
    return (
      isTypeName(aggregateType) &&
      typeof type === 'string' &&
      Number.isInteger(schemaVersion) &&
      (fields === null || fields.every((field) => typeof field === 'string'))
    )
  } catch {
    return false
  }
}

/** Each is sound, and of a stream that has a version at that place. @returns how many there are. */
export async function verifySnapshots(
  tables: LogTables,
  chains: StreamChains,
  findings: Findings,
  flow: VerifyFlow,
): Promise<number> {
  const look = (streamId: string): void => {
    const problem = problemOfSnapshot(tables, chains, streamId)
    if (problem === null) return
    const message = `Expected a snapshot of ${streamId}, found one that is ${problem}.`
    findings.add('snapshot', { streamId }, `${message} It is ignored.`)
  }
  const rest = (): Promise<void> => flow.pause('snapshots', 0, 0)
  return await lookAtKeys(tables.snapshots, 'snapshots', findings, look, rest)
}

function problemOfSnapshot(
  tables: LogTables,
  chains: StreamChains,
  streamId: string,
): string | null {
  const bytes = tables.snapshots.getBinary(streamId)!
  const read = readSnapshot(bytes, streamId, headOf(chains, streamId), tables.keys)
  if (typeof read === 'string') return read
  try {
    const record = soundRecordAt(tables, read.position)
    const isThere = versionOf(record) === read.version && keyHashOf(record) === hashText(streamId)
    return isThere ? null : 'not at a place of it'
  } catch {
    // The record was found already.
    return null
  }
}

function headOf(chains: StreamChains, streamId: string): StreamHead {
  const slot = chains.find(streamId, hashText(streamId))
  if (slot === -1) return noStream
  const { version, position, state } = chains.endAt(slot)
  return { version, position, state: streamStates[state]! }
}

/** Each names a position of the log. @returns how many there are. */
export async function verifyTags(
  tables: LogTables,
  head: number,
  findings: Findings,
  flow: VerifyFlow,
): Promise<number> {
  const look = (key: string): void => {
    const position = positionOfTagKey(key)
    if (key.length === tagKeyDigits && position >= 1 && position <= head) return
    const message = `Expected a tag of a position from 1 to ${head}, found position ${position}.`
    findings.add('tag', { key }, message)
  }
  const rest = (): Promise<void> => flow.pause('tags', head, head)
  return await lookAtKeys(tables.tags, 'tags', findings, look, rest)
}

/** Each is held by a stream that has events. @returns how many there are. */
export async function verifyClaims(
  tables: LogTables,
  chains: StreamChains,
  findings: Findings,
  flow: VerifyFlow,
): Promise<number> {
  const look = (key: string): void => {
    if (key.length !== claimKeyDigits) {
      findings.add('claim', { key }, 'Expected the key of a claim to have 32 bytes.')
      return
    }
    const owner = ownerIn(tables, key)
    if (owner === null) {
      findings.add('claim', { key }, 'Expected a sound claim, found one that fails its checksum.')
    } else if (chains.find(owner, hashText(owner)) === -1) {
      const message = 'Expected a claim to be held by a stream with events, found another.'
      findings.add('claim', { key, streamId: owner }, message)
    }
  }
  const rest = (): Promise<void> => flow.pause('claims', 0, 0)
  return await lookAtKeys(tables.claims, 'claims', findings, look, rest)
}

/** @returns `null`: it cannot be told. */
function ownerIn(tables: LogTables, key: string): string | null {
  try {
    return decodeOwner(key, tables.claims.getBinary(key)!)
  } catch {
    return null
  }
}
