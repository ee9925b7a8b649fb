/**
 * What must be true of a directory before LMDB may open it.
 *
 * LMDB's binding crashes the process when opening fails, instead of throwing; so whatever can be
 * found out beforehand is: rights, and that the file is LMDB's own.
 */

import { constants } from 'node:fs'
import { access, open } from 'node:fs/promises'
import { join } from 'node:path'

/** Bytes 24 to 31 of every data file: LMDB's magic number and the version of its format. */
const magic = 0xbeefc0de
const formatVersion = 2
const markAt = 24
const markBytes = 8

/** Throws unless the directory can be written and what is in it can be opened. */
export async function assertOpenable(path: string): Promise<void> {
  await access(path, constants.R_OK | constants.W_OK | constants.X_OK)
  await assertWritable(join(path, 'lock.mdb'))
  const dataFile = join(path, 'data.mdb')
  await assertWritable(dataFile)
  await assertLmdbFile(dataFile)
}

async function assertWritable(path: string): Promise<void> {
  try {
    await access(path, constants.R_OK | constants.W_OK)
  } catch (error) {
    if (!isMissing(error)) throw error
  }
}

/** A file that is missing or empty will be created by LMDB. */
async function assertLmdbFile(path: string): Promise<void> {
  const mark = await readMark(path)
  if (mark === undefined) return
  // Written in the byte order of the machine, which for every platform of Node's is this one.
  const isLmdb =
    mark.length === markBytes &&
    mark.readUInt32LE(0) === magic &&
    mark.readUInt32LE(4) === formatVersion
  if (!isLmdb) throw new Error(`${path} is not an LMDB data file of version ${formatVersion}`)
}

async function readMark(path: string): Promise<Buffer | undefined> {
  try {
    const file = await open(path, 'r')
    try {
      if ((await file.stat()).size === 0) return undefined
      const { buffer, bytesRead } = await file.read(Buffer.alloc(markBytes), 0, markBytes, markAt)
      return buffer.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}
