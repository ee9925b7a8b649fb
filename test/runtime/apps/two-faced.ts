/** An app that is another one in a worker. */

import { isMainThread } from 'node:worker_threads'
import { defineActor, defineApp, defineEvent } from '../../../src/index.js'

const One = defineActor('One', {
  initialState: () => ({}),
  events: {
    Happened: isMainThread
      ? defineEvent({})
      : defineEvent({}, { version: 2, upcast: { 1: () => ({}) } }),
  },
  evolve: { Happened: (state) => state },
  commands: {},
})

export default defineApp({ actors: [One] })
