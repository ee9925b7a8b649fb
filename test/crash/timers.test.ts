/** Timers of a process that is killed. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openRuntime } from '../../src/index.js'
import { TimerWatch } from '../runtime/timers/watching.js'
import { TemporaryDirectory } from '../store/temporary.js'
import { ChildScript } from '../support/child-process.js'
import type { FiringOptions } from './children/firing.js'
import { Tally, tallyApp } from './tally.js'

test('a timer whose process is killed between its command and the note of that acts once', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const options: FiringOptions = { dataDir: directory.path }
  const child = new ChildScript(t, new URL('./children/firing.js', import.meta.url), { options })
  const { signal } = await child.ended
  assert.equal(signal, 'SIGKILL', child.errors)

  const watch = new TimerWatch(t)
  const runtime = directory.closing(
    await openRuntime({ app: tallyApp, dataDir: directory.path, workers: 'inline' }),
  )
  const headThen = runtime.log.head
  const { occurrence, lateMs } = await watch.heard('fired', 'count')

  assert.equal(headThen, 1)
  assert.equal(occurrence, 1)
  assert.ok(lateMs! > 0)
  assert.deepEqual(await runtime.actor(Tally, '1').state(), { sum: 1 })
  assert.equal((await runtime.timers.get('count'))!.occurrence, 2)
})
