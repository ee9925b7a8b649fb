/** The runner of a worker: what it opens when tasks name it. */

import assert from 'node:assert/strict'
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openRuntime } from '../../src/index.js'
import { Flight } from '../../src/subscriptions/flight.js'
import { createTaskRunner } from '../../src/subscriptions/worker-runner.js'
import { TemporaryDirectory } from '../store/temporary.js'
import { Counter } from './apps/killers.js'

test('rows that could not be opened are opened at a later turn', async (t) => {
  const { path: dataDir } = await TemporaryDirectory.make(t)
  const app = new URL('./apps/killers.js', import.meta.url)
  const runtime = await openRuntime({ app, dataDir, workers: 'inline' })
  await runtime.actor(Counter, 'a').send('add', { n: 1 })
  await runtime.close()
  const run = await createTaskRunner({ app: app.href, dataDir, durability: 'flush' })
  const turn = (): Promise<unknown> =>
    run(
      {
        task: 'project',
        projector: 'Sums',
        directory: 'Sums@1',
        to: null,
        eventsMax: null,
        budgetMs: 100,
        flight: Flight.allocate(1),
      },
      { post: () => {}, listen: () => {} },
    )
  const rows = join(dataDir, 'views', 'Sums@1')
  renameSync(rows, `${rows} aside`)
  writeFileSync(rows, 'no rows')

  await assert.rejects(turn(), { code: 'DRAMATIS_STORE_UNAVAILABLE' })
  rmSync(rows)
  renameSync(`${rows} aside`, rows)

  assert.equal(((await turn()) as { readonly cursor: number }).cursor, 1)
})
