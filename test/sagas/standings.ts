/** Instances brought to stand wherever one can: for what operators may do to them. */

import type { Talks } from './talks.js'
import { Ear, type TalkReactions, talkSaga } from './talks.js'

type Flow = Parameters<NonNullable<TalkReactions['steps']>>[0]

/** What can be mended while an instance waits for it. */
export class Repairs {
  isMended = false

  /** Throws until it is mended. */
  readonly breaks = (): null => {
    if (this.isMended) return null
    throw new Error('broken')
  }
}

/** Resolves never, and rejects when the signal says so. */
function hang(_state: unknown, { signal }: { readonly signal: AbortSignal }): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason))
  })
}

interface Standing {
  readonly steps: (flow: Flow, repairs: Repairs) => ReturnType<NonNullable<TalkReactions['steps']>>
  /** What is said after the talk was opened. */
  readonly word?: string
  readonly isCancelled?: boolean
}

const once = { attemptsMax: 1 } as const
const whenSaid = { until: { WordSaid: (state: { readonly words: readonly string[] }) => state } }

/** Has an ear hear what is taken back. */
const undoable = {
  compensate: {
    send: (_state: unknown, { send, sagaId }: Pick<UndoTools, 'send' | 'sagaId'>) =>
      send(Ear, sagaId, 'hear', { word: 'undone' }),
  },
}
type UndoTools = Parameters<NonNullable<TalkReactions['said']>>[2]

/** By where it stands: before it, `one` was done, which can be taken back. */
export const standings = {
  waiting: { steps: ({ step }) => [step('one', undoable), step('two', whenSaid)] },
  calling: { steps: ({ step }) => [step('one', undoable), step('two', { call: hang })] },
  retrying: {
    steps: ({ step }, { breaks }) => [
      step('one', undoable),
      step('two', { call: breaks, retry: { attemptsMax: 2, retriesAtOnce: 0, delayMs: 3_000 } }),
    ],
  },
  'halted at a step': {
    steps: ({ step }, { breaks }) => [
      step('one', undoable),
      step('two', { call: breaks, retry: once, whenExhausted: 'park' }),
    ],
  },
  'halted at an answer': {
    steps: ({ step }, { breaks }) => [
      step('one', undoable),
      step('two', {
        call: () => null,
        onAnswer: (state) => {
          breaks()
          return state
        },
      }),
    ],
  },
  'halted in code': {
    steps: ({ step, when }, { breaks }) => [
      step('one', undoable),
      when('which', () => breaks() === null, step('two')),
    ],
  },
  'halted at what lost a race': {
    steps: ({ first, step }, { breaks }) => [
      step('one', undoable),
      first('race', [
        step('loser', {
          call: () => null,
          until: { TalkOpened: (state) => state },
          compensate: { call: breaks, retry: once },
        }),
        step('two', whenSaid),
      ]),
    ],
    word: 'now',
  },
  compensating: {
    steps: ({ fail, step }) => [step('one', { compensate: { call: hang } }), fail('two', 'NO')],
  },
  'between two attempts to take back': {
    steps: ({ fail, step }, { breaks }) => [
      step('one', {
        compensate: { call: breaks, retry: { attemptsMax: 2, retriesAtOnce: 0, delayMs: 3_000 } },
      }),
      fail('two', 'NO'),
    ],
  },
  'halted in the code of a compensation': {
    steps: ({ fail, step }, { breaks }) => [
      step('one', {
        compensate: {
          send: (_state, { send, sagaId }) => {
            breaks()
            return send(Ear, sagaId, 'hear', { word: 'undone' })
          },
        },
      }),
      fail('two', 'NO'),
    ],
  },
  completed: { steps: ({ step }) => [step('one', undoable), step('two')] },
  compensated: { steps: ({ fail, step }) => [step('one', undoable), fail('two', 'NO')] },
  failed: {
    steps: ({ fail, step }, { breaks }) => [
      step('one', { compensate: { call: breaks, retry: once } }),
      fail('two', 'NO'),
    ],
  },
  cancelled: {
    steps: ({ step }) => [step('one', undoable), step('two', whenSaid)],
    isCancelled: true,
  },
} as const satisfies Readonly<Record<string, Standing>>

export type StandingName = keyof typeof standings

/** The saga whose instances come to stand there. */
export function sagaThatStands(name: StandingName, repairs: Repairs) {
  const { steps }: Standing = standings[name]
  return talkSaga({
    steps: (flow) => steps(flow, repairs),
    messages: {
      note: ({ words }, word: string, { become }) => become({ words: [...words, word] }),
    },
  })
}

/** Brings an instance there. */
export async function bring(talks: Talks, name: StandingName, about: string): Promise<void> {
  const { word, isCancelled = false }: Standing = standings[name]
  await talks.open(about)
  if (word !== undefined) await talks.say(about, word)
  if (isCancelled) await talks.saga(about).cancel({ reason: 'before' })
  await talks.rest()
}
