/**
 * The CRC-32 with which to start so that some first bytes lead to a given one.
 *
 * A checksum of the part of a buffer behind those bytes can then be asked of the whole buffer: making a view of
 * the part takes longer than this. Each step of a CRC can be undone: the highest byte of what it led to says
 * which entry of the table was mixed in. Runs per event.
 *
 * Source: Stigge, Plotz, Mueller, Redlich, "Reversing CRC: Theory and Practice" (2006), section 3.
 */

/** The reversed polynomial of zlib's CRC-32. */
const polynomial = 0xedb88320

/** What each lowest byte of a register mixes in. */
const table: Int32Array = Int32Array.from({ length: 256 }, (_, byte) => {
  let register = byte
  for (let bit = 0; bit < 8; bit++) {
    register = register & 1 ? (register >>> 1) ^ polynomial : register >>> 1
  }
  return register
})

/** Which entry of the table has that highest byte. */
const entryOf: Uint8Array = new Uint8Array(256)
for (const [entry, mixed] of table.entries()) entryOf[mixed >>> 24] = entry

/**
 * @param crc - What the first bytes are to lead to. Unsigned, 32 bits.
 * @param count - How many bytes those are, from the beginning of `bytes`.
 * @returns the value to hand to `crc32` together with all of the bytes. Unsigned, 32 bits.
 */
export function crcBefore(crc: number, bytes: Uint8Array, count: number): number {
  let register = ~crc
  for (let at = count - 1; at >= 0; at--) {
    const entry = entryOf[register >>> 24]!
    register = ((register ^ table[entry]!) << 8) | (entry ^ bytes[at]!)
  }
  return ~register >>> 0
}
