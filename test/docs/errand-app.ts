/**
 * A saga that comes to rest with something of everything: a step that is done, one that waits, a call
 * under way, one that is tried again, and a timer.
 */

import { createDeferred, type Deferred } from '../../src/base/deferred.js'
import { type AppDefinition, defineApp, defineSaga } from '../../src/index.js'
import { Ledger } from './ledger-app.js'

export interface ErrandApp {
  readonly app: AppDefinition
  /** Resolves when the call that does not end is made. */
  readonly asked: Deferred
}

export function createErrandApp(): ErrandApp {
  const asked = createDeferred()
  const Errand = defineSaga('Errand', {
    from: [Ledger],
    startOn: 'LineWritten',
    key: ({ data, aggregateId }) => (data.text === 'errand' ? aggregateId : null),
    partitions: 1,
    state: ({ data }) => ({ said: data.text }),
    on: {
      LineWritten: (_state, _event, { message, schedule }) =>
        schedule('tea', { at: new Date(4e12) }, message('tea', { cups: 2 })),
    },
    messages: { tea: (_state, _data, { ignore }) => ignore() },
    steps: ({ all, step }) => [
      step('note', {
        send: (_state, { send, sagaId }) => send(Ledger, 'notes', 'write', { text: sagaId }),
      }),
      all('both', [
        step('wait', { until: { LineWritten: (state) => state }, withinMs: 86_400_000 }),
        step('ask', {
          call: (_state, { signal }) =>
            new Promise((_resolve, reject) => {
              signal.addEventListener('abort', () => reject(signal.reason))
              asked.resolve()
            }),
          timeoutMs: 3_600_000,
        }),
        step('again', {
          call: () => {
            throw new Error('not yet')
          },
          retry: { attemptsMax: 2, retriesAtOnce: 0, delayMs: 3_600_000, delayMsMax: 3_600_000 },
        }),
      ]),
    ],
  })
  return { app: defineApp({ actors: [Ledger], sagas: [Errand] }), asked }
}
