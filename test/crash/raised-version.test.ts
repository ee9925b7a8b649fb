/**
 * Kills while a raised version is filled: old rows serve until the new ones are complete, filling goes on
 * from what was committed, and what serves in the end is what the log gives.
 */

import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
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
import type { RaisingOptions } from './children/raising.js'
import { planCommand } from './commands.js'
import { Counter } from './counter.js'
import { SlowTotals } from './slow-app.js'
import { RaisedTotals } from './slow-app-raised.js'

const actors = 24
const commandsPerActor = 400
const livesMax = 40

async function makeDataDir(t: TestContext): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'dramatis-raised-'))
  onEnd(t, () => rm(root, { recursive: true, force: true }))
  return join(root, 'data')
}

/** A directory with rows of the first version. @returns how many events there are. */
async function fill(dataDir: string): Promise<number> {
  const app = new URL('./slow-app.js', import.meta.url)
  const runtime = await openRuntime({ app, dataDir, workers: 1 })
  for (let number = 1; number <= commandsPerActor; number++) {
    const sent = Array.from({ length: actors }, (_each, actor) => {
      const { commandId, aggregateId, amount, parts } = planCommand({ life: 0, actor, number })
      return runtime.actor(Counter, aggregateId).send('count', { amount, parts }, { commandId })
    })
    await Promise.all(sent)
  }
  const { head } = runtime.log
  await runtime.caughtUp(head, { view: SlowTotals, timeoutMs: 60_000 })
  await runtime.close()
  return head
}

/** The positions that a process said it had filled. */
function filledIn(lines: readonly string[]): readonly number[] {
  return lines.flatMap((line) =>
    line.startsWith('filling ') ? [Number(line.slice('filling '.length))] : [],
  )
}

test(`a raised version is filled through kills, and old rows serve until then (seed ${seed})`, async (t) => {
  const dataDir = await makeDataDir(t)
  const random = createSeededRandom(seed)
  const head = await fill(dataDir)
  const problems: string[] = []
  let isSwapped = false
  let reached = 0

  for (let life = 1; life <= livesMax && !isSwapped; life++) {
    const child = new ChildScript(t, new URL('./children/raising.js', import.meta.url), {
      options: { dataDir } satisfies RaisingOptions,
    })
    const serving = await child.said('serving ')
    // Every other life gets far enough to commit something.
    if (life % 2 === 0) await child.said(life > 6 ? 'swapped' : 'filling').catch(() => {})
    await moment(Math.floor(random.next() * 100))
    await child.kill()
    count('random kills', 1)
    if (!/^serving [12] /.test(serving) || !serving.endsWith(` ${head}`)) {
      problems.push(`life ${life} began ${serving} of ${head}`)
    }
    const filled = filledIn(child.lines)
    if (filled.length > 0 && filled[0]! <= reached) problems.push(`life ${life} fell back`)
    reached = Math.max(reached, ...filled)
    isSwapped = child.lines.some((line) => line.startsWith('swapped '))
    const directories = await readdir(join(dataDir, 'views'))
    if (directories.length > 2) problems.push(`life ${life} left ${directories}`)
  }

  assert.deepEqual(problems, [])
  assert.equal(isSwapped, true)
  const app = new URL('./slow-app-raised.js', import.meta.url)
  const runtime = await openRuntime({ app, dataDir, workers: 1 })
  onEnd(t, () => runtime.close())
  const { versionServed, position } = runtime.view(RaisedTotals).status()
  const { differences, rows } = await runtime.verifyView(RaisedTotals)
  assert.deepEqual([versionServed, position, differences, rows], [2, head, 0, actors])
  assert.equal((await readdir(join(dataDir, 'views'))).length, 1)
})
