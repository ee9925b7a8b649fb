/**
 * Processes that do something of everything, killed at any moment from their start to their end.
 *
 * Directories live on, so that every kill is one in the middle of recovering from the kill before.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as moment } from 'node:timers/promises'
import { createSeededRandom, type Random } from '../../src/base/random.js'
import { count } from '../support/counts.js'
import { inLanes } from '../support/lanes.js'
import { scoped } from '../support/scope.js'
import { seed } from '../support/seed.js'
import { sized } from '../support/size.js'
import { ErrandsDirectory } from './errands-directory.js'

/** Other tests kill at random, too: together they have nearly as many again on every day. */
const killsWanted = sized(84, 2_000)
/** Then another directory is begun: looking at one takes longer with every life. */
const killsPerDirectory = 21
/** Directories that live side by side. */
const directoriesMax = 2
/** Lives that were over before they could be killed are no kills; so many of them show that something is wrong. */
const livesPerKillMax = 2
/** No life takes longer. Milliseconds. */
const lifeMsMax = 60_000

/** Kills a directory's processes until it has had its share. */
async function liveThrough(
  directory: ErrandsDirectory,
  kills: number,
  random: Random,
): Promise<void> {
  // How long a life takes from there on, on this machine, as it was last seen.
  let lifeMs = lifeMsMax
  for (let lives = 0; directory.kills < kills && lives < kills * livesPerKillMax; lives++) {
    const share = random.next()
    await directory.live({
      kill: async (child) => {
        await child.said('opening')
        const startedMs = performance.now()
        const afterMs = lives === 0 ? lifeMsMax : share * lifeMs
        await Promise.race([moment(afterMs, undefined, { ref: false }), child.ended])
        if (child.lines.includes('done')) lifeMs = performance.now() - startedMs
        await child.kill()
      },
    })
  }
  await directory.settle()
}

test(`nothing is lost, doubled or left behind by a kill at any moment (seed ${seed})`, async (t) => {
  const numbers = Array.from(
    { length: Math.ceil(killsWanted / killsPerDirectory) },
    (_each, at) => at,
  )

  const directories = await inLanes(numbers, directoriesMax, (at) =>
    scoped(async (scope) => {
      const directory = await ErrandsDirectory.make(scope)
      const random = createSeededRandom(seed * 1_000 + at)
      await liveThrough(directory, killsPerDirectory, random)
      return directory
    }),
  )

  const kills = directories.reduce((sum, each) => sum + each.kills, 0)
  const acknowledged = directories.reduce((sum, each) => sum + each.acknowledged, 0)
  count('random kills', kills)
  t.diagnostic(`${kills} kills, ${acknowledged} commands acknowledged`)
  assert.deepEqual(
    directories.flatMap(({ problems }) => problems.slice(0, 20)),
    [],
  )
  assert.ok(kills >= killsWanted)
})
