/**
 * The actor that these tests run, and a system around it on a real memory store.
 *
 * Commits can be held and made to fail through the store's own failpoint; time is a manual clock.
 */

import type { TestContext } from 'node:test'
import {
  type ActorSystem,
  type ActorSystemOptions,
  createActorSystem,
} from '../../src/actors/actor-system.js'
import { createDeferred, type Deferred } from '../../src/base/deferred.js'
import { createIdSource } from '../../src/base/ids.js'
import { ManualClock } from '../../src/base/manual-clock.js'
import { createSeededRandom } from '../../src/base/random.js'
import { defineActor } from '../../src/define/actor.js'
import { defineEvent } from '../../src/define/event.js'
import type { RecordedEvent } from '../../src/events/event.js'
import type { EventStore } from '../../src/store/contracts.js'
import { openMemoryEventStore } from '../../src/store/memory/memory-event-store.js'
import { onEnd } from '../support/scope.js'

export interface AccountState {
  readonly cents: number
  readonly closed: boolean
  readonly references: readonly string[]
}

export const Account = defineActor('Account', {
  initialState: (): AccountState => ({ cents: 0, closed: false, references: [] }),
  events: {
    Deposited: defineEvent({ cents: 'number|integer', reference: 'string' }),
    Withdrawn: defineEvent({ cents: 'number|integer' }),
    AccountClosed: defineEvent({}),
  },
  evolve: {
    Deposited: (state, event) => ({
      ...state,
      cents: state.cents + event.data.cents,
      references: [...state.references, event.data.reference].slice(-3),
    }),
    Withdrawn: (state, event) => ({ ...state, cents: state.cents - event.data.cents }),
    AccountClosed: (state) => ({ ...state, closed: true }),
  },
  commands: {
    deposit: {
      schema: { cents: 'number|integer|positive', reference: 'string|optional' },
      decide: (state, command, { events, reject }) => {
        if (state.closed) return reject('ACCOUNT_CLOSED')
        return events.Deposited({ cents: command.cents, reference: command.reference ?? 'none' })
      },
    },
    withdraw: {
      schema: { cents: 'number|integer|positive' },
      decide: (state, command, { events, reject }) => {
        if (command.cents > state.cents) return reject('INSUFFICIENT_FUNDS', `only ${state.cents}`)
        return events.Withdrawn({ cents: command.cents })
      },
    },
    settle: {
      schema: {},
      decide: (state, _command, { events }) => {
        if (state.closed) return []
        if (state.cents === 0) return [events.AccountClosed({})]
        return [events.Withdrawn({ cents: state.cents }), events.AccountClosed({})]
      },
    },
  },
  snapshot: { everyEvents: 10 },
})

export interface Workplace {
  readonly system: ActorSystem
  readonly store: EventStore
  readonly clock: ManualClock
  /** What `onEvents` was given, flat. */
  readonly published: readonly RecordedEvent[]
  /** Holds commits from now on, until `resolve` lets them go or `reject` fails them. */
  holdCommits(): Deferred<void>
  /** Makes the next commit fail before anything is written. */
  failNextCommit(): void
}

export interface WorkplaceOptions extends Partial<ActorSystemOptions> {
  /** How many turns of the event loop each commit takes. @default 0 */
  readonly commitTurns?: number
}

/** Opens a system on a new store, or on one given; closes what it opened after the test. */
export async function openWorkplace(
  t: TestContext,
  options: WorkplaceOptions = {},
): Promise<Workplace> {
  const clock = new ManualClock()
  const random = createSeededRandom(1)
  let held: Deferred<void> | null = null
  let isFailing = false
  const store =
    options.store ??
    (await openMemoryEventStore({
      clock,
      failpoint: (step) => {
        if (step !== 'commit') return
        const isFailed = isFailing
        isFailing = false
        const { commitTurns = 0 } = options
        if (isFailed || commitTurns > 0) return slowCommit(commitTurns, isFailed)
        return held?.promise
      },
    }))
  const published: RecordedEvent[] = []
  const system = createActorSystem({
    store,
    actors: [Account],
    clock,
    random,
    ids: createIdSource(clock, random),
    onEvents: (events) => published.push(...events),
    ...options,
  })
  onEnd(t, async () => {
    held?.resolve()
    await system.close()
    await store.close()
  })
  const holdCommits = (): Deferred<void> => {
    const gate = createDeferred()
    held = gate
    const settled = (): void => {
      if (held === gate) held = null
    }
    gate.promise.then(settled, settled)
    return gate
  }
  const failNextCommit = (): void => {
    isFailing = true
  }
  return { system, store, clock, published, holdCommits, failNextCommit }
}

async function slowCommit(count: number, isFailed: boolean): Promise<void> {
  await turns(count)
  if (isFailed) throw new Error('disk on fire')
}

/** Every event of a stream, oldest first. */
export async function readAll(store: EventStore, streamId: string): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = []
  for await (const event of store.readStream(streamId)) events.push(event)
  return events
}

/** Lets the event loop turn a few times, so that whatever is due on it has run. */
export async function turns(count = 5): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** How a promise stands now. */
export async function stateOf(
  promise: Promise<unknown>,
): Promise<'pending' | 'resolved' | 'rejected'> {
  await turns()
  const pending = Symbol('pending')
  try {
    return (await Promise.race([promise, Promise.resolve(pending)])) === pending
      ? 'pending'
      : 'resolved'
  } catch {
    return 'rejected'
  }
}
