/**
 * What every act of the demo is given: the runtime, who is watching, and when to stop.
 */

import type { Runtime } from 'dramatis'
import type { Terminal } from './terminal.js'

export interface Stage {
  readonly runtime: Runtime
  readonly terminal: Terminal
  readonly signal: AbortSignal
}
