/** An app that no worker can load, with something for workers to run. */

import { isMainThread } from 'node:worker_threads'
import { defineActor, defineApp, defineEvent, defineHandler } from '../../../src/index.js'

if (!isMainThread) throw new Error('not here')

const One = defineActor('One', {
  initialState: () => ({}),
  events: { Happened: defineEvent({}) },
  evolve: { Happened: (state) => state },
  commands: {},
})

const noted = defineHandler('noted', { from: [One], on: { Happened: async () => {} } })

export default defineApp({ actors: [One], handlers: [noted] })
