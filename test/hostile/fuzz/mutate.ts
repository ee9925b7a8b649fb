/**
 * Damage to bytes and to texts: what disks do, and what somebody does who knows the formats.
 */

import type { Draw } from './draw.js'

/** Bytes with which MessagePack begins long, nested or strange values. */
const heads = [
  0xc1, 0xc4, 0xc6, 0xc7, 0xc9, 0xcb, 0xcf, 0xd4, 0xd6, 0xd9, 0xdb, 0xdc, 0xdd, 0xde, 0xdf,
]
/** Extensions that its decoder knows by heart: dates, errors, sets, records, references, texts in bundles. */
const extensions = [0x00, 0x42, 0x62, 0x65, 0x69, 0x70, 0x72, 0x73, 0x74, 0x78, 0xff]
const numbers = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0xffff_ffff, 0x0100_0000]
const pieces = [
  ...['"', '{', '[', '}', ']', ',', ':', '\\', '\\u0000', '\\ud800', '\n', '\0', '\ufeff', ' '],
  ...['null', 'true', '-0', '1e999', '1e308', '-1', '0.5', '9007199254740993', '""', '{}', '[]'],
  ...[
    '"__proto__":',
    '"constructor":',
    '"$date"',
    '"$bytes"',
    '"$',
    '$$',
    '"end":',
    '[[[[[[[[',
    '{"a":',
  ],
]

type Mutation = (bytes: Buffer, draw: Draw, other: Buffer) => Buffer

const mutations: readonly Mutation[] = [
  flipBit,
  flipBit,
  flipBit,
  (bytes, draw) => written(bytes, draw, Buffer.from([draw.below(256)])),
  (bytes, draw) => written(bytes, draw, Buffer.from([draw.of(heads), draw.below(256)])),
  (bytes, draw) => written(bytes, draw, Buffer.from([0xd4 + draw.below(5), draw.of(extensions)])),
  (bytes, draw) => written(bytes, draw, numberBytes(draw)),
  (bytes, draw) => written(bytes, draw, draw.bytes(1 + draw.below(8))),
  (bytes, draw) => bytes.subarray(0, draw.below(bytes.length + 1)),
  (bytes, draw) => Buffer.concat([bytes, draw.bytes(1 + draw.below(16))]),
  (bytes, draw) => spliced(bytes, draw, Buffer.alloc(0)),
  (bytes, draw) => spliced(bytes, draw, draw.bytes(draw.below(16))),
  (bytes, draw) => spliced(bytes, draw, rangeOf(bytes, draw)),
  (bytes, draw, other) => spliced(bytes, draw, rangeOf(other, draw)),
  (bytes, draw, other) => {
    const at = draw.below(bytes.length + 1)
    return Buffer.concat([bytes.subarray(0, at), other.subarray(at)])
  },
]

/** Changed bytes; now and then by several changes. @param other - Another sound one, to take parts of. */
export function mutated(bytes: Buffer, draw: Draw, other: Buffer): Buffer {
  let changed = Buffer.from(bytes)
  for (let times = draw.below(3); times >= 0; times--) {
    changed = Buffer.from(draw.of(mutations)(changed, draw, other))
  }
  return changed
}

/** The same for a text, which gets pieces of its own kind too. It stays text. */
export function mutatedText(text: string, draw: Draw, other: string): string {
  const kind = draw.below(4)
  if (kind === 0) return mutated(Buffer.from(text), draw, Buffer.from(other)).toString('utf8')
  const at = draw.below(text.length + 1)
  const piece = kind === 1 ? draw.of(pieces).repeat(1 + draw.below(3)) : draw.of(pieces)
  const end = kind === 3 ? at : Math.min(text.length, at + draw.below(12))
  return text.slice(0, at) + piece + text.slice(end)
}

function flipBit(bytes: Buffer, draw: Draw): Buffer {
  if (bytes.length > 0) bytes[draw.below(bytes.length)]! ^= 1 << draw.below(8)
  return bytes
}

/** Over what is there. */
function written(bytes: Buffer, draw: Draw, piece: Buffer): Buffer {
  piece.copy(bytes, draw.below(bytes.length + 1))
  return bytes
}

function spliced(bytes: Buffer, draw: Draw, piece: Buffer): Buffer {
  const at = draw.below(bytes.length + 1)
  const end = Math.min(bytes.length, at + draw.below(24))
  return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(end)])
}

function rangeOf(bytes: Buffer, draw: Draw): Buffer {
  const at = draw.below(bytes.length + 1)
  return bytes.subarray(at, at + draw.below(32))
}

function numberBytes(draw: Draw): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(draw.of(numbers))
  return bytes.subarray(draw.below(4))
}
