/**
 * What harnesses say that they counted, so that `npm run prove` can gather it.
 *
 * Each appends lines of JSON to the file that `DRAMATIS_COUNTS` names. Nothing happens where that is not set.
 */

import { appendFileSync } from 'node:fs'
import { seed as testSeed } from './seed.js'

export type CountName =
  | 'random kills'
  | 'system call kills'
  | 'failpoints'
  | 'power-cut images'
  | 'injected I/O errors'
  | 'corruptions'
  | 'worker terminations'
  | 'hostile handlers'
  | 'simulation seeds'
  | 'model runs'
  | 'fuzz inputs'
  | 'backups under load'
  | 'hostile values'
  | 'workers started and stopped'

/** What stands on a line of the file. */
export interface CountLine {
  readonly name: CountName
  readonly count: number
  readonly seed: number
}

/**
 * Called once something was done, not before.
 *
 * @param n - How many of it. Several calls add up.
 * @param seed - What they were drawn from; the first one of several.
 */
export function count(name: CountName, n: number, seed: number = testSeed): void {
  const path = process.env.DRAMATIS_COUNTS
  if (path === undefined || path === '') return
  const line: CountLine = { name, count: n, seed }
  appendFileSync(path, `${JSON.stringify(line)}\n`)
}
