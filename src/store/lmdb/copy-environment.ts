/**
 * Copying an environment as of one moment, while others read and write it.
 *
 * LMDB copies what one of its transactions sees, on a thread of its own. A copy is flushed before it counts. It is opened
 * through a handle of its own, which keeps the environment open until the copy is through, whoever closes it meanwhile.
 *
 * Plain copies have the pages of the original, also those that hold nothing any more; compact ones only those that hold
 * something, in order.
 */

import { copyFile, mkdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { syncPath } from '../durable-directory.js'
import { openEnvironment, syncCreated } from './environment.js'

/**
 * @param from - Directory of an environment.
 * @param to - Directory that is made for the copy.
 * @returns bytes of the copy.
 */
export async function copyEnvironment(
  from: string,
  to: string,
  isCompact: boolean,
): Promise<number> {
  await mkdir(to, { recursive: true })
  const environment = await openEnvironment(from, 'flush')
  try {
    await environment.backup(to, isCompact)
  } finally {
    await environment.close()
  }
  await syncCreated(to)
  return (await stat(join(to, 'data.mdb'))).size
}

/** Copies a file that nobody writes meanwhile. @returns its bytes. */
export async function copySynced(from: string, to: string): Promise<number> {
  await copyFile(from, to)
  await syncPath(to)
  await syncPath(dirname(to))
  return (await stat(to)).size
}
