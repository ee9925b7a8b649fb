/**
 * The same handler as `idle`, which one key in a hundred makes fail, always.
 *
 * Its policy is soon exhausted: a second attempt at once, and then the key is parked.
 */

import { type AppDefinition, defineApp, defineHandler } from 'dramatis'
import { Counter } from './counter.js'

const poisonPrefix = 'poison-'

/** What the stream of that number is called. */
export function streamNameOf(stream: number): string {
  return `${stream % 100 === 7 ? poisonPrefix : 'counter-'}${stream}`
}

export const poisoned = defineHandler('poisoned', {
  from: [Counter],
  on: {
    Added: ({ aggregateId }) => {
      if (aggregateId.startsWith(poisonPrefix)) throw new Error('poison')
    },
  },
  retry: { attemptsMax: 2, retriesAtOnce: 1 },
})

const app: AppDefinition = defineApp({ actors: [Counter], handlers: [poisoned] })

export default app
