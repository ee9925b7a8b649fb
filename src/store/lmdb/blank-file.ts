/**
 * The data file of an environment in which nothing was written yet, made so that no power cut and no full
 * disk leaves half of one.
 *
 * LMDB would write its two first pages into a file of its final name and flush them with its first commit.
 * Until then a power cut may keep either page without the other, which LMDB then refuses for ever; and
 * where the write fails, its binding crashes the process. So the two pages are written and flushed under
 * another name first, and linked to the final one: it is there whole or not at all.
 *
 * Only where the two pages are known to the byte: elsewhere LMDB makes the file, as it always did.
 */

import { link, mkdtemp, open, rm } from 'node:fs/promises'
import { arch, endianness, platform } from 'node:os'
import { dirname, join } from 'node:path'
import { syncPath } from '../durable-directory.js'
import { writeWhole } from '../write-whole.js'

const pageBytes = 4_096
const isKnown = platform() !== 'win32' && arch() === 'x64' && endianness() === 'LE'

/** Makes a data file, unless there is one, or its content is left to LMDB. Durable when it resolves. */
export async function placeBlankFile(path: string): Promise<void> {
  // Not reached by tests: they run where the pages are known.
  if (!isKnown) return
  // Another process may be making it too: each in a place of its own.
  const place = await mkdtemp(`${path}.`)
  try {
    const making = join(place, 'blank')
    await writeDurably(making, blankPages())
    await link(making, path)
    await syncPath(dirname(path))
  } catch (error) {
    // Whoever was faster has made the same.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}

/** The pages that LMDB begins with: two empty metas. */
export function blankPages(): Buffer {
  return Buffer.concat([metaPage(0), metaPage(1)])
}

/** Numbers at their offsets, in the byte order of the machine; everything else is zero. */
function metaPage(number: number): Buffer {
  const page = Buffer.alloc(pageBytes)
  page.writeUInt32LE(number, 0)
  page.writeUInt16LE(isMeta, 18)
  page.writeUInt32LE(0xbeefc0de, 24)
  page.writeUInt32LE(2, 28)
  page.writeUInt32LE(mapBytes, 40)
  page.writeUInt32LE(pageBytes, 48)
  page.writeUInt16LE(hasIntegerKeys, 52)
  // No page of free space, no page of tables, and the last page that is used.
  page.writeBigInt64LE(-1n, 88)
  page.writeBigInt64LE(-1n, 136)
  page.writeUInt32LE(1, 144)
  return page
}

const isMeta = 0x08
const hasIntegerKeys = 0x08
/** What LMDB maps at first; it grows. */
const mapBytes = 131_072

async function writeDurably(path: string, bytes: Buffer): Promise<void> {
  const file = await open(path, 'wx', 0o664)
  try {
    await writeWhole(file, bytes, 0)
    await file.sync()
  } finally {
    await file.close()
  }
}
