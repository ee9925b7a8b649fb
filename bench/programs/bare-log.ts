/**
 * The least that any such store must do: pack the same events, write them to LMDB in groups, and
 * wait for the fsync of each group. No actors, no checks, no receipts: a ceiling, not a competitor.
 *
 * `records and heads` writes the same bytes as the runtime: a record with a header of the same size, and
 * one head per stream and group. `records only` leaves the heads out. The environment flushes as the
 * runtime's does: before anybody can read (`overlappingSync: false`).
 */

import { open } from 'lmdb'
import { Packr } from 'msgpackr'
import { actors, batchCommands, type Program, payload } from './program.js'

/** As many bytes as the runtime keeps in front of a record. */
const headerBytes = 36
/** msgpackr leaves that many bytes free in front of what it packs. */
const reserveHeader = 2_048 | headerBytes

export interface BareLog extends Program {
  /** Writes so many events, of the actors in turn; by default one of each. Resolves when they survive power loss. */
  writeGroup(events?: number): Promise<unknown>
  /** Writes one event, and waits for the disk on this very thread. */
  writeBlocking(): void
}

export function openBareLog(dataDir: string, writesHeads: boolean): BareLog {
  const environment = open({
    path: dataDir,
    maxDbs: 2,
    encoding: 'binary',
    overlappingSync: false,
  })
  const events = environment.openDB<Buffer, number>('events', {
    encoding: 'binary',
    keyEncoding: 'uint32',
  })
  const heads = environment.openDB<Buffer, string>('heads', { encoding: 'binary' })
  const packr = new Packr({ useRecords: false })
  let position = 0

  const putNext = (isLastOfActor: boolean): void => {
    const actor = position % actors
    position++
    const bytes = packr.pack(envelope(actor, position), reserveHeader)
    bytes.writeUInt32BE(position, 0)
    void events.put(position, bytes)
    if (writesHeads && isLastOfActor) void heads.put(`Counter-counter-${actor}`, headOf(position))
  }
  const writeGroup = (count = actors): Promise<boolean> =>
    // One batch is one transaction, whose fsync has returned when its promise resolves.
    environment.batch(() => {
      for (let left = count; left > 0; left--) putNext(left <= actors)
    })

  return {
    name: writesHeads ? 'bare, records and heads' : 'bare, records only',
    writeBatch: async () => {
      for (let written = 0; written < batchCommands; written += actors) await writeGroup()
    },
    writeGroup,
    writeBlocking: () => environment.transactionSync(() => putNext(true)),
    recorded: () => events.getCount(),
    close: () => environment.close(),
  }
}

/** What a record has to hold: where it belongs, why, and the payload's values. */
function envelope(actor: number, position: number): unknown[] {
  const commandId = `01HZX3V9QK${String(position).padStart(16, '0')}`
  const values = [payload.amountCents, payload.note]
  return [`counter-${actor}`, commandId, null, null, null, null, null, ...values]
}

function headOf(position: number): Buffer {
  const head = Buffer.allocUnsafe(12)
  head.writeUInt32BE(Math.ceil(position / actors), 0)
  head.writeDoubleBE(position, 4)
  return head
}
