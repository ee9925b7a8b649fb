/**
 * When a twin is killed: moments in the middle of its work, drawn from the seed. Pure.
 *
 * Invariants:
 *   - each moment lies in its own quarter, so that no two stretches of work are the same;
 *   - none lies in the last quarter: of what fails less is recorded, so a log may end there.
 */

import { createDice } from '../chance.js'

const quartersKilledIn = 3

/** In events of a log that is expected to come to `eventsAll`; rising, each at least 1. */
export function killMoments(eventsAll: number, seed: number, twin: string): readonly number[] {
  const dice = createDice(seed, `kills of ${twin}`)
  return Array.from({ length: quartersKilledIn }, (_, quarter) =>
    Math.max(1, Math.floor((eventsAll * (quarter + dice.next())) / 4)),
  )
}
