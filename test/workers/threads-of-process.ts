/** The worker threads of this process, from outside: as they come and go, whoever started them. */

import type { Worker } from 'node:worker_threads'
import { onEnd, type Scope } from '../support/scope.js'

export class ThreadsOfProcess {
  /** Those that have not ended, oldest first. */
  readonly alive = new Set<Worker>()
  /** How many there have been. */
  started = 0
  /** How many have ended by themselves, with code 0: who ends a thread from outside gives it another. */
  exited = 0

  constructor(scope: Scope) {
    const add = (worker: Worker): void => {
      this.started += 1
      this.alive.add(worker)
      worker.once('exit', (code) => {
        if (code === 0) this.exited += 1
        this.alive.delete(worker)
      })
    }
    process.on('worker', add)
    onEnd(scope, () => process.off('worker', add))
  }
}
