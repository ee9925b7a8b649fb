/** Rebuilds that are cut short: by kill -9, by a signal, and between swapping and cleaning up. */

import assert from 'node:assert/strict'
import { readdirSync, readlinkSync } from 'node:fs'
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as moment } from 'node:timers/promises'
import { createSeededRandom } from '../../src/base/random.js'
import { openRuntime, type Runtime, type RuntimeOptions } from '../../src/index.js'
import { ChildScript } from '../support/child-process.js'
import { count } from '../support/counts.js'
import { onEnd } from '../support/scope.js'
import { seed } from '../support/seed.js'
import type { RebuildingOptions } from './children/rebuilding.js'
import { acknowledgementsIn, planCommand } from './commands.js'
import { Counter } from './counter.js'
import { LogAudit } from './log-audit.js'
import { SlowTotals } from './slow-app.js'
import { ViewAudit } from './view-audit.js'
import { createTotalsModel } from './view-models.js'

const actors = 24
const kills = 6
/** What a process says before the moment of its kill is drawn. */
const stages = ['rebuilding', 'progress', 'rebuilt']

async function makeDataDir(t: TestContext): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'dramatis-rebuild-'))
  onEnd(t, () => rm(root, { recursive: true, force: true }))
  return join(root, 'data')
}

async function openSlow(
  t: TestContext,
  dataDir: string,
  workers: NonNullable<RuntimeOptions['workers']>,
): Promise<Runtime> {
  const app = new URL('./slow-app.js', import.meta.url)
  const runtime = await openRuntime({ app, dataDir, workers })
  onEnd(t, () => runtime.close())
  return runtime
}

/** Sends so many commands to every counter, and waits until the view has their events. */
async function countUp(runtime: Runtime, commandsPerActor: number): Promise<void> {
  for (let number = 1; number <= commandsPerActor; number++) {
    const sent = Array.from({ length: actors }, (_each, actor) => {
      const { commandId, aggregateId, amount, parts } = planCommand({ life: 0, actor, number })
      return runtime.actor(Counter, aggregateId).send('count', { amount, parts }, { commandId })
    })
    await Promise.all(sent)
  }
  await runtime.caughtUp(runtime.log.head, { view: SlowTotals, timeoutMs: 30_000 })
}

function startRebuilding(t: TestContext, options: RebuildingOptions): ChildScript {
  return new ChildScript(t, new URL('./children/rebuilding.js', import.meta.url), { options })
}

/** The whole view, in the order of an index. */
async function readAll(runtime: Runtime): Promise<readonly unknown[]> {
  return (await runtime.view(SlowTotals).find({ index: 'bySum' })).rows
}

test(`old rows keep serving through kills during rebuilds, and none piles up (seed ${seed})`, async (t) => {
  const dataDir = await makeDataDir(t)
  const random = createSeededRandom(seed)
  const log = new LogAudit()
  const view = new ViewAudit(createTotalsModel('SlowTotals'))
  const problems: string[] = []
  let progress = 0

  for (let life = 1; life <= kills; life++) {
    const commandsPerActor = life === 1 ? 200 : 1
    const child = startRebuilding(t, { dataDir, life, actors, commandsPerActor })
    await child.said(stages[life % stages.length]!)
    await moment(Math.floor(random.next() * 250))
    await child.kill()
    progress += child.lines.filter((line) => line.startsWith('progress')).length
    await log.readFrom(dataDir)
    log.checkAcknowledged(acknowledgementsIn(child.lines))
    const directories = await child.said('directories ')
    const serving = await child.said('serving ')
    // Those that serve, and those that a rebuild goes on with.
    if (directories.split(',').length > 2) problems.push(`life ${life} found ${directories}`)
    if (Number(serving.slice('serving '.length)) < view.cursor) {
      problems.push(`life ${life} began ${serving} after ${view.cursor}`)
    }
    await view.check(dataDir, log.events)
  }

  count('random kills', kills)
  t.diagnostic(`${kills} kills, ${progress} turns of rebuilds, ${log.events.length} events`)
  assert.deepEqual([...problems, ...log.problems, ...view.problems], [])
  assert.equal(view.checks, kills)
  const runtime = await openSlow(t, dataDir, 2)
  await runtime.caughtUp(runtime.log.head, { view: SlowTotals, timeoutMs: 30_000 })
  const incremental = await readAll(runtime)
  const { events } = await runtime.rebuild(SlowTotals)
  assert.equal(events, log.events.length)
  assert.deepEqual(await readAll(runtime), incremental)
  assert.equal((await readdir(join(dataDir, 'views'))).length, 1)
})

test('rows that a crash left behind after a swap are removed at the next opening', async (t) => {
  const dataDir = await makeDataDir(t)
  const views = join(dataDir, 'views')
  const runtime = await openSlow(t, dataDir, 'inline')
  await countUp(runtime, 2)
  const [before] = await readdir(views)
  await cp(join(views, before!), join(dataDir, 'kept'), { recursive: true })
  await runtime.rebuild(SlowTotals)
  const [after, ...others] = await readdir(views)
  await runtime.close()
  // What a crash between the swap and the removal of the old rows leaves.
  await cp(join(dataDir, 'kept'), join(views, before!), { recursive: true })

  const reopened = await openSlow(t, dataDir, 'inline')

  assert.notEqual(after, before)
  assert.deepEqual(others, [])
  assert.deepEqual(await readdir(views), [after])
  assert.equal(await reopened.view(SlowTotals).count(), actors)
})

test('a rebuild after one that was given up fills rows of its own', async (t) => {
  const runtime = await openSlow(t, await makeDataDir(t), 1)
  await countUp(runtime, 200)
  const rows = await readAll(runtime)
  const controller = new AbortController()
  const onProgress = (): void => controller.abort()
  const { signal } = controller
  await assert.rejects(runtime.rebuild(SlowTotals, { onProgress, signal }), {
    code: 'DRAMATIS_REBUILD_FAILED',
  })

  const { events } = await runtime.rebuild(SlowTotals)
  await runtime.actor(Counter, '0').send('count', { amount: 1, parts: 1 })
  await runtime.caughtUp(runtime.log.head, { view: SlowTotals, timeoutMs: 30_000 })

  assert.equal(events, runtime.log.head - 1)
  const { rows: page } = await runtime.view(SlowTotals).find()
  assert.equal(
    page.reduce((sum, row) => sum + row.events, 0),
    runtime.log.head,
  )
  assert.equal(rows.length, page.length)
})

test('a thread lets go of rows that rebuilds have replaced', async (t) => {
  if (process.platform !== 'linux') return t.skip('open files are listed on Linux only')
  const dataDir = await makeDataDir(t)
  const runtime = await openSlow(t, dataDir, 1)
  await countUp(runtime, 1)

  for (let rebuilds = 0; rebuilds < 5; rebuilds++) await runtime.rebuild(SlowTotals)

  const removed = openFiles().filter((path) => path.includes(dataDir) && path.endsWith('(deleted)'))
  const directories = new Set(removed.map((path) => path.slice(0, path.lastIndexOf('/'))))
  // The last ones, until the thread's next turn.
  assert.ok(directories.size <= 1, [...directories].join())
})

/** What this process has open, removed files included. */
function openFiles(): readonly string[] {
  return readdirSync('/proc/self/fd').flatMap((file) => {
    try {
      return [readlinkSync(`/proc/self/fd/${file}`)]
    } catch {
      // The one that the listing itself was read through.
      return []
    }
  })
}
