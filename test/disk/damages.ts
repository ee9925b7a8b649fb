/**
 * Damage to one file of a data directory, as its seed and number have it: flipped bits, a sector of zeros or
 * of noise, pages that changed places or stand in another's, a file cut short.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createSeededRandom, type Random } from '../../src/base/random.js'

const pageBytes = 4_096
const sectorBytes = 512

/** Files, as often as they are damaged. */
const files: readonly string[] = [
  ...Array.from({ length: 10 }, () => 'log/data.mdb'),
  'work/data.mdb',
  'work/data.mdb',
  'keys/data.mdb',
  'keys/slots',
  'views/People@1.1/data.mdb',
  'views/People@1.1/data.mdb',
]

type Damage = (bytes: Buffer, random: Random) => { readonly bytes: Buffer; readonly what: string }

const damages: readonly Damage[] = [
  flipBit,
  flipBit,
  flipBit,
  fillSector(() => 0),
  fillSector((random) => below(random, 256)),
  swapPages,
  copyPage,
  truncate,
]

/** @returns what was done. */
export function damageDirectory(dataDir: string, seed: number, number: number): string {
  const random = createSeededRandom(seed * 1_000_003 + number)
  const file = files[below(random, files.length)]!
  const path = join(dataDir, file)
  const damage = damages[below(random, damages.length)]!
  const { bytes, what } = damage(readFileSync(path), random)
  writeFileSync(path, bytes)
  return `${file}: ${what}`
}

function below(random: Random, end: number): number {
  return Math.floor(random.next() * end)
}

function flipBit(bytes: Buffer, random: Random): ReturnType<Damage> {
  const at = below(random, bytes.length)
  const bit = below(random, 8)
  bytes[at] = bytes[at]! ^ (1 << bit)
  return { bytes, what: `bit ${bit} of byte ${at} flipped` }
}

function fillSector(content: (random: Random) => number): Damage {
  return (bytes, random) => {
    const at = below(random, Math.ceil(bytes.length / sectorBytes)) * sectorBytes
    for (let offset = at; offset < Math.min(at + sectorBytes, bytes.length); offset++) {
      bytes[offset] = content(random)
    }
    return { bytes, what: `sector at ${at} overwritten from ${bytes[at]}` }
  }
}

function swapPages(bytes: Buffer, random: Random): ReturnType<Damage> {
  const [one, other] = [pageIn(bytes, random), pageIn(bytes, random)]
  const kept = Buffer.from(bytes.subarray(one, one + pageBytes))
  bytes.copy(bytes, one, other, other + pageBytes)
  kept.copy(bytes, other)
  return { bytes, what: `pages at ${one} and ${other} swapped` }
}

function copyPage(bytes: Buffer, random: Random): ReturnType<Damage> {
  const [from, to] = [pageIn(bytes, random), pageIn(bytes, random)]
  bytes.copy(bytes, to, from, from + pageBytes)
  return { bytes, what: `page at ${to} is that at ${from}` }
}

function truncate(bytes: Buffer, random: Random): ReturnType<Damage> {
  const length = below(random, bytes.length)
  return { bytes: bytes.subarray(0, length), what: `cut after ${length} of ${bytes.length} bytes` }
}

function pageIn(bytes: Buffer, random: Random): number {
  return below(random, Math.floor(bytes.length / pageBytes) || 1) * pageBytes
}
