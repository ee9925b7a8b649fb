/**
 * Looking at the pages of a directory's data files before LMDB follows them, whatever the size of the files.
 *
 * Opening one does that for small files only, since it takes about a second per half a gibibyte. Whoever checks a directory
 * has that time; and LMDB would end the process over a page that leads elsewhere. Opens nothing with LMDB.
 */

import { join } from 'node:path'
import { StoreUnavailableError } from '../../errors.js'
import type { VerifyFlow } from '../../verification.js'
import { DataFile } from '../data-file.js'
import { environmentsIn } from './open-existing.js'

/** Pages between two pauses: some milliseconds. */
const pagesPerPause = 1_024

/** @throws {StoreUnavailableError} DRAMATIS_STORE_UNAVAILABLE, with the directory of the file, and the page. */
export async function verifyPages(dataDir: string, flow: VerifyFlow): Promise<void> {
  for (const name of await environmentsIn(dataDir)) await walkFile(join(dataDir, name), flow)
}

async function walkFile(directory: string, flow: VerifyFlow): Promise<void> {
  let looked = 0
  for (const pages of pagesOf(directory)) {
    if (looked % pagesPerPause === 0) await flow.pause('pages', Math.min(looked, pages), pages)
    looked++
  }
}

/** Looks at one page after the other. Yields how many the file has. */
function* pagesOf(directory: string): Generator<number, void> {
  try {
    const file = new DataFile(join(directory, 'data.mdb'))
    try {
      // An empty one is as good as none.
      if (file.bytes === 0) return
      const meta = file.readMeta()
      const pages = Math.floor(file.bytes / meta.pageBytes)
      try {
        for (const _page of file.walk(meta)) yield pages
      } catch (error) {
        // Somebody writes to it: whoever asked will be told that, and pages that were given up say nothing.
        if (file.readMeta().transaction === meta.transaction) throw error
      }
    } finally {
      file.close()
    }
  } catch (cause) {
    throw new StoreUnavailableError(directory, (cause as Error).message, { cause })
  }
}
