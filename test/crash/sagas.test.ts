/**
 * A saga with compensation whose process is killed between every two commits of its log.
 *
 * Proves, with real processes and LMDB: whichever events of an order were the last that became durable, the
 * lives after them come to the same end, act once, and leave nothing behind: no instance, timer or parked key.
 * Every commit is atomic, so a kill between two events of one commit cannot be seen by anybody.
 *
 * Does not prove: that it survives a loss of power (the machine stays on), or kills between the writes beside
 * the log, such as positions of handlers: each write is crashed on a simulated disk. Nor how often the world
 * outside was asked: in here it dies with its process, and answers as it did before.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import app from '../../actors/fulfilment/orchestrated/app.js'
import { installPlan } from '../../actors/fulfilment/outside/plan-in-force.js'
import { createSeededRandom } from '../../src/base/random.js'
import { openRuntime } from '../../src/index.js'
import { TemporaryDirectory } from '../store/temporary.js'
import { ChildScript } from '../support/child-process.js'
import { onEnd, type Scope } from '../support/scope.js'
import { seed } from '../support/seed.js'
import type { FulfillingOptions } from './children/fulfilling.js'
import { fulfilOrder, type OrderFacts, plans, readOrderFacts } from './order-story.js'

/** More events than the story has. */
const unreached = 1_000
/** Fewer commits than the long story has, so that kills that do not come show. */
const killsMin = 20
/** From one kill to the next one that is tried. */
const eventsSkippedMax = 6

/** @returns whether it was killed on the way. */
async function live(t: Scope, options: FulfillingOptions): Promise<'killed' | 'finished'> {
  const child = new ChildScript(t, new URL('./children/fulfilling.js', import.meta.url), {
    options,
  })
  const { code, signal } = await child.ended
  assert.equal(child.errors, '')
  if (signal === 'SIGKILL') return 'killed'
  assert.deepEqual([code, child.lines], [0, ['finished']])
  return 'finished'
}

/** How a directory stands that nobody has open. Looking changes nothing. */
async function look(dataDir: string): Promise<OrderFacts> {
  const runtime = await openRuntime({ app, dataDir, workers: 'inline' })
  const { head } = runtime.log
  const facts = await readOrderFacts(runtime)
  assert.equal(runtime.log.head, head)
  await runtime.close()
  return facts
}

/** It was taken back, and nothing is wrong with it. */
function assertCompensated({ books, brokenOnTheWay, instances, problems }: OrderFacts): void {
  assert.deepEqual(
    instances.map(({ status, open, notUndone }) => [status, open, notUndone]),
    [['compensated', [[], [], null, []], []]],
  )
  assert.deepEqual([problems, brokenOnTheWay], [[], []])
  assert.deepEqual([books.isSound, books.figures.compensated], [true, 1], JSON.stringify(books))
}

describe('a saga whose process is killed', { concurrency: true }, () => {
  test('at every commit, one after the other, takes back what it did, once', async (t) => {
    const misfortune = 'the parcel is lost'
    const calm = await TemporaryDirectory.make(t)
    const { path: dataDir } = await TemporaryDirectory.make(t)
    await live(t, { dataDir: calm.path, misfortune, eventsMax: unreached })
    const expected = await look(calm.path)

    let kills = 0
    while ((await live(t, { dataDir, misfortune, eventsMax: 1 })) === 'killed') kills++

    const facts = await look(dataDir)
    t.diagnostic(`${kills} kills`)
    assertCompensated(facts)
    const { refundedCents, capturedCents, taken } = facts.books.figures
    assert.deepEqual([refundedCents, taken], [capturedCents, 3])
    assert.deepEqual(facts, expected)
    assert.ok(kills >= killsMin)
  })

  test(`once, after some commit, takes back what it did in its second life (seed ${seed})`, async (t) => {
    const misfortune = 'the payment is declined'
    installPlan(plans[misfortune])
    onEnd(t, () => installPlan(null))
    const undisturbed = await openRuntime({ app })
    onEnd(t, () => undisturbed.close())
    await fulfilOrder(undisturbed)
    const expected = await readOrderFacts(undisturbed)

    const random = createSeededRandom(seed)
    const someEvents = (): number => 1 + Math.floor(random.next() * eventsSkippedMax)
    const killedAt: number[] = []
    for (let eventsMax = someEvents(); ; eventsMax = killedAt.at(-1)! + someEvents()) {
      const { path: dataDir } = await TemporaryDirectory.make(t)
      if ((await live(t, { dataDir, misfortune, eventsMax })) === 'finished') break
      const runtime = await openRuntime({ app, dataDir, workers: 'inline' })
      killedAt.push(runtime.log.head)
      await fulfilOrder(runtime)

      const facts = await readOrderFacts(runtime)
      await runtime.close()
      assertCompensated(facts)
      assert.deepEqual([facts.books.figures.available, facts.books.figures.capturedCents], [3, 0])
      assert.deepEqual(facts, expected, `killed after event ${eventsMax}`)
    }
    t.diagnostic(`killed after events ${killedAt.join(', ')}`)
    assert.ok(killedAt.length >= 3)
  })
})
