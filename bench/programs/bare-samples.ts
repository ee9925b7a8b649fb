/**
 * The same log by hand: one record per key, read by LMDB's own range, unpacked by msgpackr.
 *
 * A record holds the values that ours holds, behind a header of the same size, in which only the number
 * of the type is filled in. Values are unpacked from the memory that LMDB reads into, by a decoder of the
 * table's: of all ways to read a range (`getBinary`, `getBinaryFast`, ranges of buffers) the fastest.
 */

import { type Database, open, type RootDatabase, type RootDatabaseOptions } from 'lmdb'
import { Packr, Unpackr } from 'msgpackr'
import { payload } from './program.js'
import { commandIdOf, eventsPerCommit, type SampleOf } from './sample-log.js'

const headerBytes = 36
/** msgpackr leaves that many bytes free in front of what it packs. */
const reserveHeader = 2_048 | headerBytes
const typeAt = 11

/** Id of the actor, id of the command, five of the metadata, values of the payload. */
export type BareRecord = readonly [aggregateId: string, ...rest: unknown[]]

export interface BareSamples {
  /** Every record from an index on, unpacked. */
  records(from?: number): Iterable<{ readonly value: BareRecord }>
  /** The number of the type of every record, nothing else of it. */
  types(): Iterable<{ readonly value: number }>
  close(): Promise<void>
}

const table = { name: 'events', keyEncoding: 'uint32' } as const

/** Records events in a directory, and opens them. Types have the numbers of their places in `types`. */
export async function openBareSamples(
  dataDir: string,
  events: number,
  sampleOf: SampleOf,
  types: readonly string[],
): Promise<BareSamples> {
  await recordBareSamples(dataDir, events, sampleOf, types)
  return reopenBareSamples(dataDir)
}

/** Records events in a directory. */
export async function recordBareSamples(
  dataDir: string,
  events: number,
  sampleOf: SampleOf,
  types: readonly string[],
): Promise<void> {
  const environment = openBare(dataDir)
  const written = environment.openDB<Buffer, number>({ ...table, encoding: 'binary' })
  const packr = new Packr({ useRecords: false })
  const numbers = new Map(types.map((type, number) => [type, number]))
  const put = (at: number): void => {
    const { type, aggregateId } = sampleOf(at)
    const values = [payload.amountCents, payload.note]
    const record = [aggregateId, commandIdOf(at), null, null, null, null, null, ...values]
    const bytes = packr.pack(record, reserveHeader)
    bytes[typeAt] = numbers.get(type)!
    void written.put(at, bytes)
  }
  for (let at = 0; at < events; at += eventsPerCommit) {
    await environment.batch(() => {
      for (let next = at; next < Math.min(at + eventsPerCommit, events); next++) put(next)
    })
  }
  await environment.close()
}

/** Opens what was recorded before. */
export function reopenBareSamples(dataDir: string): BareSamples {
  const environment = openBare(dataDir)
  const unpackr = new Unpackr({ useRecords: false })
  const openDecoded = <Value>(decode: Decode): Database<Value, number> => {
    const options: RootDatabaseOptions & typeof table = { ...table, encoder: decoder(decode) }
    return environment.openDB<Value, number>(options)
  }
  const unpacked = openDecoded<BareRecord>((bytes, end) =>
    unpackr.unpack(bytes, { start: headerBytes, end }),
  )
  const typed = openDecoded<number>((bytes) => bytes[typeAt])
  return {
    records: (from = 0) => unpacked.getRange({ start: from }),
    types: () => typed.getRange(),
    close: () => environment.close(),
  }
}

function openBare(dataDir: string): RootDatabase {
  return open({ path: dataDir, encoding: 'binary', noMetaSync: true })
}

/** Is given memory that is used again: what it returns holds no part of it. */
type Decode = (bytes: Buffer, end: number) => unknown

/** What LMDB takes for an encoder of values. */
function decoder(decode: Decode): object {
  return {
    encode: (value: unknown) => value as Buffer,
    decode: (bytes: Buffer, options?: { readonly end: number }) =>
      decode(bytes, options?.end ?? bytes.length),
  }
}
