/** Sagas of every kind whose power is cut at every write there is, and what is left of them. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createSeededRandom } from '../../src/base/random.js'
import { type AppDefinition, defineApp } from '../../src/define/app.js'
import { SimulatedDisk } from '../../src/testing/index.js'
import { onEnd } from '../support/scope.js'
import { seed } from '../support/seed.js'
import { LastingWorld } from './lasting-world.js'
import { readFacts, type SagaFacts } from './saga-audit.js'
import { Account, Room, Trip } from './travel.js'
import { Gate } from './trip-sagas.js'
import { createScenarios, type Scenario, tripId } from './trip-scenarios.js'

/** What becomes of the last write of a life. */
type InFlight = 'kept' | 'lost'

const modes: readonly InFlight[] = ['kept', 'lost']
/** Pairs of crashes that are tried of each scenario. */
const pairs = 8
/** Writes of a life, where all lives but the last are short. */
const writesOfShortLives = [6, 9, 13]

/** A disk, and one scenario on it, from its beginning. */
class Story {
  readonly disk = new SimulatedDisk()
  readonly #scenario: Scenario
  readonly #app: AppDefinition

  constructor(scenario: Scenario) {
    scenario.outside.reset()
    this.#scenario = scenario
    this.#app = defineApp({ actors: [Trip, Room, Account, Gate], sagas: [scenario.saga] })
  }

  /** Lives until a life finishes; each of these writes, counted from the one before, ends a life. */
  async live(lastWrites: readonly number[], inFlight: InFlight): Promise<void> {
    const { disk } = this
    for (let crashes = 0; ; crashes++) {
      const next = lastWrites[crashes]
      if (next === undefined) disk.cancelCrash()
      else disk.crashAfter(next, inFlight)
      if ((await disk.live({ app: this.#app }, this.#scenario.live)) === 'finished') return
    }
  }

  /** What another life sees, which leaves everything as it is. */
  async look(): Promise<SagaFacts> {
    const { saga } = this.#scenario
    let facts: SagaFacts | undefined
    this.disk.cancelCrash()
    await this.disk.live({ app: this.#app }, async (runtime) => {
      const { head } = runtime.log
      await runtime.caughtUp(head, { handler: saga.name, key: tripId })
      await runtime.caughtUp(head, { view: saga.instances })
      facts = await readFacts(runtime, [saga])
      assert.equal(runtime.log.head, head)
    })
    return facts!
  }
}

/** Where lives end: at each write, at pairs of them, and every few. */
function plansFor(writes: number): { lastWrites: readonly number[]; inFlight: InFlight }[] {
  const random = createSeededRandom(seed)
  const pick = (): number => 1 + Math.floor(random.next() * writes)
  const plans = [
    ...Array.from({ length: writes }, (_, at) => [at + 1]),
    ...Array.from({ length: pairs }, () => [pick(), pick()]),
    ...writesOfShortLives.map((few) => Array.from({ length: writes }, () => few)),
  ]
  return modes.flatMap((inFlight) => plans.map((lastWrites) => ({ lastWrites, inFlight })))
}

/** What the outside was asked to do, once however often it was: one key for each step. */
function askedOf({ outside, spared = [] }: Scenario): readonly string[] {
  const calls = outside.calls.filter(({ step }) => !spared.includes(step))
  const asked = calls.map(({ sagaId, step, attempt, key }) => `${sagaId} ${step} ${attempt} ${key}`)
  return [...new Set(asked)].sort()
}

describe(`a saga whose disk loses its power (seed ${seed})`, () => {
  for (const [name, scenario] of Object.entries(createScenarios(new LastingWorld()))) {
    test(`${name}, whichever writes are the last of a life`, async (t) => {
      let story = new Story(scenario)
      onEnd(t, () => story.disk.cutPower())
      await story.live([], 'kept')
      const { writes } = story.disk
      const expected = await story.look()
      const asked = askedOf(scenario)
      assert.deepEqual(expected.problems, [])
      assert.deepEqual(
        expected.instances.map(({ status }) => status),
        [scenario.end],
      )

      for (const { lastWrites, inFlight } of plansFor(writes)) {
        story = new Story(scenario)
        await story.live(lastWrites, inFlight)

        const what = `${inFlight}: write ${lastWrites.join(', then ')}`
        assert.deepEqual(await story.look(), expected, what)
        assert.deepEqual(askedOf(scenario), asked, what)
      }
    })
  }
})
