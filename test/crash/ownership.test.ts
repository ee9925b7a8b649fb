/** Who may open a data directory that another process has, had, or was about to make. */

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as moment } from 'node:timers/promises'
import { createSeededRandom } from '../../src/base/random.js'
import { openRuntime } from '../../src/index.js'
import { ChildScript } from '../support/child-process.js'
import { count } from '../support/counts.js'
import { onEnd } from '../support/scope.js'
import { seed } from '../support/seed.js'
import type { LoadingOptions } from './children/loading.js'
import { Counter, Totals } from './counter.js'
import viewsApp from './views-app.js'

async function makeDataDir(t: TestContext): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'dramatis-owners-'))
  onEnd(t, () => rm(root, { recursive: true, force: true }))
  return join(root, 'data')
}

function startLoading(t: TestContext, dataDir: string): ChildScript {
  const options: LoadingOptions = { dataDir, workers: 1, life: 1, seed, actors: 4, inFlight: 1 }
  return new ChildScript(t, new URL('./children/loading.js', import.meta.url), { options })
}

/** A process that owns the directory and works on it. */
async function startOwner(t: TestContext, dataDir: string): Promise<ChildScript> {
  const owner = startLoading(t, dataDir)
  await owner.said('under way')
  return owner
}

function startOpening(t: TestContext, dataDir: string): ChildScript {
  return new ChildScript(t, new URL('./children/opening.js', import.meta.url), {
    options: { dataDir },
  })
}

test('a second process is refused while the first lives, and the first is unharmed', async (t) => {
  const dataDir = await makeDataDir(t)
  const owner = await startOwner(t, dataDir)
  const second = startOpening(t, dataDir)

  const answer = await second.said('')
  await assert.rejects(openRuntime({ app: viewsApp, dataDir }), {
    code: 'DRAMATIS_STORE_LOCKED',
    ownerPid: owner.pid,
  })

  assert.equal(answer, `refused DRAMATIS_STORE_LOCKED ${owner.pid}`)
  assert.deepEqual(await second.ended, { code: 0, signal: null })
  await owner.saysNext('ack')
  assert.equal(owner.errors, '')
})

test('after kill -9 of its owner a directory opens at the first attempt', async (t) => {
  const dataDir = await makeDataDir(t)
  const owner = await startOwner(t, dataDir)

  await owner.kill()
  const runtime = await openRuntime({ app: viewsApp, dataDir })

  onEnd(t, () => runtime.close())
  assert.equal(runtime.status().store.epoch, 2)
  assert.ok(runtime.log.head > 0)
})

test('of several processes that find a killed owner exactly one opens the directory', async (t) => {
  const dataDir = await makeDataDir(t)
  const owner = await startOwner(t, dataDir)
  await owner.kill()

  const heirs = [1, 2, 3].map(() => startOpening(t, dataDir))
  const answers = await Promise.all(heirs.map((heir) => heir.said('')))

  const winner = answers.indexOf('opened 2')
  const refused = `refused DRAMATIS_STORE_LOCKED ${heirs[winner]?.pid}`
  assert.deepEqual(
    answers,
    answers.map((_each, at) => (at === winner ? 'opened 2' : refused)),
  )
})

test(`a directory whose making was killed opens like a new one (seed ${seed})`, async (t) => {
  const random = createSeededRandom(seed)
  const leave = async (): Promise<string> => {
    const dataDir = await makeDataDir(t)
    const maker = startLoading(t, dataDir)
    await maker.said('opening')
    await moment(Math.floor(random.next() * 50))
    await maker.kill()
    return dataDir
  }

  for (let left = 0; left < 8; left += 2) {
    for (const dataDir of await Promise.all([leave(), leave()])) {
      const runtime = await openRuntime({ app: viewsApp, dataDir })
      const counter = runtime.actor(Counter, 'first')
      const receipt = await counter.send('count', { amount: 1, parts: 3 })
      await runtime.caughtUp(receipt.position, { view: Totals })

      assert.equal(receipt.version, 3)
      assert.equal((await runtime.view(Totals).get('first'))?.events, 3)
      await runtime.close()
      count('random kills', 1)
    }
  }
})
