/**
 * Power loss: what a process asked of the disk is recorded, and the disk is built anew as a power cut could
 * have left it, at any moment, with any part of what was not yet durable.
 *
 * `DRAMATIS_PROVE=full` looks at 50,000 images, `DRAMATIS_TEST_SEED` at others.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSeededRandom } from '../../src/base/random.js'
import type { Durability } from '../../src/index.js'
import type { ForgettingOptions } from '../crash/children/forgetting.js'
import { count } from '../support/counts.js'
import type { Scope } from '../support/scope.js'
import { seed } from '../support/seed.js'
import type { CountingOptions } from './children/counting.js'
import { CounterImages } from './counter-images.js'
import { PeopleImages } from './people-images.js'
import { type PowerCut, PowerCuts } from './power-cuts.js'
import { record } from './recorded.js'
import type { DiskCall, Recording } from './recording.js'
import { scratchDirectory } from './scratch.js'
import { imagesMax } from './sizes.js'
import { cannotTrace } from './tracing.js'

/** Every so many images one is taken into service. */
const goOnEvery = 50
const problemsShown = 10

const logFile = 'data/log/data.mdb'
/** What LMDB writes of a meta page takes less. */
const metaBytesMax = 512

function recordCounters(scope: Scope, durability: Durability, rounds = 30): Promise<Recording> {
  const options: Omit<CountingOptions, 'dataDir'> = {
    durability,
    seed,
    lives: 2,
    rounds,
    actors: 8,
  }
  return record(scope, './children/counting.js', options)
}

interface Tally {
  images: number
  torn: number
  lost: number
}

/** Looks at every image; counts them. */
async function look(
  cuts: PowerCuts,
  root: string,
  check: (cut: PowerCut, number: number) => Promise<void>,
): Promise<Tally> {
  const tally = { images: 0, torn: 0, lost: 0 }
  for (const cut of cuts.cutInto(root)) {
    tally.images += 1
    tally.torn += cut.torn
    tally.lost += cut.lost
    await check(cut, tally.images)
  }
  return tally
}

function told({ images, torn, lost }: Tally): string {
  return `seed ${seed}: ${images} images, ${torn} writes torn, ${lost} lost`
}

async function lookAtCounters(
  scope: Scope,
  recording: Recording,
  durability: Durability,
  options: { readonly count: number; readonly to?: number },
): Promise<CounterImages & { readonly line: string }> {
  const root = await scratchDirectory(scope)
  const images = new CounterImages(root, durability, recording)
  const cuts = new PowerCuts(recording, { random: createSeededRandom(seed), ...options })
  const tally = await look(cuts, root, async (cut, number) => {
    await images.check(cut)
    if (number % goOnEvery === 0) await images.goOn(cut)
  })
  const line = `${told(tally)}, ${images.acknowledged} receipts looked for`
  return Object.assign(images, { line })
}

const options = { skip: cannotTrace }

test(
  `every receipt, all or none of a command, and views that fit, after any power cut (seed ${seed})`,
  options,
  async (t) => {
    const recording = await recordCounters(t, 'flush')

    const images = Math.ceil(imagesMax * 0.45)
    const { line, problems, acknowledged } = await lookAtCounters(t, recording, 'flush', {
      count: images,
    })

    count('power-cut images', images)
    t.diagnostic(line)
    assert.deepEqual(problems.slice(0, problemsShown), [])
    assert.ok(acknowledged > images)
  },
)

test(
  `a directory that is being made opens after any power cut (seed ${seed})`,
  options,
  async (t) => {
    const recording = await recordCounters(t, 'flush', 2)
    const to = recording.said[0]!.at

    const images = Math.ceil(imagesMax * 0.15)
    const { line, problems } = await lookAtCounters(t, recording, 'flush', { count: images, to })

    count('power-cut images', images)
    t.diagnostic(line)
    assert.deepEqual(problems.slice(0, problemsShown), [])
  },
)

test(
  `with durability 'commit' a power cut shortens the log, and nothing beside it knows more (seed ${seed})`,
  options,
  async (t) => {
    const recording = await recordCounters(t, 'commit')

    const images = Math.ceil(imagesMax * 0.3)
    const { line, problems, acknowledged } = await lookAtCounters(t, recording, 'commit', {
      count: images,
    })

    count('power-cut images', images)
    t.diagnostic(line)
    assert.deepEqual(problems.slice(0, problemsShown), [])
    assert.ok(acknowledged > images)
  },
)

test(
  `nobody is half forgotten, and no key is missed, after any power cut (seed ${seed})`,
  options,
  async (t) => {
    const names = Object.fromEntries(
      Array.from({ length: 8 }, (_each, at) => [`p${at}`, `Nobody Else Is Called ${at} This Way`]),
    )
    const given: Omit<ForgettingOptions, 'dataDir'> = { names }
    const recording = await record(t, '../crash/children/forgetting.js', given)
    const root = await scratchDirectory(t)
    const people = new PeopleImages(root, names)
    const images = Math.ceil(imagesMax * 0.1)
    const cuts = new PowerCuts(recording, { random: createSeededRandom(seed), count: images })

    const tally = await look(cuts, root, (cut) => people.check(cut))

    count('power-cut images', images)
    t.diagnostic(`${told(tally)}, ${people.read} people read`)
    assert.deepEqual(people.problems.slice(0, problemsShown), [])
    assert.ok(people.read > images)
  },
)

test('receipts that were given before their flush are found to be lost', options, async (t) => {
  const { calls, said } = await recordCounters(t, 'flush', 10)
  const flushes = calls.filter(({ kind, path }) => kind === 'sync' && path === logFile)
  const early = said.map(({ line, at }) => {
    const covering = flushes.findLast(({ begin }) => begin < at)
    return { line, at: line.startsWith('ack') ? covering!.begin : at }
  })

  const given = { calls, said: early }
  const { line, problems } = await lookAtCounters(t, given, 'flush', { count: 60 })

  t.diagnostic(`${line}, ${problems.length} images found wanting`)
  assert.ok(problems.some((problem) => /was acknowledged at \d+ and is not there/.test(problem)))
})

test(
  'views that are written before the log was flushed are found to be ahead of it',
  options,
  async (t) => {
    const { calls, said } = await recordCounters(t, 'commit', 10)
    const ofLog = calls.filter(({ path }) => path === logFile)
    // LMDB flushes pages, then writes where they begin; what is flushed behind that, was for the views.
    const isForOthers = (call: DiskCall): boolean => {
      const before = ofLog[ofLog.indexOf(call) - 1]
      return call.kind === 'sync' && before?.kind === 'write' && before.bytes.length < metaBytesMax
    }

    const given = { calls: calls.filter((call) => !isForOthers(call)), said }
    const { line, problems } = await lookAtCounters(t, given, 'commit', { count: 200 })

    t.diagnostic(`${line}, ${problems.length} images found wanting`)
    assert.ok(problems.some((problem) => /is ahead of the log/.test(problem)))
  },
)
