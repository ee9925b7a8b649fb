/**
 * A runtime for tests of subscriptions: on this thread, on a manual clock, with seeded chance.
 *
 * Kept in memory, or in a directory where a test restarts. Handlers and projectors are functions of
 * the test, so it sees what they see.
 */

import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { ActorLimits } from '../../src/actors/limits.js'
import { ManualClock } from '../../src/base/manual-clock.js'
import { createSeededRandom } from '../../src/base/random.js'
import {
  type AnyActor,
  type AnyProjector,
  defineActor,
  defineApp,
  defineEvent,
  defineHandler,
  type HandlerContext,
  type HandlerDefinition,
  type HandlerOptions,
  openRuntime,
  type RecordedEvent,
  type Runtime,
} from '../../src/index.js'
import { onEnd } from '../support/scope.js'
import { turns, until } from './until.js'

/** Counts. An event for every command; nothing is ever refused. */
export const Counter = defineActor('Counter', {
  initialState: () => ({ sum: 0 }),
  events: {
    Added: defineEvent({ n: 'number' }),
    Renamed: defineEvent({ name: 'string' }),
  },
  evolve: {
    Added: (state, event) => ({ sum: state.sum + event.data.n }),
    Renamed: (state) => state,
  },
  commands: {
    add: {
      schema: { n: 'number' },
      decide: (_state, command, { events }) => events.Added({ n: command.n }),
    },
    rename: {
      schema: { name: 'string' },
      decide: (_state, command, { events }) => events.Renamed({ name: command.name }),
    },
  },
})

export type Added = RecordedEvent<'Added', { readonly n: number }>

/** One call of a handler. */
export interface Delivery {
  readonly id: string
  readonly version: number
  readonly attempt: number
}

export interface HandlerSetup extends HandlerOptions {
  readonly name?: string
  readonly key?: (event: Added) => string
  readonly handle: (event: Added, context: HandlerContext) => unknown
}

/** A handler of `Added` that notes every call before it does what the test wants. */
export function recording(setup: HandlerSetup): {
  readonly handler: HandlerDefinition
  readonly calls: Delivery[]
} {
  const { name = 'recording', handle, ...options } = setup
  const calls: Delivery[] = []
  const handler = defineHandler(name, {
    from: [Counter],
    on: {
      Added: (event, context) => {
        calls.push({ id: event.aggregateId, version: event.version, attempt: context.attempt })
        return handle(event, context)
      },
    },
    ...(options as HandlerOptions),
  })
  return { handler, calls }
}

export interface WorkplaceSetup {
  readonly handlers?: readonly HandlerDefinition[]
  readonly projectors?: readonly AnyProjector[]
  /** Beside {@link Counter}. */
  readonly actors?: readonly AnyActor[]
  /** Left out: in memory. */
  readonly dataDir?: string
  readonly clock?: ManualClock
  readonly closeTimeoutMs?: number
  readonly limits?: Partial<ActorLimits>
}

export class Workplace {
  readonly runtime: Runtime
  readonly clock: ManualClock

  private constructor(runtime: Runtime, clock: ManualClock) {
    this.runtime = runtime
    this.clock = clock
  }

  static async open(t: TestContext, setup: WorkplaceSetup): Promise<Workplace> {
    const { handlers = [], projectors = [], actors = [], ...others } = setup
    const { clock = new ManualClock(), ...options } = others
    const runtime = await openRuntime({
      app: defineApp({ actors: [Counter, ...actors], handlers, projectors }),
      workers: 'inline',
      random: createSeededRandom(7),
      clock,
      ...options,
    })
    const workplace = new Workplace(runtime, clock)
    onEnd(t, () => workplace.close())
    return workplace
  }

  /** Adds to counters, one command each, in this order. @returns the last position. */
  async add(...ids: readonly string[]): Promise<number> {
    let position = 0
    for (const id of ids) {
      const receipt = await this.runtime.actor(Counter, id).send('add', { n: 1 })
      position = receipt.position
    }
    return position
  }

  /** Moves time on in small steps until the condition holds. */
  async passTime(what: string, condition: () => boolean, stepMs = 50): Promise<void> {
    await until(what, () => {
      if (condition()) return true
      this.clock.advance(stepMs)
      return false
    })
  }

  /**
   * Moves time on from one call that waits to the next, until so much has passed: for a workplace in memory without
   * threads, where all that a call leads to comes about within turns.
   */
  async passCalls(durationMs: number): Promise<void> {
    const endMs = this.clock.elapsedMs() + durationMs
    while (this.clock.elapsedMs() < endMs) {
      await turns()
      assert(this.clock.advanceToNext(), 'nothing waits for time to pass')
    }
    await turns()
  }

  /** Waits until a handler is done with the log and nothing waits for a retry. */
  async settled(handler: HandlerDefinition): Promise<void> {
    const { runtime } = this
    await this.passTime(`${handler.name} has settled`, () => {
      const { retryingKeys } = runtime.handler(handler).status()
      return this.isThrough(handler) && retryingKeys === 0
    })
    await turns()
  }

  /** Waits until a handler has handled or set aside every event, at this moment of the clock. */
  async through(handler: HandlerDefinition): Promise<void> {
    await until(`${handler.name} is through`, () => this.isThrough(handler))
  }

  isThrough(handler: HandlerDefinition): boolean {
    const { position } = this.runtime.handler(handler).status()
    return position >= this.runtime.log.head
  }

  /** Closes as the end of a process would, with all the time that takes. */
  async close(): Promise<void> {
    let isClosed = false
    const closed = this.runtime.close().finally(() => {
      isClosed = true
    })
    await this.passTime('the runtime is closed', () => isClosed, 1_000)
    await closed
  }
}
