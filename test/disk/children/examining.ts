/**
 * Damages copies of a data directory, one after the other, and says what became of each.
 *
 * Says `trying N WHAT` before it looks, so that whoever started it knows which one ended the process, and
 * then `N OUTCOME DETAIL`. Which damage number N is follows from the seed. Expects a directory of counters
 * and of people.
 */

import { cpSync, rmSync } from 'node:fs'
import { givenOptions, say } from '../../support/say.js'
import { damageDirectory } from '../damages.js'
import { examine, readTruth } from '../examination.js'

export interface ExaminingOptions {
  /** A sound directory. Not changed. */
  readonly sound: string
  /** Where the copies are left. */
  readonly scratch: string
  readonly seed: number
  readonly from: number
  readonly to: number
}

const { sound, scratch, seed, from, to } = givenOptions<ExaminingOptions>()
const truth = await readTruth(sound, scratch)
for (let number = from; number < to; number++) {
  rmSync(scratch, { recursive: true, force: true })
  cpSync(sound, scratch, { recursive: true })
  say(`trying ${number} ${damageDirectory(scratch, seed, number)}`)
  const { outcome, detail } = await examine(scratch, truth)
  say(`${number} ${outcome} ${detail.replaceAll('\n', ' ')}`)
}
say('done')
