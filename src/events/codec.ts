/**
 * The codec: event values to MessagePack and back. The only file that imports `msgpackr`.
 *
 * Plain MessagePack, no records and no shared structures: bytes that any reader of the format
 * understands, for ever. What may be encoded is `values.ts`; where bytes go is the store's affair.
 * Runs per event.
 */

import { Packr, RESERVE_START_SPACE, Unpackr } from 'msgpackr'
import type { EventValue } from './event.js'

const options = {
  useRecords: false,
  mapsAsObjects: true,
  int64AsType: 'bigint',
  copyBuffers: true,
  useToJSON: false,
  // Map headers of one byte where they suffice: 6 % smaller orders for 8 % more encoding time.
  variableMapSize: true,
} as const
const packr = new Packr(options)
const unpackr = new Unpackr(options)

/**
 * Encodes a value.
 *
 * @param reserveBytes - Leaves so many bytes free in front, for a header. Integer in [0, 255].
 * @returns A buffer of its own place in memory, safe to keep until it is written.
 */
export function encodeValue(value: unknown, reserveBytes = 0): Buffer {
  return packr.pack(value, RESERVE_START_SPACE | reserveBytes)
}

/**
 * Decodes what {@link encodeValue} made. Copies: the bytes may be reused afterwards.
 *
 * @param start - Where the value begins in `bytes`.
 * @param end - Where it ends. @throws whatever msgpackr throws on bytes that are no MessagePack.
 */
export function decodeValue(bytes: Uint8Array, start = 0, end: number = bytes.length): EventValue {
  const { byteOffset } = bytes
  const range = { start: byteOffset + start, end: byteOffset + end }
  return unpackr.unpack(wholeOf(bytes), range) as EventValue
}

/** All of the memory that was decoded from last. */
let whole: Buffer = Buffer.alloc(0)

/**
 * All of the memory that bytes lie in: records are views of one place that is used again and again.
 *
 * msgpackr keeps a view of its own for each buffer that it is given, which takes as long as decoding a
 * small record.
 */
function wholeOf({ buffer }: Uint8Array): Buffer {
  if (whole.buffer !== buffer) whole = Buffer.from(buffer)
  return whole
}
