/**
 * An app whose handlers can kill their threads, for runtimes with real ones.
 *
 * What an event does is in its aggregate id: `loop...`, `exit...`, `throw...`, `never...`, `slow...`,
 * anything else does nothing. Once the file `mended` exists in the directory named by
 * DRAMATIS_TEST_FAULTS, nothing does harm any more. Every call leaves a line in `calls`.
 */

import { appendFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { threadId } from 'node:worker_threads'
import {
  defineActor,
  defineApp,
  defineEvent,
  defineHandler,
  defineProjector,
  rowType,
} from '../../../src/index.js'

const faults = process.env.DRAMATIS_TEST_FAULTS ?? ''
const isMended = (): boolean => existsSync(join(faults, 'mended'))

export const Counter = defineActor('Counter', {
  initialState: () => ({ sum: 0 }),
  events: { Added: defineEvent({ n: 'number' }) },
  evolve: { Added: (state, event) => ({ sum: state.sum + event.data.n }) },
  commands: {
    add: { schema: { n: 'number' }, decide: (_s, command, { events }) => events.Added(command) },
  },
})

export const killer = defineHandler('killer', {
  from: [Counter],
  partitions: 4,
  timeoutMs: 300,
  retry: { attemptsMax: 5, delayMs: 10 },
  on: {
    Added: async (event, { attempt, handler }) => {
      const { aggregateId, version } = event
      appendFileSync(join(faults, 'calls'), `${handler} ${aggregateId}@${version} ${attempt}\n`)
      if (aggregateId.startsWith('slow')) await wait(50)
      if (isMended()) return
      if (aggregateId.startsWith('loop')) for (;;);
      if (aggregateId.startsWith('exit')) process.exit(3)
      if (aggregateId.startsWith('throw')) {
        setImmediate(() => {
          throw new Error('out of nowhere')
        })
        await wait(1_000)
      }
      if (aggregateId.startsWith('never')) await new Promise(() => {})
    },
  },
})

export const bystander = defineHandler('bystander', {
  from: [Counter],
  partitions: 4,
  on: { Added: async () => await wait(1) },
})

export const hosted = defineHandler('hosted', {
  from: [Counter],
  runsOn: 'host',
  on: {
    Added: (event) => {
      if (threadId !== 0) throw new Error(`${event.id} came to thread ${threadId}`)
    },
  },
})

export const sender = defineHandler('sender', {
  from: [Counter],
  on: {
    Added: async (event, { send }) => {
      if (event.aggregateId === 'ask') await send(Counter, 'answer', 'add', { n: 7 })
      if (event.aggregateId === 'odd') await send('Counter', 'answer', 'add', { n: () => 7 })
    },
  },
})

export const Sums = defineProjector('Sums', {
  version: 1,
  from: [Counter],
  row: rowType<{ sum: number }>(),
  on: {
    Added: (event, view) => {
      if (event.aggregateId === 'hang' && !isMended()) for (;;);
      view.upsert(event.aggregateId, (row) => ({ sum: (row?.sum ?? 0) + event.data.n }))
    },
  },
})

export default defineApp({
  actors: [Counter],
  projectors: [Sums],
  handlers: [killer, bystander, hosted, sender],
})
