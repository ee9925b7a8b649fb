/**
 * Process managers over talks, for the tests: anybody opens a talk and says words about something, a saga
 * reacts, and ears hear what it sends.
 *
 * Nothing here is idempotent by itself: what is heard twice shows.
 */

import { ManualClock } from '../../src/base/manual-clock.js'
import { createSeededRandom } from '../../src/base/random.js'
import { defineActor } from '../../src/define/actor.js'
import { type AppDefinition, defineApp } from '../../src/define/app.js'
import { defineEvent } from '../../src/define/event.js'
import type { ReactionTools } from '../../src/define/saga/effects.js'
import {
  type AnySaga,
  defineSaga,
  type Effects,
  type FailedCommand,
  type SagaOptions,
} from '../../src/define/saga/saga.js'
import type { FlowFrom, Steps } from '../../src/define/saga/steps.js'
import { openRuntime } from '../../src/runtime/open-runtime.js'
import type { Runtime } from '../../src/runtime/runtime.js'
import type { SagaReference } from '../../src/runtime/saga-reference.js'
import { collect } from '../../src/testing/collect.js'
import { onEnd, type Scope } from '../support/scope.js'
import { atRest, passTime } from './trips.js'

/** Words about something, or about nothing. */
export const Talk = defineActor('Talk', {
  initialState: () => ({}),
  events: {
    TalkOpened: defineEvent({ about: 'string|nullable' }),
    WordSaid: defineEvent({ about: 'string|nullable', word: 'string' }),
  },
  evolve: { TalkOpened: (state) => state, WordSaid: (state) => state },
  commands: {
    open: {
      schema: { about: 'string|nullable' },
      decide: (_state, command, { events }) => events.TalkOpened(command),
    },
    say: {
      schema: { about: 'string|nullable', word: 'string' },
      decide: (_state, command, { events }) => events.WordSaid(command),
    },
  },
})

/** Hears everything but nonsense. */
export const Ear = defineActor('Ear', {
  initialState: (): { readonly words: readonly string[] } => ({ words: [] }),
  events: { WordHeard: defineEvent({ word: 'string' }) },
  evolve: { WordHeard: ({ words }, { data }) => ({ words: [...words, data.word] }) },
  commands: {
    hear: {
      schema: { word: 'string' },
      decide: (_state, command, { events, reject }) =>
        command.word === 'nonsense' ? reject('NONSENSE') : events.WordHeard(command),
    },
  },
})

export interface TalkState {
  readonly words: readonly string[]
}

type Tools = ReactionTools<TalkState>
export type TalkEvent = { readonly data: { readonly about: string | null } }
export type WordEvent = { readonly data: { readonly about: string | null; readonly word: string } }

export interface TalkReactions extends SagaOptions {
  readonly key?: unknown
  readonly opened?: (state: TalkState, event: TalkEvent, tools: Tools) => Effects<TalkState>
  readonly said?: (state: TalkState, event: WordEvent, tools: Tools) => Effects<TalkState>
  readonly messages?: Readonly<
    Record<string, (state: TalkState, data: never, tools: Tools) => Effects<TalkState>>
  >
  readonly rejected?: (state: TalkState, failed: FailedCommand, tools: Tools) => Effects<TalkState>
  readonly steps?: (flow: FlowFrom<TalkState, readonly [typeof Talk]>) => Steps
}

/** A saga that reacts to talks, one instance for each thing that is talked about. */
export function talkSaga({ opened, said, ...rest }: TalkReactions): AnySaga {
  return defineSaga('Talking', {
    from: [Talk],
    startOn: 'TalkOpened',
    key: ({ data }: TalkEvent) => data.about,
    state: (): TalkState => ({ words: [] }),
    on: {
      ...(opened === undefined ? {} : { TalkOpened: opened }),
      ...(said === undefined ? {} : { WordSaid: said }),
    },
    ...rest,
  } as never)
}

/** Keeps each word. */
export const noting: NonNullable<TalkReactions['said']> = ({ words }, { data }, { become }) =>
  become({ words: [...words, data.word] })

/** Has an ear hear something. */
export function heard(tools: Pick<Tools, 'send' | 'sagaId'>, word: string) {
  return tools.send(Ear, tools.sagaId, 'hear', { word })
}

export function talkApp(saga: AnySaga): AppDefinition {
  return defineApp({ actors: [Talk, Ear], sagas: [saga] })
}

export interface Talks {
  readonly runtime: Runtime
  readonly clock: ManualClock
  /** One instance. */
  saga(about: string): SagaReference<unknown, Readonly<Record<string, unknown>>>
  open(about: string | null): Promise<void>
  say(about: string | null, ...words: string[]): Promise<void>
  /** Lets everything happen that does not wait for the time. */
  rest(): Promise<void>
  /** Waits until the saga has taken everything in, or parked it; time passes meanwhile. */
  settled(): Promise<void>
  /** Waits for anything; time passes meanwhile. */
  pass<T>(awaited: Promise<T>): Promise<T>
  /** What an ear has heard. */
  hears(about: string): Promise<readonly string[]>
  /** What an instance has recorded, without the name of the saga. */
  recorded(about: string): Promise<string[]>
}

/** A runtime in memory, on a clock of its own. */
export async function openTalks(
  t: Scope,
  saga: AnySaga,
  clock: ManualClock = new ManualClock(),
): Promise<Talks> {
  const runtime = await openRuntime({
    app: talkApp(saga),
    clock,
    random: createSeededRandom(1),
  })
  onEnd(t, () => passTime(clock, runtime.close()))
  return talksOf(runtime, saga, clock)
}

export function talksOf(runtime: Runtime, saga: AnySaga, clock: ManualClock): Talks {
  let events = 0
  runtime.bus.subscribe('*', () => {
    events++
  })
  const rest = (): Promise<void> => atRest(() => events)
  const pass = <T>(awaited: Promise<T>): Promise<T> => passTime(clock, awaited, () => events)
  return {
    runtime,
    clock,
    saga: (about) => runtime.saga(saga, about) as never,
    rest,
    pass,
    settled: async () => {
      await rest()
      while (runtime.saga(saga).status().retryingKeys > 0) {
        clock.advanceToNext()
        await rest()
      }
    },
    open: async (about) => {
      await runtime.actor(Talk, 'anybody').send('open', { about })
      await rest()
    },
    say: async (about, ...words) => {
      for (const word of words) await runtime.actor(Talk, 'anybody').send('say', { about, word })
      await rest()
    },
    hears: async (about) => (await runtime.actor(Ear, about).state()).words,
    recorded: async (about) => {
      const events = await collect(runtime.actor(saga.actor, about).events())
      return events.map(({ type }) => type.slice(saga.name.length + 1))
    },
  }
}
