/**
 * A process that ends itself at every named place, one life after the other, in directories that live on.
 *
 * So every recovery starts from what another place left behind, and the places of opening are reached by
 * processes that have something to recover. A place that nobody reaches is a failure: it would be believed
 * to be tested.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FailpointName, failpointNames } from '../../src/base/failpoint.js'
import { createSeededRandom, type Random } from '../../src/base/random.js'
import { count } from '../support/counts.js'
import { inLanes } from '../support/lanes.js'
import { type Scope, scoped } from '../support/scope.js'
import { seed } from '../support/seed.js'
import { sized } from '../support/size.js'
import { ErrandsDirectory } from './errands-directory.js'

/** How often every place has its turn. */
const rounds = sized(1, 10)
/** Directories that live side by side, and share the places of a round. */
const directoriesMax = 2

/** The places in an order of the seed's, dealt out to the directories. */
function deal(random: Random): readonly (readonly FailpointName[])[] {
  const order = failpointNames
    .map((name) => ({ name, at: random.next() }))
    .sort((one, other) => one.at - other.at)
    .map(({ name }) => name)
  return Array.from({ length: directoriesMax }, (_each, lane) =>
    order.filter((_name, at) => at % directoriesMax === lane),
  )
}

interface Chain {
  readonly kills: number
  readonly acknowledged: number
  readonly reached: readonly FailpointName[]
  readonly problems: readonly string[]
}

async function liveThrough(scope: Scope, names: readonly FailpointName[]): Promise<Chain> {
  const directory = await ErrandsDirectory.make(scope)
  const reached: FailpointName[] = []
  for (const name of names) {
    // What goes on beside the errands may come too late for a life; not for two of them.
    const isReached =
      (await directory.live({ failpoint: name })) || (await directory.live({ failpoint: name }))
    if (isReached) reached.push(name)
  }
  await directory.settle()
  const { kills, acknowledged, problems } = directory
  return { kills, acknowledged, reached, problems }
}

test(`nothing is lost, doubled or left behind by a kill at any named place (seed ${seed})`, async (t) => {
  const random = createSeededRandom(seed)
  const shares = Array.from({ length: rounds }, () => deal(random)).flat()

  const chains = await inLanes(shares, directoriesMax, (names) =>
    scoped((scope) => liveThrough(scope, names)),
  )

  const sum = (of: 'kills' | 'acknowledged'): number =>
    chains.reduce((total, each) => total + each[of], 0)
  const reached = new Set(chains.flatMap((each) => each.reached))
  count('failpoints', sum('kills'))
  t.diagnostic(
    `${sum('kills')} kills at ${reached.size} places, ${sum('acknowledged')} commands acknowledged`,
  )
  assert.deepEqual(
    chains.flatMap(({ problems }) => problems.slice(0, 20)),
    [],
  )
  assert.deepEqual(
    failpointNames.filter((name) => !reached.has(name)),
    [],
    'places that no process was killed at',
  )
})
