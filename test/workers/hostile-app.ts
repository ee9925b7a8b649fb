/**
 * The app of hostile handlers: actors, a handler that does what its event says, one beside it that behaves, and
 * a view.
 *
 * It takes what defines an app from the files that have it, since each of many threads loads what is named here.
 *
 * Where to write down deliveries is said by the events themselves, since every thread that is started later has
 * to know it too. Once the file `mended` is there, nothing does harm any more.
 */

import { appendFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { threadId } from 'node:worker_threads'
import { defineActor } from '../../src/define/actor.js'
import { type AppDefinition, defineApp } from '../../src/define/app.js'
import { defineEvent } from '../../src/define/event.js'
import { defineHandler } from '../../src/define/handler.js'
import { defineProjector, rowType } from '../../src/define/projector.js'
import { hostilityOf } from './hostilities/index.js'

export const Target = defineActor('Target', {
  initialState: () => ({}),
  events: { Acted: defineEvent({ what: 'string', notes: 'string' }) },
  evolve: { Acted: (state) => state },
  commands: {
    act: {
      schema: { what: 'string', notes: 'string' },
      decide: (_state, command, { events }) => events.Acted(command),
    },
  },
})

/** How long a delivery may take. Milliseconds. */
const timeoutMs = 300

/** At most so many deliveries of an event, and then its key is parked. */
export const attemptsMax = 3

/** None at once: what came at once is not written down before it comes again, when its thread dies in between. */
const retry = { attemptsMax, retriesAtOnce: 0, delayMs: 10 }

export const hostile = defineHandler('hostile', {
  from: [Target],
  partitions: 4,
  timeoutMs,
  retry,
  on: {
    Acted: ({ aggregateId, version, data }, context) => {
      const isMended = existsSync(join(data.notes, 'mended'))
      const hostility = isMended ? undefined : hostilityOf(data.what)
      const outcome = hostility === undefined || hostility.returns(context.attempt)
      const words = [outcome ? 'handled' : 'failed', threadId, context.attempt, version]
      appendFileSync(join(data.notes, 'deliveries'), `${words.join(' ')} ${aggregateId}\n`)
      return hostility?.act(context)
    },
  },
})

export const bystander = defineHandler('bystander', {
  from: [Target],
  partitions: 4,
  timeoutMs,
  retry,
  on: { Acted: async () => await Promise.resolve() },
})

export const Acts = defineProjector('Acts', {
  version: 1,
  from: [Target],
  row: rowType<{ readonly versions: readonly number[] }>(),
  on: {
    Acted: ({ aggregateId, version }, view) => {
      view.upsert(aggregateId, (row) => ({ versions: [...(row?.versions ?? []), version] }))
    },
  },
})

/** Without a view: what keeps a thread from everything else is then found sooner. */
export const withoutViews: AppDefinition = defineApp({
  actors: [Target],
  handlers: [hostile, bystander],
})

/** Without the bystander: what dies beside it is then tried on fewer threads. */
export const withoutBystander: AppDefinition = defineApp({
  actors: [Target],
  projectors: [Acts],
  handlers: [hostile],
})

const app: AppDefinition = defineApp({
  actors: [Target],
  projectors: [Acts],
  handlers: [hostile, bystander],
})

export default app
