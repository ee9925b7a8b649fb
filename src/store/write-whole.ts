/**
 * Writing all bytes, or failing.
 *
 * One write may take fewer bytes than it was given, without an error: where the disk, or what a process may
 * use of it, ends in between. Only the next one then says why.
 */

import { writeSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'

/** Writes all of `bytes` at a place of the file. */
export async function writeWhole(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done)
    done += bytesWritten
  }
}

/** The same, on this thread. */
export function writeWholeSync(descriptor: number, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(descriptor, bytes, done, bytes.length - done, at + done)
  }
}
