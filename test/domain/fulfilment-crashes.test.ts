/**
 * Both twins fulfil orders on a disk whose power is cut at any write, and live on.
 *
 * The world outside lives through all crashes, and counts what it did. One order of each twin, whose parcel
 * is lost, so that all that was done for it is taken back, is crashed at every write there is. Of the other
 * stories there are more writes than a test run has time for: the seed picks some of them, and which of the
 * crashes are followed by a second one.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type BooksReport, checkBooks } from '../../actors/fulfilment/books.js'
import choreographed from '../../actors/fulfilment/choreographed/app.js'
import orchestrated from '../../actors/fulfilment/orchestrated/app.js'
import type { OutsidePlan } from '../../actors/fulfilment/outside/outside-plan.js'
import { installPlan } from '../../actors/fulfilment/outside/plan-in-force.js'
import { createSeededRandom } from '../../src/base/random.js'
import type { AppDefinition, Runtime } from '../../src/index.js'
import { SimulatedDisk } from '../../src/testing/index.js'
import { onEnd } from '../support/scope.js'
import { seed } from '../support/seed.js'
import { endsOf, type Fate, type FatedOrders, fulfilFated, ordersOfFates } from './fated-orders.js'

/** Crashes that are tried of each story and each end of the last write. */
const crashesMax = 12
const writesUnreached = 1_000_000
/** What becomes of the last write of a life. */
type InFlight = 'kept' | 'lost'
const ends: readonly InFlight[] = ['kept', 'lost']

/** Orders, and what becomes of each: how it ends, and what the world outside did for it. */
interface Story {
  readonly app: AppDefinition
  readonly fates: readonly Fate[]
  readonly plan?: Partial<OutsidePlan>
  readonly ends: readonly string[]
  /** Crashes at each write, instead of some. */
  readonly everyWrite?: true
}

const lostParcel: Omit<Story, 'app'> = {
  fates: ['lost'],
  ends: ['PARCEL_LOST: charged 1, refunded 1, collected 1'],
  everyWrite: true,
}

const everyFate: Omit<Story, 'app'> = {
  fates: ['paid', 'declined', 'short', 'lost'],
  ends: [
    'delivered: charged 1, refunded 0, collected 1',
    'CARD_DECLINED: charged 1, refunded 0, collected 0',
    'OUT_OF_STOCK: charged 0, refunded 0, collected 0',
    'PARCEL_LOST: charged 1, refunded 1, collected 1',
  ],
}

const stories: Readonly<Record<string, Story>> = {
  'the choreographed twin, which takes an order back': { app: choreographed, ...lostParcel },
  'the orchestrated twin, which takes an order back': { app: orchestrated, ...lostParcel },
  'the choreographed twin': { app: choreographed, ...everyFate },
  'the choreographed twin, which is not told of a payment in time': {
    app: choreographed,
    fates: ['paid'],
    plan: { down: 'charge' },
    ends: ['NOT_PAID_IN_TIME: charged 1, refunded 1, collected 0'],
  },
  'the orchestrated twin': { app: orchestrated, ...everyFate },
  'the orchestrated twin, which is not told of a payment in time': {
    app: orchestrated,
    fates: ['paid'],
    plan: { down: 'charge' },
    // It gives back what may have been charged.
    ends: ['DRAMATIS_SAGA_STEP_TIMEOUT: charged 0, refunded 1, collected 0'],
  },
}

/** How a disk stands. Nothing in it depends on the ids of orders. */
interface Standing {
  readonly ends: readonly string[]
  readonly books: BooksReport
  /** Timers, dead letters, keys that are tried again, and sagas that go on or wait for an operator. */
  readonly left: readonly number[]
}

let batches = 0

/**
 * Lives until a life finishes, then looks.
 *
 * @param lastWrites - Each of these, counted from the one before, ends a life.
 */
async function live(
  { app, fates, plan }: Story,
  lastWrites: readonly number[],
  inFlight: InFlight,
): Promise<{ readonly writes: number; readonly crashes: number; readonly standing: Standing }> {
  const orders = ordersOfFates(`crashed-${batches++}`, fates, plan)
  const disk = new SimulatedDisk()
  for (let crashes = 0; ; crashes++) {
    disk.crashAfter(lastWrites[crashes] ?? writesUnreached, inFlight)
    const end = await disk.live({ app }, (runtime) => fulfilFated(runtime, app.sagas, orders))
    if (end === 'crashed') continue
    const { writes } = disk
    return { writes, crashes, standing: await look(disk, app, orders) }
  }
}

/** What another life sees, which leaves everything as it is. */
async function look(
  disk: SimulatedDisk,
  app: AppDefinition,
  orders: FatedOrders,
): Promise<Standing> {
  let standing: Standing | undefined
  disk.cancelCrash()
  await disk.live({ app }, async (runtime) => {
    const { head } = runtime.log
    for (const { name: handler } of runtime.status().handlers) {
      await runtime.caughtUp(head, { handler })
    }
    standing = {
      ends: await endsOf(runtime, orders),
      books: await checkBooks(runtime),
      left: await leftIn(runtime, app),
    }
    assert.equal(runtime.log.head, head)
  })
  return standing!
}

async function leftIn(runtime: Runtime, { sagas }: AppDefinition): Promise<readonly number[]> {
  const { timers, deadLetters, handlers } = runtime.status()
  const left = [timers.pending, deadLetters.parkedKeys]
  left.push(...handlers.map(({ retryingKeys }) => retryingKeys))
  for (const saga of sagas) {
    await runtime.caughtUp(runtime.log.head, { view: saga.instances })
    for (const status of ['running', 'compensating', 'halted'] as const) {
      left.push((await runtime.saga(saga).list({ status })).rows.length)
    }
  }
  return left
}

interface CrashPlan {
  readonly lastWrites: readonly number[]
  readonly inFlight: InFlight
}

function everyWrite(writes: number): readonly CrashPlan[] {
  return ends.flatMap((inFlight) =>
    Array.from({ length: writes }, (_each, at) => ({ lastWrites: [at + 1], inFlight })),
  )
}

/** Of each share of the writes one, and after every second crash another one. */
function someWrites(writes: number): readonly CrashPlan[] {
  const random = createSeededRandom(seed)
  const upTo = (max: number): number => 1 + Math.floor(random.next() * max)
  return ends.flatMap((inFlight) =>
    Array.from({ length: crashesMax }, (_each, at) => {
      const first = Math.floor((at * writes) / crashesMax) + upTo(writes / crashesMax)
      return { lastWrites: at % 2 === 0 ? [first] : [first, upTo(writes)], inFlight }
    }),
  )
}

describe(`whatever write is the last one before the power is cut, the books balance (seed ${seed})`, () => {
  for (const [name, story] of Object.entries(stories)) {
    test(name, async (t) => {
      onEnd(t, () => installPlan(null))
      const { writes, standing: expected } = await live(story, [], 'kept')
      assert.deepEqual(expected.ends, story.ends)
      assert.ok(expected.books.isSound, JSON.stringify(expected.books))
      assert.deepEqual(
        expected.left.filter((count) => count > 0),
        [],
      )

      let crashed = 0
      const plans = story.everyWrite ? everyWrite(writes) : someWrites(writes)
      for (const { lastWrites, inFlight } of plans) {
        const { crashes, standing } = await live(story, lastWrites, inFlight)

        assert.deepEqual(standing, expected, `${inFlight}: write ${lastWrites.join(', then ')}`)
        crashed += crashes
      }
      t.diagnostic(`${crashed} crashes at ${writes} writes`)
      assert.ok(crashed > plans.length / 2)
    })
  }
})
