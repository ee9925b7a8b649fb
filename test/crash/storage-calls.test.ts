/**
 * Processes killed in place of a system call that would have changed what is on the disk: between any two
 * pages, between pages and their flush, between a flush and the page that makes it count, between two names.
 *
 * Every place gets a directory of its own, so that it is the same place as in the life that was looked at. The
 * process that recovers is killed as well, at a place of the seed's; the one after it has to finish everything.
 */

import assert from 'node:assert/strict'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { createSeededRandom, type Random } from '../../src/base/random.js'
import { count } from '../support/counts.js'
import { inLanes } from '../support/lanes.js'
import { type Scope, scoped } from '../support/scope.js'
import { seed } from '../support/seed.js'
import { provenShare, size } from '../support/size.js'
import {
  canTrace,
  killingAt,
  type NotedCalls,
  noting,
  readCalls,
  type StorageCall,
} from './storage-calls.js'
import { type TracedDirectory, tracedWorkloads } from './traced-workloads.js'

/** Of each workload, where tests run after every change: each leads to one or two kills. */
const placesDaily = 14
/** Of the places that were seen once, so many may be missed: the end of a life is not always the same. */
const missedShareMax = 0.05
const directoriesMax = 2
const problemsShown = 20

type Make = (scope: Scope) => Promise<TracedDirectory>

/** What one place led to. */
interface Tried {
  /** Whether the process was killed there. */
  readonly isKilled: boolean
  readonly kills: number
  readonly problems: readonly string[]
}

/** What a life makes that nobody kills. */
function look(make: Make): Promise<NotedCalls> {
  return scoped(async (scope) => {
    const directory = await make(scope)
    const root = dirname(directory.path)
    const trace = join(root, 'trace')
    await directory.live({ under: noting(trace) })
    await directory.settle()
    assert.deepEqual(directory.problems, [])
    return await readCalls(trace, root)
  })
}

/** All of them where everything is proved; else some, in the order in which they come. */
function placesOf(calls: readonly StorageCall[], random: Random): readonly StorageCall[] {
  const wanted =
    provenShare === null ? Math.ceil(placesDaily * size) : Math.ceil(calls.length * provenShare)
  const drawn = calls
    .map((call, at) => ({ call, at, order: random.next() }))
    .sort((one, other) => one.order - other.order)
    .slice(0, wanted)
  return drawn.sort((one, other) => one.at - other.at).map(({ call }) => call)
}

function tryPlace(make: Make, place: StorageCall, after: StorageCall): Promise<Tried> {
  return scoped(async (scope) => {
    const directory = await make(scope)
    const root = dirname(directory.path)
    const isKilled = await directory.live({ under: killingAt(place, root) })
    const isKilledAgain = await directory.live({ under: killingAt(after, root) })
    await directory.settle()
    const told = `${JSON.stringify(place)}, then ${JSON.stringify(after)}`
    const problems = directory.problems.map((problem) => `${told}: ${problem}`)
    return { isKilled, kills: Number(isKilled) + Number(isKilledAgain), problems }
  })
}

for (const [name, make] of Object.entries(tracedWorkloads)) {
  test(`nothing is lost, doubled or left behind by a kill at a storage call, of ${name} (seed ${seed})`, async (t) => {
    if (!canTrace()) return t.skip('strace cannot be used here')
    const random = createSeededRandom(seed)
    const { made, calls } = await look(make)
    const pairs = placesOf(calls, random).map((place) => ({
      place,
      after: calls[Math.floor(random.next() * calls.length)]!,
    }))

    const tried = await inLanes(pairs, directoriesMax, ({ place, after }) =>
      tryPlace(make, place, after),
    )

    const kills = tried.reduce((sum, each) => sum + each.kills, 0)
    const missed = pairs.flatMap(({ place }, at) => (tried[at]!.isKilled ? [] : [place]))
    count('system call kills', kills)
    t.diagnostic(`${made} calls at ${calls.length} places, ${pairs.length} of them tried`)
    t.diagnostic(`${kills} kills, missed: ${JSON.stringify(missed)}`)
    assert.deepEqual(tried.flatMap(({ problems }) => problems).slice(0, problemsShown), [])
    assert.ok(missed.length <= Math.max(1, pairs.length * missedShareMax))
  })
}
