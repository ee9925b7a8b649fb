/**
 * What harnesses have counted: how many processes they killed, inputs they tried, faults they injected.
 *
 * One line of JSON for each count, appended to the file that `DRAMATIS_COUNTS` names; nothing where it names none.
 */

import { appendFileSync } from 'node:fs'

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

/** Says how often something was done. @param seed - What it was drawn from. */
export function count(name: CountName, n: number, seed?: number): void {
  const file = process.env.DRAMATIS_COUNTS
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ name, count: n, seed })}\n`)
}
