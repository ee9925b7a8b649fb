/**
 * The hash that spreads keys over partitions.
 *
 * It is part of the storage format: a key's partition must never change between versions, machines
 * or processes, so neither may this function. FNV-1a over UTF-16 code units, with the finaliser of
 * MurmurHash3 so that similar ids spread evenly. Runs per event.
 *
 * Source: Fowler, Noll, Vo, "FNV hash"; Appleby, "MurmurHash3" (fmix32).
 */

/** @returns An unsigned 32-bit integer. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** The partition of a key, in [0, partitions). */
export function partitionOf(hash: number, partitions: number): number {
  return hash % partitions
}
