/**
 * Directories that survive a power cut.
 *
 * A file or directory is there after a power cut only when the directory that names it was flushed after
 * it was made; so is that one only when its own was, up to one that was there before.
 */

import { mkdir, open } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/** Makes a directory, with those above it that are missing. Durable when it resolves. */
export async function makeDurableDirectory(path: string): Promise<void> {
  const wanted = resolve(path)
  const first = await mkdir(wanted, { recursive: true })
  if (first === undefined) return await syncFoundEntry(wanted)
  for (let made = wanted; ; made = dirname(made)) {
    await syncPath(dirname(made))
    if (made === resolve(first)) return
  }
}

/** Whoever made a directory that is found may have died before it was durable. */
async function syncFoundEntry(path: string): Promise<void> {
  try {
    await syncPath(dirname(path))
  } catch (error) {
    // Then it is not one of ours: a directory above it that may not be read.
    const { code } = error as NodeJS.ErrnoException
    // Not reached by tests: it would have to vanish, or its disk to fail, at this moment.
    if (code !== 'EACCES' && code !== 'EPERM') throw error
  }
}

/** Flushes a file, or the entries of a directory. */
export async function syncPath(path: string): Promise<void> {
  // Windows has no flush of directories, and keeps their entries in a journal.
  // Not reached by tests: they run on Linux.
  if (process.platform === 'win32') return
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
