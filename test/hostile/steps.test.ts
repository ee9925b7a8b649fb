/**
 * Hostile values from the functions of a saga's steps: what is sent, called, answered, tested, gone through. The
 * instance goes on, fails, or is halted with one typed error, from which an operator can end it.
 *
 * All values of a place are tried at the same time, each by an instance of its own.
 */

import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { ManualClock } from '../../src/base/manual-clock.js'
import {
  type AnySaga,
  defineApp,
  defineSaga,
  openRuntime,
  type Runtime,
  type StepFacts,
} from '../../src/index.js'
import { atRest, passTime } from '../sagas/trips.js'
import { count } from '../support/counts.js'
import { onEnd, type Scope } from '../support/scope.js'
import { valuesAndTexts, withEach } from './fate.js'
import { Call } from './reacting.js'

let tried = 0

after(() => count('hostile values', tried))

type Facts = Pick<StepFacts<unknown>, 'sagaId'>
/** The value of an instance. */
type Given = (facts: Facts) => unknown
// biome-ignore lint/suspicious/noExplicitAny: what the functions return is what no type allows.
type AnyFlow = any

const sendNothing = (_state: unknown, { send }: StepFacts<unknown>) =>
  send(Call, 'kept', 'keep', { value: 1 })

const entries: Readonly<Record<string, (flow: AnyFlow, given: Given) => unknown>> = {
  'what a step sends': ({ step }, given) =>
    step('one', { send: (_state: unknown, facts: Facts) => given(facts) }),
  'what a send throws': ({ step }, given) =>
    step('one', {
      send: (_state: unknown, facts: Facts) => {
        throw given(facts)
      },
    }),
  'data that a step sends': ({ step }, given) =>
    step('one', {
      send: (_state: unknown, facts: StepFacts<unknown>) =>
        facts.send('Call', 'kept', 'keep', { value: given(facts) }),
    }),
  'what a call answers': ({ step }, given) =>
    step('one', {
      call: async (_state: unknown, context: Facts) => given(context),
      retry: { attemptsMax: 1 },
      onAnswer: (_state: unknown, answer: unknown) => ({ answer }),
    }),
  'what a call throws': ({ step }, given) =>
    step('one', {
      call: async (_state: unknown, context: Facts) => {
        throw given(context)
      },
      retry: { attemptsMax: 1 },
    }),
  'what onAnswer returns': ({ step }, given) =>
    step('one', {
      send: sendNothing,
      onAnswer: (_state: unknown, _receipt: unknown, facts: Facts) => given(facts),
    }),
  'what onAnswer throws': ({ step }, given) =>
    step('one', {
      call: async () => 1,
      onAnswer: (_state: unknown, _answer: unknown, facts: Facts) => {
        throw given(facts)
      },
    }),
  'what a test returns': ({ when, step }, given) =>
    when('either', (_state: unknown, facts: Facts) => given(facts), [
      step('one', { send: sendNothing }),
    ]),
  'what a test throws': ({ when, step }, given) =>
    when(
      'either',
      (_state: unknown, facts: Facts) => {
        throw given(facts)
      },
      [step('one', { send: sendNothing })],
    ),
  'items to go through': ({ each, step }, given) =>
    each(
      'all',
      (_state: unknown, facts: Facts) => given(facts),
      () => step('one', {}),
    ),
  'an item to go through': ({ each, step }, given) =>
    each(
      'all',
      (_state: unknown, facts: Facts) => [1, given(facts)],
      () => step('one', { send: sendNothing }),
    ),
  'what an event ends a step with': ({ step }, given) =>
    step('one', {
      until: { Asked: (_state: unknown, _event: unknown, facts: Facts) => given(facts) },
    }),
}

class Stepping {
  readonly saga: AnySaga
  readonly runtime: Runtime
  readonly #clock: ManualClock
  #events = 0

  private constructor(runtime: Runtime, saga: AnySaga, clock: ManualClock) {
    this.runtime = runtime
    this.saga = saga
    this.#clock = clock
    runtime.bus.subscribe('*', () => {
      this.#events++
    })
  }

  static async open(scope: Scope, steps: (flow: AnyFlow) => unknown): Promise<Stepping> {
    const clock = new ManualClock()
    const saga: AnySaga = defineSaga('Stepping', {
      from: [Call],
      startOn: 'Called',
      state: () => ({ begun: true }),
      steps: steps as never,
      partitions: 2,
      retry: { attemptsMax: 1 },
    })
    const app = defineApp({ actors: [Call], sagas: [saga] })
    const runtime = await openRuntime({ app, clock })
    const stepping = new Stepping(runtime, saga, clock)
    onEnd(scope, () => passTime(clock, runtime.close()))
    return stepping
  }

  /** Begins an instance for each, and sends each an event. */
  async call(...ids: readonly string[]): Promise<void> {
    for (const command of ['call', 'ask'] as const) {
      await Promise.all(ids.map((id) => this.runtime.actor(Call, id).send(command, {})))
      await this.rest()
    }
  }

  async rest(): Promise<void> {
    await atRest(() => this.#events)
    while (this.runtime.saga(this.saga).status().state === 'breaker-open') {
      this.#clock.advanceToNext()
      await atRest(() => this.#events)
    }
  }
}

describe('of a step each value halts its instance with a typed error, or is taken, as', () => {
  for (const [name, entry] of Object.entries(entries)) {
    test(name, async (t) => {
      const value: Given = ({ sagaId }) => valuesAndTexts[Number(sagaId)]?.make()
      const { runtime, saga, rest, call } = await bound(t, (flow) => entry(flow, value))
      await call(...Object.keys(valuesAndTexts))

      await withEach(valuesAndTexts, async (each) => {
        tried++
        const instance = runtime.saga(saga, String(valuesAndTexts.indexOf(each)))
        const { status, halted, parked } = await instance.status()
        if (parked !== null) assert.match(`${parked.code}`, /^DRAMATIS_/)
        for (const { error } of halted) assert.match(`${error.code}`, /^DRAMATIS_/)
        if (status === 'completed' || status === 'failed' || status === 'compensated') return
        assert.ok(halted.length > 0 || parked !== null, `it is ${status}`)
        await instance.cancel({ reason: 'enough' })
      })

      await rest()
      assert.deepEqual((await runtime.deadLetters.list()).entries, [])
      const { rows } = await runtime.saga(saga).list({ status: 'running' } as never)
      assert.deepEqual(rows, [])
    })
  }
})

async function bound(scope: Scope, steps: (flow: AnyFlow) => unknown) {
  const stepping = await Stepping.open(scope, steps)
  return {
    runtime: stepping.runtime,
    saga: stepping.saga,
    rest: () => stepping.rest(),
    call: (...ids: readonly string[]) => stepping.call(...ids),
  }
}
