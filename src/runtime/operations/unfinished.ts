/**
 * A directory that appears whole or not at all: made beside its place under another name, then renamed.
 *
 * Whatever goes wrong before that, it is removed; what a crash leaves is removed by the next attempt.
 */

import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DramatisError } from '../../base/errors.js'
import { syncPath } from '../../store/durable-directory.js'
import { CopyFailedError, DirectoryNotEmptyError } from '../../store/errors.js'

/** What the name of a directory ends with that is not finished. */
export const unfinishedSuffix = '.unfinished'

/**
 * @param fill - Fills the directory it is given, which is empty.
 * @throws {DirectoryNotEmptyError} DRAMATIS_DIRECTORY_NOT_EMPTY
 * @throws {CopyFailedError} DRAMATIS_COPY_FAILED, and whatever documented error `fill` throws.
 */
export async function finishWhole<T>(
  directory: string,
  fill: (unfinished: string) => Promise<T>,
): Promise<T> {
  await assertEmpty(directory)
  const unfinished = `${directory}${unfinishedSuffix}`
  try {
    await rm(unfinished, { recursive: true, force: true })
    await mkdir(unfinished, { recursive: true })
    const result = await fill(unfinished)
    await rmdir(directory).catch(ignoreMissing)
    await rename(unfinished, directory)
    await syncPath(dirname(directory))
    return result
  } catch (error) {
    // Where it cannot be removed, because it could not be made, there is nothing of it.
    await rm(unfinished, { recursive: true, force: true }).catch(ignore)
    throw asCopyFailed(directory, error)
  }
}

/** An error of the file system, or of LMDB, as the documented one. Documented ones and reasons of signals pass. */
function asCopyFailed(directory: string, error: unknown): unknown {
  if (error instanceof DramatisError) return error
  const { code } = error as { readonly code?: unknown }
  const isSystem = typeof code === 'number' || (typeof code === 'string' && /^E[A-Z]+$/.test(code))
  if (!isSystem) return error
  return new CopyFailedError(directory, (error as Error).message, { cause: error })
}

async function assertEmpty(directory: string): Promise<void> {
  let found: readonly string[]
  try {
    found = await readdir(directory)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw new CopyFailedError(directory, (error as Error).message, { cause: error })
  }
  if (found.length > 0) throw new DirectoryNotEmptyError(directory)
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}

function ignore(): void {}
