/**
 * A process that ends itself at every named place, one life after the other, in directories that live on.
 *
 * So every recovery starts from what another place left behind, and the places of opening are reached by
 * processes that have something to recover. A place that nobody reaches is a failure: it would be believed
 * to be tested.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failpointNames } from '../../src/base/failpoint.js'
import { createSeededRandom } from '../../src/base/random.js'
import { seed } from '../support/seed.js'
import { size } from '../support/size.js'
import { ErrandsDirectory } from './errands-directory.js'

/** Directories that live side by side. */
const directoriesMax = 2

/** The places in an order of the seed's; again and again for larger sizes. */
function shuffledNames(): readonly string[] {
  const random = createSeededRandom(seed)
  const rounds = Array.from({ length: Math.max(1, Math.floor(size)) }, () =>
    failpointNames
      .map((name) => ({ name, at: random.next() }))
      .sort((one, other) => one.at - other.at)
      .map(({ name }) => name),
  )
  return rounds.flat()
}

test(`nothing is lost, doubled or left behind by a kill at any named place (seed ${seed})`, async (t) => {
  const names = [...shuffledNames()]
  const reached = new Set<string>()
  const chain = async (): Promise<ErrandsDirectory> => {
    const directory = await ErrandsDirectory.make(t)
    for (let name = names.shift(); name !== undefined; name = names.shift()) {
      // What goes on beside the errands may come too late for a life; not for two of them.
      const isReached =
        (await directory.live({ failpoint: name })) || (await directory.live({ failpoint: name }))
      if (isReached) reached.add(name)
    }
    await directory.settle()
    return directory
  }

  const directories = await Promise.all(Array.from({ length: directoriesMax }, chain))

  const kills = directories.reduce((sum, each) => sum + each.kills, 0)
  const acknowledged = directories.reduce((sum, each) => sum + each.acknowledged, 0)
  t.diagnostic(`${kills} kills at ${reached.size} places, ${acknowledged} commands acknowledged`)
  assert.deepEqual(
    directories.flatMap(({ problems }) => problems.slice(0, 20)),
    [],
  )
  assert.deepEqual(
    failpointNames.filter((name) => !reached.has(name)),
    [],
    'places that no process was killed at',
  )
})
