/** Sagas of every kind whose power is cut at every write there is, and what is left of them. */

import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { createSeededRandom } from '../../src/base/random.js'
import { type AppDefinition, defineApp } from '../../src/define/app.js'
import { SimulatedDisk } from '../../src/testing/index.js'
import { onEnd } from '../support/scope.js'
import { seed } from '../support/seed.js'
import { Outside, type OutsideCall } from './outside.js'
import { readFacts, type SagaFacts } from './saga-audit.js'
import { Account, Room, Trip } from './travel.js'
import { Gate } from './trip-sagas.js'
import { createScenarios, type Scenario } from './trip-scenarios.js'

const modes = ['kept', 'lost'] as const
/** Pairs of crashes that are tried of each scenario. */
const pairs = 12

/** A disk, the world beside it, and one scenario in both. */
class Place {
  readonly disk = new SimulatedDisk()
  readonly outside = new Outside()
  readonly scenario: Scenario
  readonly app: AppDefinition
  facts: SagaFacts | null = null

  constructor(t: TestContext, name: string) {
    onEnd(t, () => this.disk.cutPower())
    this.scenario = createScenarios(this.outside)[name]!
    this.app = defineApp({ actors: [Trip, Room, Account, Gate], sagas: [this.scenario.saga] })
  }

  /** Lives until one finishes, crashing at these writes, each counted from the crash before. */
  async live(crashes: readonly number[], mode: (typeof modes)[number] = 'lost'): Promise<number> {
    const left = [...crashes]
    for (let lives = 1; ; lives++) {
      const next = left.shift()
      if (next !== undefined) this.disk.crashAfter(next, mode)
      const end = await this.disk.live({ app: this.app }, this.scenario.live)
      if (end === 'finished') return lives
    }
  }

  /** What another life sees, and that it leaves everything as it is. */
  async look(): Promise<SagaFacts> {
    const { app, disk, scenario } = this
    disk.cancelCrash()
    let facts: SagaFacts | undefined
    await disk.live({ app }, async (runtime) => {
      const { head } = runtime.log
      await runtime.caughtUp(head, { handler: scenario.saga.name, key: 't1' })
      await runtime.caughtUp(head, { view: scenario.saga.instances })
      facts = await readFacts(runtime, [scenario.saga])
      assert.equal(runtime.log.head, head)
    })
    return facts!
  }
}

/** Compares what was called, once however often it was: of every step the same key. */
function assertCalled(
  found: readonly OutsideCall[],
  expected: readonly OutsideCall[],
  spared: readonly string[] = [],
): void {
  const namesOf = (calls: readonly OutsideCall[]): string[] => {
    const wanted = calls.filter(({ step }) => !spared.includes(step))
    const names = wanted.map(
      ({ sagaId, step, attempt, key }) => `${sagaId} ${step} ${attempt} ${key}`,
    )
    return [...new Set(names)].sort()
  }
  assert.deepEqual(namesOf(found), namesOf(expected))
}

describe(`a saga whose disk loses its power (seed ${seed})`, () => {
  for (const name of Object.keys(createScenarios(new Outside()))) {
    test(`${name}, whichever write is the last of a life`, async (t) => {
      const calm = new Place(t, name)
      await calm.live([])
      const { writes } = calm.disk
      const expected = await calm.look()
      const { scenario, outside } = calm
      assert.deepEqual(expected.problems, [])
      assert.equal((expected.instances[0] as { status: string }).status, scenario.end)
      if (process.env.SHOW) console.log(name, writes)
      const random = createSeededRandom(seed)
      const pick = (): number => 1 + Math.floor(random.next() * writes)
      const plans = modes.flatMap((mode) => [
        ...Array.from({ length: writes }, (_, at) => ({ mode, crashes: [at + 1] })),
        ...Array.from({ length: pairs }, () => ({ mode, crashes: [pick(), pick()] })),
      ])

      for (const { mode, crashes } of plans) {
        const what = `${mode} at write ${crashes.join(', then ')}`
        const place = new Place(t, name)
        await place.live(crashes, mode).catch((error) => {
          throw new Error(what, { cause: error })
        })

        const facts = await place.look()

        assert.deepEqual(facts, expected, what)
        assertCalled(place.outside.calls, outside.calls, scenario.spared)
      }
    })
  }
})
