/** Directories for files that are written thousands of times: in memory, where the system has a place. */

import { accessSync, constants } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onEnd, type Scope } from '../support/scope.js'

const inMemory = '/dev/shm'

export async function scratchDirectory(scope: Scope): Promise<string> {
  const root = await mkdtemp(join(isWritable(inMemory) ? inMemory : tmpdir(), 'dramatis-disk-'))
  onEnd(scope, () => rm(root, { recursive: true, force: true }))
  return root
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}
