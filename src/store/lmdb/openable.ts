/**
 * What must be true of a directory before LMDB may open it.
 *
 * LMDB's binding crashes the process when opening fails, instead of throwing; so whatever can be
 * found out beforehand is: rights, that the file is LMDB's own, that it is all there,
 * and, where that takes no time, that its pages lead where they should.
 */

import { constants, existsSync } from 'node:fs'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { DataFile } from './data-file.js'

/** Files up to this size have all of their pages looked at. That takes some milliseconds. */
const walkedBytesMax = 16 * 1024 * 1024

/** Throws unless the directory can be written and what is in it can be opened. */
export async function assertOpenable(path: string): Promise<void> {
  await access(path, constants.R_OK | constants.W_OK | constants.X_OK)
  await assertWritable(join(path, 'lock.mdb'))
  const dataFile = join(path, 'data.mdb')
  await assertWritable(dataFile)
  assertLmdbFile(dataFile)
}

async function assertWritable(path: string): Promise<void> {
  try {
    await access(path, constants.R_OK | constants.W_OK)
  } catch (error) {
    if (!isMissing(error)) throw error
  }
}

/**
 * A file that is missing or empty will be created by LMDB. One that ends early, or whose pages lead
 * elsewhere, would end the process where LMDB follows them.
 */
function assertLmdbFile(path: string): void {
  if (!existsSync(path)) return
  const file = new DataFile(path)
  try {
    if (file.bytes > 0) assertSound(path, file)
  } finally {
    file.close()
  }
}

function assertSound(path: string, file: DataFile): void {
  const meta = file.readMeta()
  // In this order: a commit on another thread writes its pages first.
  const { bytes } = file
  const pages = Math.floor(bytes / meta.pageBytes)
  // LMDB does not write what it freed at the end, so that a short file may be whole all the same.
  const isShort = meta.lastPage >= pages
  if (!isShort && bytes > walkedBytesMax) return
  try {
    for (const _page of file.walk(meta));
  } catch (cause) {
    // Where somebody else writes meanwhile, it was looked at when they opened it.
    // Not reached by tests: the other's commit would have to fall between the two looks.
    if (file.readMeta().transaction !== meta.transaction) return
    const found = isShort ? `only ${pages} of ${meta.lastPage + 1} pages` : (cause as Error).message
    throw new Error(`${path} is damaged: expected sound pages, found ${found}`, { cause })
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}
