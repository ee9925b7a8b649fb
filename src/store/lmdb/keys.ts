/**
 * How the log's tables write their keys.
 *
 * Positions and shape numbers are 8 bytes, big-endian, so that they sort by value; names are plain
 * UTF-8. Both are written straight into the buffer that LMDB reads. Runs per event.
 */

/** The part of lmdb's key encoder that it calls. */
export interface KeyEncoder<Key> {
  writeKey(key: Key, target: Buffer, start: number): number
  readKey(source: Buffer, start: number, end: number): Key
}

/** Positions: integers up to 2^53. */
export const positionKeys: KeyEncoder<number> = Object.freeze({
  writeKey: (key: number, target: Buffer, start: number): number => {
    const high = Math.floor(key / 2 ** 32)
    target[start] = high >>> 24
    target[start + 1] = high >>> 16
    target[start + 2] = high >>> 8
    target[start + 3] = high
    target[start + 4] = key >>> 24
    target[start + 5] = key >>> 16
    target[start + 6] = key >>> 8
    target[start + 7] = key
    return start + 8
  },
  readKey: (source: Buffer, start: number): number =>
    source.readUInt32BE(start) * 2 ** 32 + source.readUInt32BE(start + 4),
})

/** Hashes and what follows them: even numbers of hexadecimal digits. */
export const hexKeys: KeyEncoder<string> = Object.freeze({
  // Reading a table from its beginning, lmdb writes a Buffer for a key, whatever the table's keys are.
  writeKey: (key: string, target: Buffer, start: number): number =>
    typeof key === 'string' ? start + target.write(key, start, 'hex') : start,
  readKey: (source: Buffer, start: number, end: number): string =>
    source.toString('hex', start, end),
})

/** Names and stream ids: well-formed strings, bounded where they come in. */
export const textKeys: KeyEncoder<string> = Object.freeze({
  // Clearing a table, lmdb writes an empty Buffer for a key, whatever the table's keys are.
  writeKey: (key: string, target: Buffer, start: number): number =>
    typeof key === 'string' ? start + target.write(key, start, 'utf8') : start,
  readKey: (source: Buffer, start: number, end: number): string =>
    source.toString('utf8', start, end),
})
