/**
 * How a script in a child process talks to the test that started it.
 */

import { writeSync } from 'node:fs'

/** How long to wait for the parent to read, before trying again. Milliseconds. */
const fullPauseMs = 1

const never = new Int32Array(new SharedArrayBuffer(4))

/** Written at once, on this thread: what the parent has read has happened before any crash. */
export function say(line: string): void {
  let bytes = Buffer.from(`${line}\n`)
  while (bytes.length > 0) bytes = bytes.subarray(writeSome(bytes))
}

/** What the test passed to this script. */
export function givenOptions<Options>(): Options {
  return JSON.parse(process.argv[2]!) as Options
}

/** @returns how many bytes were taken; none while the parent has too much to read already. */
function writeSome(bytes: Buffer): number {
  try {
    return writeSync(1, bytes)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
    Atomics.wait(never, 0, 0, fullPauseMs)
    return 0
  }
}
