/**
 * What runs in a worker thread: takes tasks, hands them to the runner of the setup, returns how they
 * ended as plain data.
 *
 * A plain module of our own, so that what a user's module throws while loading is caught here and comes
 * back in one piece. The runner is made once per thread, at the first task.
 */

import type { MessagePort } from 'node:worker_threads'
import { workerData } from 'node:worker_threads'
import { errorToData } from '../base/errors.js'
import { gateOfThread } from '../base/uninterrupted.js'
import type { RunTask, TaskChannel, TaskEnd, WorkerSetup } from './contracts.js'
import { loadModule } from './load-module.js'

/** What the pool posts for one task. */
export interface EntryRequest {
  readonly request: unknown
  readonly port: MessagePort
}

let runner: Promise<RunTask> | null = null

export default async function runInWorker({ request, port }: EntryRequest): Promise<TaskEnd> {
  try {
    port.postMessage({ gate: gateOfThread })
    // One that cannot be made may be made for the next task: what it lacked may be there again.
    runner ??= createRunner().catch((error: unknown) => {
      runner = null
      throw error
    })
    const runTask = await runner
    port.postMessage({ loaded: true })
    const value = await runTask(request, createChannel(port))
    return { outcome: 'returned', value }
  } catch (error) {
    return { outcome: 'failed', error: errorToData(error) }
  } finally {
    // Behind everything posted so far: the host counts the task as ended when this arrives.
    port.postMessage({ last: true })
    port.removeAllListeners('message')
    port.unref()
  }
}

/** Asks for nothing but a thread. */
export function startThread(): void {}

async function createRunner(): Promise<RunTask> {
  // Piscina keeps its own environment in workerData[0] and the user's in workerData[1].
  const data: unknown = Array.isArray(workerData) ? workerData[1] : workerData
  const setup = data as WorkerSetup
  const module = await loadModule(setup.module)
  return await (module.createTaskRunner as (options: unknown) => Promise<RunTask>)(setup.options)
}

function createChannel(port: MessagePort): TaskChannel {
  return {
    post: (message) => port.postMessage({ message }),
    listen: (listener) => {
      port.on('message', listener)
    },
  }
}
