/** A soak that is over after a few lives: none of what is done in one breaks a law. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { count } from '../support/counts.js'
import { seed } from '../support/seed.js'
import { chores, type Life } from './draw-life.js'
import { soak } from './soak.js'

/** One of each kind, with everything that there is to do, and one that finds what they left. */
const lives: readonly Life[] = [
  { kind: 'here', workers: 2, chores },
  { kind: 'killed', afterMs: 150 },
  { kind: 'full', workers: 1 },
  { kind: 'here', workers: 1, chores: ['swap', 'deadly'] },
]
const wanted = { commands: 600, backups: 1, kills: 1, refusals: 20 }

test(`nothing breaks under mixed load, with faults, through ${lives.length} lives (seed ${seed})`, async (t) => {
  const { problems, counts, events } = await soak(t, {
    ...{ seed, commandsPerLife: 300, commandsPerSecond: Number.POSITIVE_INFINITY },
    sampleEveryMs: 60_000,
    nextLife: (_random, at) => lives[at] ?? null,
    onSample: () => {},
  })

  count('random kills', counts.kills)
  count('backups under load', counts.backups)
  t.diagnostic(`${events} events; ${JSON.stringify(counts)}`)
  assert.deepEqual(problems, [])
  const { commands, backups, kills, refusals } = counts
  assert.deepEqual({ commands, backups, kills, refusals }, wanted)
  assert.ok(counts.tasksLost > 0)
})
