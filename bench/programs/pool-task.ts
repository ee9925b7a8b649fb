/**
 * What the benchmark of the pool has threads do: count what they are sent.
 *
 * For the pool of the runtime, a runner whose task is over at once, or listens for as long as it is told to;
 * for bare piscina, a function.
 */

import type { RunTask } from '../../src/pool/contracts.js'

/** Plain data, as events are. */
export type Batch = readonly object[]

/** A task: count a batch, or those that come as messages until an empty one does. */
export type PoolRequest = { readonly batch: Batch } | 'listen'

export async function createTaskRunner(): Promise<RunTask> {
  return async (request, channel) => {
    const task = request as PoolRequest
    if (task !== 'listen') return task.batch.length
    await new Promise<void>((resolve) => {
      channel.listen((message) => {
        const { length } = message as Batch
        channel.post(length)
        if (length === 0) resolve()
      })
    })
    return 0
  }
}

/** What bare piscina runs. */
export default function countBatch(batch: Batch): number {
  return batch.length
}
