/**
 * A directory for one benchmark, gone afterwards whatever happens.
 */

import { mkdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Scratch {
  /** Makes an empty directory in it. @returns its path. */
  directory(name: string): string
}

/** Runs `work`; whatever it opens in the directory is closed when it settles. */
export async function withScratch(work: (scratch: Scratch) => Promise<void>): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'dramatis-bench-'))
  const directory = (name: string): string => {
    const path = join(root, name)
    mkdirSync(path)
    return path
  }
  try {
    await work({ directory })
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}
