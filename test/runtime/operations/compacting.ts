/** Compacts a data directory and kills itself at the step that it is told. A child of `compact-store.test.ts`. */

import {
  type CompactStep,
  compactWithFailpoint,
} from '../../../src/runtime/operations/compact-store.js'

export interface CompactingOptions {
  readonly dataDir: string
  /** Which step, from 0. */
  readonly killAt: number
}

const { dataDir, killAt } = JSON.parse(process.argv[2]!) as CompactingOptions
let steps = 0

await compactWithFailpoint(dataDir, {}, (step: CompactStep) => {
  process.stdout.write(`${step}\n`)
  if (steps++ === killAt) process.kill(process.pid, 'SIGKILL')
})
process.stdout.write('done\n')
