/**
 * Reading an unsigned 32-bit integer, big-endian.
 *
 * Without the checks of `readUInt32BE`, which take longer than what it does: whoever asks knows that the four
 * bytes are there. Runs several times per event.
 */

/** @returns an integer in [0, 2^32). */
export function u32At(bytes: Uint8Array, at: number): number {
  const low = (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
  return bytes[at]! * 2 ** 24 + low
}
