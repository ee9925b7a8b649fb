/**
 * Decoders of what lies on the disk: records, entries of groups, heads, shapes, snapshots, keys, seals, rows.
 */

import { crc32 } from 'node:zlib'
import { BrokenSealError, openSeal, sealValue } from '../../../src/events/seal.js'
import { ShapeTable } from '../../../src/events/shapes.js'
import type { Snapshot } from '../../../src/store/contracts.js'
import { decodeSlot, encodeSlot } from '../../../src/store/keys/key-slots.js'
import { decodeEntry, encodeEntry } from '../../../src/store/lmdb/group-entry.js'
import { type BytesByKey, LmdbTable } from '../../../src/store/lmdb/lmdb-table.js'
import {
  decodeHead,
  decodeShape,
  encodeHead,
  encodeShape,
} from '../../../src/store/lmdb/log-tables.js'
import { encodeRow } from '../../../src/store/lmdb/table-row.js'
import type { ChainHead } from '../../../src/store/log-storage.js'
import { decodeSnapshot, encodeSnapshot } from '../../../src/store/snapshot-codec.js'
import { encodeTableKey } from '../../../src/store/table-key.js'
import type { TableKey } from '../../../src/store/tables.js'
import { Draw } from './draw.js'
import { mutated } from './mutate.js'
import { keys, recordTargets, sealKey } from './record-targets.js'
import { listOf, originals, outcomeOf, type Target, told, Violation } from './target.js'

const rowsCrc = crc32('rows')

/** Everything that is read from the disk. */
export function storedTargets(seed: number): readonly Target[] {
  const draw = new Draw(seed, -1)
  const shapes = new ShapeTable()
  return [
    ...recordTargets(draw, shapes),
    entries(draw),
    heads(draw),
    shapesStored(shapes),
    snapshots(draw, false),
    snapshots(draw, true),
    slots(draw),
    seals(draw),
    tableRows(draw, false),
    tableRows(draw, true),
  ]
}

function entries(draw: Draw): Target {
  const made = listOf(originals, (at) => {
    const list = listOf(draw.below(9), () => [`Order-${draw.text()}`, headOf(draw)] as const)
    return { to: at + 1, bytes: encodeEntry(at + 1, new Map(list)) }
  })
  return {
    name: 'entries of groups',
    run: (each) => {
      const { to, bytes } = each.of(made)
      const changed = mutated(bytes, each, each.of(made).bytes)
      const read = decodeEntry(to, changed)
      if (read === null) return 'refused'
      return told(changed.equals(bytes), read, () => decodeEntry(to, bytes))
    },
  }
}

function headOf(draw: Draw): ChainHead {
  const state = draw.of(['open', 'closed', 'deleted'] as const)
  const [version, position] = [1 + draw.below(99), 1 + draw.below(2 ** 31)]
  return { version, position, index: draw.below(90) - 1, state }
}

function heads(draw: Draw): Target {
  const made = listOf(originals, () => encodeHead(headOf(draw)))
  return unguarded('heads of streams', made, (bytes) => decodeHead(bytes))
}

function shapesStored(shapes: ShapeTable): Target {
  const made = listOf(shapes.size, (at) => encodeShape(shapes.get(at + 1)!))
  return {
    name: 'shapes',
    run: (draw) => {
      const number = 1 + draw.below(made.length)
      const bytes = made[number - 1]!
      const changed = mutated(bytes, draw, draw.of(made))
      return outcomeOf(() =>
        told(changed.equals(bytes), decodeShape(number, changed), () => decodeShape(number, bytes)),
      )
    },
  }
}

/** Without a checksum: whatever comes out, it comes out. */
function unguarded(
  name: string,
  made: readonly Buffer[],
  decode: (bytes: Buffer) => unknown,
): Target {
  return {
    name,
    run: (draw) => {
      const bytes = draw.of(made)
      const changed = mutated(bytes, draw, draw.of(made))
      return outcomeOf(() => {
        decode(changed)
        return changed.equals(bytes) ? 'as it was' : 'another value'
      })
    },
  }
}

function snapshots(draw: Draw, areForged: boolean): Target {
  const head = { version: 9, position: 99, state: 'open' } as const
  const made = listOf(originals, (at) => {
    const snapshot: Snapshot = { version: 9, position: 99, stateVersion: 1, state: draw.value() }
    return encodeSnapshot('Order-1', snapshot, at % 2 === 0 ? null : { slot: 1, key: sealKey })
  })
  return {
    name: areForged ? 'snapshots, checksums made to fit' : 'snapshots',
    run: (each) => {
      const bytes = each.of(made)
      const changed = mutated(bytes, each, each.of(made))
      if (areForged && changed.length > 4) changed.writeUInt32BE(crc32(changed.subarray(4)), 0)
      const read = decodeSnapshot(changed, 'Order-1', head, keys)
      if (read === undefined) return 'refused'
      if (areForged) return changed.equals(bytes) ? 'as it was' : 'another value'
      // Part of another snapshot of the same place may be a whole one.
      if (made.some((other) => other.equals(changed))) return 'as it was'
      throw new Violation('another state')
    },
  }
}

function slots(draw: Draw): Target {
  const made = listOf(originals, (at) => encodeSlot(at + 1, at % 4 === 0 ? null : draw.bytes(32)))
  return {
    name: 'keys',
    run: (each) => {
      const at = each.below(made.length)
      const bytes = made[at]!
      const changed = Buffer.alloc(bytes.length)
      mutated(bytes, each, each.of(made)).copy(changed)
      const read = decodeSlot(at + 1, changed)
      if (read === undefined) return 'refused'
      return told(changed.equals(bytes), read, () => decodeSlot(at + 1, bytes))
    },
  }
}

function seals(draw: Draw): Target {
  const made = listOf(originals, () => sealValue(sealKey, 'place', draw.value(), draw.bytes(12)))
  return {
    name: 'seals',
    run: (each) => {
      const bytes = each.of(made)
      const changed = mutated(bytes, each, each.of(made))
      const place = each.below(16) === 0 ? 'elsewhere' : 'place'
      try {
        openSeal(sealKey, place, changed)
      } catch (error) {
        if (error instanceof BrokenSealError) return 'refused'
        throw error
      }
      if (place === 'place' && made.some((other) => other.equals(changed))) return 'as it was'
      throw new Violation('a seal that opens')
    },
  }
}

/** Rows of views and of bookkeeping: through the table that everybody reads them by. */
function tableRows(draw: Draw, areForged: boolean): Target {
  const made = listOf(originals, () => {
    const parts: TableKey = [draw.text(), draw.below(99), null, draw.below(2) === 0]
    const tableKey = parts.slice(draw.below(3))
    const key = encodeTableKey('rows', tableKey)
    const value = draw.value()
    return { tableKey, key, value, bytes: encodeRow(rowsCrc, key, value) }
  })
  let row: { readonly key: Buffer; readonly value: Buffer }
  const database = { getBinaryFast: () => row.value, getRange: () => [row] }
  const table = new LmdbTable('rows', database as unknown as BytesByKey, () => false)
  return {
    name: areForged ? 'rows of tables, checksums made to fit' : 'rows of tables',
    run: (each) => {
      const sound = each.of(made)
      const isLookup = each.below(2) === 0
      const isKeySound = isLookup || each.below(2) === 0
      const key = isKeySound ? sound.key : mutated(sound.key, each, each.of(made).key)
      const value =
        each.below(2) === 0 ? sound.bytes : mutated(sound.bytes, each, each.of(made).bytes)
      row = { key, value: areForged ? withChecksum(key, value) : value }
      return outcomeOf(() => {
        const read = isLookup ? table.get(sound.tableKey) : table.range()
        const same = made.find((one) => one.key.equals(key) && one.bytes.equals(value))
        if (areForged && same === undefined) return 'another value'
        return told(same !== undefined, read, () =>
          isLookup ? same!.value : [{ key: same!.tableKey, value: same!.value }],
        )
      })
    },
  }
}

function withChecksum(key: Buffer, bytes: Buffer): Buffer {
  const forged = Buffer.from(bytes)
  if (forged.length >= 4) forged.writeUInt32BE(crc32(forged.subarray(4), crc32(key, rowsCrc)), 0)
  return forged
}
