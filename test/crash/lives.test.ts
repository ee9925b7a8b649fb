/**
 * Thirty processes killed in the middle of their work, and what the next one finds.
 *
 * Two directories live through fifteen kills each, side by side, and through a few more that come
 * while a process is still opening. Log and views are compared after every kill. All problems of all
 * lives are collected first; each test then asserts that there are none of its kind. The last test
 * goes on killing, so it stands last.
 */

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openRuntime, type Runtime } from '../../src/index.js'
import { canonical } from '../support/canonical.js'
import { count } from '../support/counts.js'
import { onEnd, type Scope, SuiteScope } from '../support/scope.js'
import { seed } from '../support/seed.js'
import type { Settlement } from './children/settling.js'
import { Counter, Newest, Totals } from './counter.js'
import { CrashedDirectory, type LifePlan } from './crashed-directory.js'
import type { DeliveryAudit } from './delivery-audit.js'
import viewsApp from './views-app.js'

const killsUnderWay = 15
const killsWhileOpening = 2
/** A child that hangs must not hang the tests. Milliseconds. */
const hookOptions = { timeout: 300_000 }
/** Problems shown of each kind. */
const problemsShown = 20

/** A directory after its last kill, and how it stood once the next process was done with it. */
interface Story {
  readonly directory: CrashedDirectory
  readonly settlement: Settlement
}

async function liveThroughKills(
  scope: Scope,
  storySeed: number,
  workersByTurns: readonly LifePlan['workers'][],
): Promise<Story> {
  const directory = await CrashedDirectory.make(scope, storySeed)
  for (let life = 0; life < killsUnderWay; life++) {
    const workers = workersByTurns[life % workersByTurns.length]!
    if (life % 9 === 4) await directory.live(directory.planBirth(workers))
    await directory.live(directory.planLife(workers))
  }
  return { directory, settlement: await directory.settle({ workers: 2, redrive: false }, false) }
}

function auditDeliveries({ directory, settlement }: Story, redrivenIn?: number): DeliveryAudit {
  const audit = directory.auditDeliveries(redrivenIn)
  audit.checkAgainst(directory.log, settlement)
  return audit
}

/** Every row of both views. */
async function readRows(runtime: Runtime): Promise<readonly (readonly unknown[])[]> {
  const [totals, newest] = await Promise.all([
    runtime.view(Totals).find(),
    runtime.view(Newest).find(),
  ])
  return [totals.rows, newest.rows]
}

function assertNone(audits: readonly { readonly problems: readonly string[] }[]): void {
  assert.deepEqual(
    audits.flatMap(({ problems }) => problems.slice(0, problemsShown)),
    [],
  )
}

function sumOf<Each>(all: readonly Each[], count: (each: Each) => number): number {
  return all.reduce((sum, each) => sum + count(each), 0)
}

describe(`thirty processes, killed one after the other (seed ${seed})`, () => {
  const scope = new SuiteScope()
  let stories: readonly Story[]
  let directories: readonly CrashedDirectory[]

  before(async () => {
    stories = await Promise.all([
      liveThroughKills(scope, seed * 1_000 + 1, [1, 2]),
      liveThroughKills(scope, seed * 1_000 + 2, [2, 1, 'inline']),
    ])
    directories = stories.map(({ directory }) => directory)
  }, hookOptions)
  after(() => scope.release())

  test('no acknowledged event is lost through 30 kill -9', async (t) => {
    const rereadings = await Promise.all(directories.map((directory) => directory.readAgain()))

    const kills = sumOf(directories, (directory) => directory.kills)
    const acknowledged = sumOf(directories, ({ log }) => log.acknowledged)
    count('random kills', kills)
    t.diagnostic(`${kills} kills, ${acknowledged} acknowledged commands`)
    assert.equal(kills, 2 * (killsUnderWay + killsWhileOpening))
    assert.ok(acknowledged > kills)
    assertNone(directories.map(({ log }) => log))
    assertNone(rereadings)
  })

  test('a view takes each event exactly once through 30 kill -9', async (t) => {
    for (const directory of directories) await directory.checkViews()

    const views = directories.flatMap((directory) => directory.views)
    t.diagnostic(`${sumOf(views, ({ checks }) => checks)} times compared with the log`)
    assertNone(views)
    for (const { log, views: both } of directories) {
      assert.deepEqual(
        both.map(({ cursor }) => cursor),
        [log.events.length, log.events.length],
      )
    }
  })

  test('an actor comes back with the state that its events lead to', async (t) => {
    for (const { path, log } of directories) {
      const runtime = await openRuntime({ app: viewsApp, dataDir: path })
      onEnd(t, () => runtime.close())
      for (const streamId of log.streamIds) {
        const id = streamId.slice('Counter-'.length)

        const state = await runtime.actor(Counter, id).state()

        const sum = (await runtime.view(Totals).get(id))?.sum
        assert.deepEqual(state, { events: log.versionOf(streamId), sum })
      }
      await runtime.close()
    }
  })

  test('with 1 thread, with 2 and inline, views are the same and rebuilt the same', async (t) => {
    for (const { path, views } of directories) {
      const expected = canonical(views.map(({ rows }) => rows))
      for (const workers of ['inline', 2, 1] as const) {
        const app = new URL('./views-app.js', import.meta.url)
        const runtime = await openRuntime({ app, dataDir: path, workers })
        onEnd(t, () => runtime.close())
        assert.equal(canonical(await readRows(runtime)), expected)

        await runtime.rebuild(Totals)
        await runtime.rebuild(Newest)

        assert.equal(canonical(await readRows(runtime)), expected)
        await runtime.close()
      }
    }
  })

  test('a handler handles every event, each key in order, through 30 kill -9', (t) => {
    const audits = stories.map((story) => auditDeliveries(story))

    t.diagnostic(`${sumOf(audits, ({ deliveries }) => deliveries)} deliveries`)
    assertNone(audits)
  })

  test('attempts and parked keys survive 30 kill -9', () => {
    const audits = stories.map((story) => {
      const { directory, settlement } = story
      const audit = auditDeliveries(story)
      audit.checkParked(directory.log, settlement, directory.kills)
      return audit
    })

    assertNone(audits)
  })

  test('a redrive that is killed again and again goes on in order', async () => {
    const { directory, settlement: before } = stories[0]!
    const redrivenIn = directory.nextLife
    const redriven = `redriven ${before.letters.length}`

    await directory.settleUntilKilled({ workers: 1, redrive: true }, redriven, 5)
    await directory.settleUntilKilled({ workers: 2, redrive: false }, 'opened', 25)
    await directory.settleUntilKilled({ workers: 1, redrive: false }, 'opened', 25)
    const settlement = await directory.settle({ workers: 2, redrive: false }, true)

    assertNone([auditDeliveries({ directory, settlement }, redrivenIn)])
    assert.deepEqual(settlement.letters, [])
  })
})
