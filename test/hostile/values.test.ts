/**
 * Hostile values into everything public that takes values. Each is refused with one typed error, and nothing was
 * written; or it is kept, and reads as it was. The runtime goes on as if nothing had been.
 */

import assert from 'node:assert/strict'
import { after, describe, type TestContext, test } from 'node:test'
import { openRuntime, type Runtime } from '../../src/index.js'
import { TemporaryDirectory } from '../store/temporary.js'
import { count } from '../support/counts.js'
import { onEnd } from '../support/scope.js'
import { app, Keeper, Rows } from './app.js'
import { argumentEntries, type Entry, payloadEntries } from './entries.js'
import { assertFate, type Result, smallValues, valuesAndTexts, withEach } from './fate.js'
import { hostileValues } from './values.js'

let tried = 0

after(() => count('hostile values', tried))

async function open(t: TestContext): Promise<Runtime> {
  const runtime = await openRuntime({ app })
  onEnd(t, () => runtime.close())
  return runtime
}

/** What became of it. Whatever is thrown without a code of ours fails the test. */
async function tryOut(runtime: Runtime, entry: Entry, make: () => unknown): Promise<Result> {
  tried++
  const { head } = runtime.log
  try {
    return { readBack: await entry(runtime, make()) }
  } catch (error) {
    const code = String((error as { code?: unknown } | null)?.code)
    if (!code.startsWith('DRAMATIS_')) throw error
    assert.equal(runtime.log.head, head, 'nothing was written')
    return { code }
  }
}

/** A command works, reads back, and reaches a view. */
async function assertUsable(runtime: Runtime): Promise<void> {
  const { head } = runtime.log
  const probe = runtime.actor(Keeper, 'probe')
  const { position, events } = await probe.send('count', { times: 1 }, { until: { view: Rows } })
  assert.ok(position > head)
  assert.equal(events.length, 1)
  const { values } = await probe.state()
  assert.deepEqual(await runtime.view(Rows).get('probe'), { values })
}

describe('in a payload that takes any value, each is refused, or reads as it was, in', () => {
  for (const [name, entry] of Object.entries(payloadEntries)) {
    test(name, async (t) => {
      const runtime = await open(t)
      // What is large takes its time: the way of all commands is enough for it.
      const isWayOfAll = name === 'a field of a command'
      await withEach(isWayOfAll ? hostileValues : smallValues, async (value) =>
        assertFate(value, await tryOut(runtime, entry, value.make)),
      )

      await assertUsable(runtime)
    })
  }
})

describe('each is refused with a typed error, or taken for what it says, as', () => {
  for (const [name, entry] of Object.entries(argumentEntries)) {
    test(name, async (t) => {
      const runtime = await open(t)
      await withEach(valuesAndTexts, async ({ make }) => {
        await tryOut(runtime, entry, make)
      })

      await assertUsable(runtime)
    })
  }
})

test('what is kept in a directory is there when it is opened again', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const options = { app, dataDir: directory.path, workers: 'inline' } as const
  const before = await openRuntime(options)
  const kept: [number, unknown][] = []
  for (const { make } of smallValues) {
    const result = await tryOut(before, payloadEntries['a field of a command']!, make)
    if ('readBack' in result) kept.push([before.log.head, result.readBack])
  }
  await before.close()

  const runtime = directory.closing(await openRuntime(options))

  for (const [position, value] of kept) {
    for await (const { data } of runtime.log.read({ after: position - 1, to: position })) {
      assert.deepEqual((data as { value: unknown }).value, value)
    }
  }
  await assertUsable(runtime)
})

test('100,000 events of one command are one commit, or none where that is too many', async (t) => {
  const runtime = await open(t)
  const large = await openRuntime({ app, limits: { eventsPerCommandMax: 100_000 } })
  onEnd(t, () => large.close())

  await assert.rejects(runtime.actor(Keeper, 'a').send('count', { times: 100_000 }), {
    code: 'DRAMATIS_OVERLOADED',
  })
  const { events, version } = await large.actor(Keeper, 'a').send('count', { times: 100_000 })

  assert.equal(runtime.log.head, 0)
  assert.deepEqual([events.length, version, large.log.head], [100_000, 100_000, 100_000])
  await assert.rejects(large.actor(Keeper, 'a').send('count', { times: 100_001 }), {
    code: 'DRAMATIS_OVERLOADED',
  })
  await assertUsable(runtime)
  assert.deepEqual(await large.actor(Keeper, 'a').state(), { values: 100_000 })
})
