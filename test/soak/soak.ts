/**
 * A runtime under mixed load and faults for as long as somebody wants: what it leaks shows.
 *
 * One process opens the same directory again and again, with other work each time; in between, processes of their
 * own are killed over it. What this process holds is watched all the while, so nothing of what it did is kept in
 * memory: receipts go to a file. When the time is over everything is held against the laws.
 *
 * Owns the directory. What a life does is drawn (`draw-life.ts`) and done (`live.ts`) elsewhere.
 */

import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as moment } from 'node:timers/promises'
import { createSeededRandom, type Random } from '../../src/base/random.js'
import type { Runtime } from '../../src/index.js'
import { acknowledgementsIn } from '../crash/commands.js'
import { ErrandsDirectory } from '../crash/errands-directory.js'
import type { Scope } from '../support/scope.js'
import type { Life } from './draw-life.js'
import { type LifeCounts, liveFull, liveHere, noCounts } from './live.js'
import { readSample } from './read-sample.js'
import type { Sample } from './slopes.js'

export interface SoakOptions {
  readonly seed: number
  /** What happens after so many lives; `null`: nothing more. */
  readonly nextLife: (random: Random, lives: number) => Life | null
  /** Commands of counters in one life. */
  readonly commandsPerLife: number
  /** Commands of counters in a second; `Infinity`: as fast as it goes. */
  readonly commandsPerSecond: number
  /** Between two samples. Milliseconds; samples are also taken at the end of each life. */
  readonly sampleEveryMs: number
  readonly onSample: (sample: Sample, counts: SoakCounts) => void
}

export interface SoakCounts extends LifeCounts {
  readonly lives: number
  readonly kills: number
}

export interface SoakResult {
  readonly samples: readonly Sample[]
  readonly counts: SoakCounts
  /** Every law that was broken, and whatever else went wrong. */
  readonly problems: readonly string[]
  /** Events in the log at the end. */
  readonly events: number
}

export async function soak(scope: Scope, options: SoakOptions): Promise<SoakResult> {
  const { seed, nextLife, onSample } = options
  const random = createSeededRandom(seed)
  const directory = await ErrandsDirectory.make(scope)
  const receiptsPath = join(dirname(directory.path), 'receipts')
  const backups = join(dirname(directory.path), 'backups')
  await mkdir(backups)
  const receipts = openSync(receiptsPath, 'a')
  const startedMs = performance.now()
  const samples: Sample[] = []
  let counts: SoakCounts = { ...noCounts, lives: 0, kills: 0 }
  const sample = async (runtime: Runtime): Promise<void> => {
    const now = await readSample(runtime, directory.path, performance.now() - startedMs)
    samples.push(now)
    onSample(now, counts)
  }
  for (;;) {
    const life = nextLife(random, counts.lives)
    if (life === null) break
    if (life.kind === 'killed') {
      const kill = killedAfter(life.afterMs)
      const isKilled = await directory.live({ kill, isUnseen: true })
      counts = { ...counts, lives: counts.lives + 1, kills: counts.kills + (isKilled ? 1 : 0) }
      continue
    }
    // Read by the threads that this life starts.
    Object.assign(process.env, directory.beginLife())
    const number = Number(process.env.DRAMATIS_CRASH_LIFE)
    const place = { dataDir: directory.path, backups, number, random, sample }
    const note = (line: string): void => {
      writeSync(receipts, `${line}\n`)
    }
    const done =
      life.kind === 'full'
        ? await liveFull(place, life)
        : await liveHere({ ...place, ...options, note }, life)
    counts = { ...added(counts, done), lives: counts.lives + 1 }
  }
  closeSync(receipts)
  directory.adopt(acknowledgementsIn(readFileSync(receiptsPath, 'utf8').split('\n')))
  const { head } = await directory.settle()
  return { samples, counts, problems: directory.problems, events: head }
}

type Kill = NonNullable<Parameters<ErrandsDirectory['live']>[0]['kill']>

function killedAfter(afterMs: number): Kill {
  return async (child) => {
    await child.said('opening')
    await Promise.race([moment(afterMs, undefined, { ref: false }), child.ended])
    await child.kill()
  }
}

function added(counts: SoakCounts, done: LifeCounts): SoakCounts {
  const sums = Object.entries(done).map(([name, count]) => [
    name,
    counts[name as keyof LifeCounts] + count,
  ])
  return { ...counts, ...Object.fromEntries(sums) }
}
