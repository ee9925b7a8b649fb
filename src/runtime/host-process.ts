/**
 * The process that a runtime lives in, as far as a runtime has to do with it.
 *
 * A real one takes the runtime with it when it dies. A simulated one is survived by what was in its
 * memory, which must then hold up nobody: neither the real process nor whoever closes the runtime.
 */

import type { Cancel } from '../base/clock.js'
import { keepProcessAlive } from '../base/keep-alive.js'

export interface HostProcess {
  /** Keeps the process alive until that is cancelled. */
  keepAlive(): Cancel
  /** Resolves when the process has died under the runtime. */
  readonly died: Promise<void>
}

/** The process that this code runs in. */
export function thisProcess(): HostProcess {
  return { keepAlive: keepProcessAlive, died: new Promise(() => {}) }
}
