/** The error of whoever reads from a simulated disk in a life that is over. */

import { DramatisError } from '../base/errors.js'

/** The runtime's disk has lost its power: as far as the runtime is concerned, its process is dead. */
export class PowerLostError extends DramatisError {
  readonly code = 'DRAMATIS_POWER_LOST'
  /** Writes of the disk until then, the one in flight included. */
  readonly writes: number

  constructor(writes: number, lastWrite: string | null) {
    super(
      `Expected the simulated disk to have power, found it lost at write ${writes} ` +
        `(${lastWrite ?? 'before anything was written'}). ` +
        'Nothing more is written: open another runtime on the disk.',
    )
    this.writes = writes
  }
}
