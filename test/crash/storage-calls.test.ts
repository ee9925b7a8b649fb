/**
 * Processes killed in place of a system call that would have changed what is on the disk: between any two
 * pages, between pages and their flush, between a flush and the page that makes it count, between two names.
 */

import assert from 'node:assert/strict'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { createSeededRandom, type Random } from '../../src/base/random.js'
import { seed } from '../support/seed.js'
import { size } from '../support/size.js'
import { ErrandsDirectory } from './errands-directory.js'
import { canTrace, killingAt, noting, readCalls, type StorageCall } from './storage-calls.js'

const killsWanted = Math.ceil(60 * size)
const directoriesMax = 2
/** Not every life makes as many calls as the first: so many lives show that something is wrong. */
const livesPerKillMax = 2

/** @returns the calls that were killed at. */
async function liveThrough(
  directory: ErrandsDirectory,
  kills: number,
  random: Random,
): Promise<readonly StorageCall[]> {
  const trace = join(dirname(directory.path), 'trace')
  await directory.live({ under: noting(trace) })
  const calls = await readCalls(trace)
  const killedAt: StorageCall[] = []
  for (let lives = 0; killedAt.length < kills && lives < kills * livesPerKillMax; lives++) {
    const call = calls[Math.floor(random.next() * calls.length)]!
    if (await directory.live({ under: killingAt(call) })) killedAt.push(call)
  }
  await directory.settle()
  return killedAt
}

test(`nothing is lost, doubled or left behind by a kill at any storage call (seed ${seed})`, async (t) => {
  if (!canTrace()) return t.skip('strace cannot be used here')
  const killedAt: StorageCall[] = []
  const directories = await Promise.all(
    Array.from({ length: directoriesMax }, async (_each, at) => {
      const directory = await ErrandsDirectory.make(t)
      const random = createSeededRandom(seed * 1_000 + at)
      const kills = Math.ceil(killsWanted / directoriesMax)
      killedAt.push(...(await liveThrough(directory, kills, random)))
      return directory
    }),
  )

  const counts = new Map<string, number>()
  for (const { name } of killedAt) counts.set(name, (counts.get(name) ?? 0) + 1)
  t.diagnostic(`kills at ${[...counts].map(([name, times]) => `${times} ${name}`).join(', ')}`)
  assert.deepEqual(
    directories.flatMap(({ problems }) => problems.slice(0, 20)),
    [],
  )
  assert.ok(killedAt.length >= killsWanted)
})
