/**
 * A saga whose functions do what the test says, over calls that start it and ask it.
 *
 * Each instance is one call's. `tell` is a message that has it decide at once, for its sender to see; at an event
 * it decides on its own.
 */

import { ManualClock } from '../../src/base/manual-clock.js'
import { createSeededRandom } from '../../src/base/random.js'
import {
  type AnySaga,
  defineActor,
  defineApp,
  defineEvent,
  defineSaga,
  type Effects,
  openRuntime,
  type ReactionTools,
  type Runtime,
} from '../../src/index.js'
import { atRest, passTime } from '../sagas/trips.js'
import { onEnd, type Scope } from '../support/scope.js'

/** Calls somebody, and keeps what it is given. */
export const Call = defineActor('Call', {
  initialState: (): { readonly values: number } => ({ values: 0 }),
  events: {
    Called: defineEvent({}),
    Asked: defineEvent({}),
    Kept: defineEvent({ value: 'any' }),
  },
  evolve: {
    Called: (state) => state,
    Asked: (state) => state,
    Kept: ({ values }) => ({ values: values + 1 }),
  },
  commands: {
    call: { schema: {}, decide: (_state, _command, { events }) => events.Called({}) },
    ask: { schema: {}, decide: (_state, _command, { events }) => events.Asked({}) },
    keep: {
      schema: { value: 'any' },
      decide: (_state, { value }, { events }) => events.Kept({ value }),
    },
  },
})

export type Tools = ReactionTools<object>

/** What the saga's functions do. */
export interface Code {
  key(aggregateId: string): unknown
  state(): unknown
  react(tools: Tools): unknown
}

/** Nothing, as it should be done. */
export const soundCode: Code = {
  key: (aggregateId) => aggregateId,
  state: () => ({ begun: true }),
  react: () => [],
}

export class Reacting {
  readonly saga: AnySaga
  readonly runtime: Runtime
  readonly clock: ManualClock
  /** Instances that have decided something. */
  decided = 0
  #code: Code = soundCode
  #events = 0

  private constructor(runtime: Runtime, saga: AnySaga, clock: ManualClock) {
    this.runtime = runtime
    this.saga = saga
    this.clock = clock
    runtime.bus.subscribe('*', () => {
      this.#events++
    })
  }

  static async open(t: Scope): Promise<Reacting> {
    const clock = new ManualClock()
    const saga: AnySaga = defineSaga('Reacting', {
      from: [Call],
      startOn: 'Called',
      key: ({ aggregateId }) => reacting.#code.key(aggregateId) as string,
      state: () => reacting.#code.state() as object,
      on: { Asked: (_state, _event, tools) => reacting.#code.react(tools) as Effects<object> },
      messages: {
        tell: (_state, _data, tools) => reacting.#code.react(tools) as Effects<object>,
        keep: (_state, value: unknown, { become }) => become({ value }),
      },
      partitions: 2,
      retry: { attemptsMax: 1 },
    })
    const runtime = await openRuntime({
      app: defineApp({ actors: [Call], sagas: [saga] }),
      clock,
      random: createSeededRandom(1),
    })
    const reacting: Reacting = new Reacting(runtime, saga, clock)
    onEnd(t, () => passTime(clock, runtime.close()))
    return reacting
  }

  /** From now on the saga's functions do this, and nothing else that is hostile. */
  does(code: Partial<Code>): void {
    this.#code = { ...soundCode, ...code }
  }

  /** Lets everything happen that does not wait for the time. */
  rest(): Promise<void> {
    return atRest(() => this.#events)
  }

  /** The same, and what waits until an outage may be over. */
  async restAfterOutage(): Promise<void> {
    await this.rest()
    while (this.runtime.saga(this.saga).status().state === 'breaker-open') {
      this.clock.advanceToNext()
      await this.rest()
    }
  }

  /** Begins instances, each by an event. */
  async call(...ids: readonly string[]): Promise<void> {
    await Promise.all(ids.map((id) => this.runtime.actor(Call, id).send('call', {})))
    await this.rest()
  }
}
