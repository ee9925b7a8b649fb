/**
 * Loaded into a demo process by `--import`: kills it, without any warning, after so many occurrences.
 *
 * Commands, commits and batches of readers are counted on the runtime's own diagnostics channels, so
 * that a number names a moment in the middle of things: between a commit and its receipts, say.
 */

import { subscribe } from 'node:diagnostics_channel'
import { isMainThread } from 'node:worker_threads'

let left = Number(process.env.DRAMATIS_TEST_KILL_AFTER)

if (isMainThread) {
  for (const name of ['command', 'commit', 'batch', 'park']) {
    subscribe(`dramatis:${name}`, () => {
      if (--left === 0) process.kill(process.pid, 'SIGKILL')
    })
  }
}
