/** Tasks for pools: each request says what its task does. */

import { threadId } from 'node:worker_threads'
import type { RunTask } from '../../../src/pool/contracts.js'

export async function createTaskRunner(options: unknown): Promise<RunTask> {
  return async (request, channel) => {
    const { what } = request as { what: string }
    if (what === 'options') return options
    if (what === 'thread') {
      // Held until the host says so, so that several tasks are under way at a time.
      await new Promise((resolve) => channel.listen(resolve))
      return threadId
    }
    if (what === 'throw') throw Object.assign(new Error('no'), { code: 'NO' })
    if (what === 'count') for (let n = 0; n < 100; n++) channel.post(n)
    if (what === 'echo') {
      return await new Promise((resolve) => {
        const heard: unknown[] = []
        channel.listen((message) => {
          if (message === 'end') resolve(heard)
          else heard.push(message)
        })
      })
    }
    if (what === 'loop') {
      channel.post('looping')
      await new Promise((resolve) => setImmediate(resolve))
      for (;;);
    }
    if (what === 'spoil') {
      Map.prototype.get = () => {
        throw new Error('broken')
      }
    }
    if (what === 'exit') process.exit(5)
    if (what === 'never') await new Promise(() => {})
    return what
  }
}
