/** An app that is another one in a worker. */

import { isMainThread } from 'node:worker_threads'
import { defineActor, defineApp, defineEvent, defineHandler } from '../../../src/index.js'

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

const noted = defineHandler('noted', { from: [One], on: { Happened: async () => {} } })

export default defineApp({ actors: [One], handlers: [noted] })
