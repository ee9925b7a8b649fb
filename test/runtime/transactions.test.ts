/**
 * Transactions through a whole runtime: on disk, over restarts and torn commits.
 */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { defineActor, defineApp, defineEvent, openRuntime, type Runtime } from '../../src/index.js'
import { onEnd } from '../support/scope.js'

const cents = { cents: 'number|integer' } as const

const Purse = defineActor('Purse', {
  initialState: () => ({ cents: 0 }),
  events: { Put: defineEvent(cents), Taken: defineEvent(cents) },
  evolve: {
    Put: (state, event) => ({ cents: state.cents + event.data.cents }),
    Taken: (state, event) => ({ cents: state.cents - event.data.cents }),
  },
  commands: {
    put: { schema: cents, decide: (_state, command, { events }) => events.Put(command) },
    take: {
      schema: cents,
      decide: (state, command, { events, reject }) =>
        command.cents > state.cents ? reject('NOT_ENOUGH') : events.Taken(command),
    },
  },
  snapshot: { everyEvents: 3 },
})
const app = defineApp({ actors: [Purse] })

async function open(t: TestContext, dataDir?: string): Promise<Runtime> {
  const runtime = await openRuntime({ app, ...(dataDir === undefined ? {} : { dataDir }) })
  onEnd(t, () => runtime.close())
  return runtime
}

function move(runtime: Runtime, from: string, to: string, commandId: string) {
  const payload = { cents: 1 }
  return runtime.transact(
    [
      runtime.actor(Purse, to).command('put', payload),
      runtime.actor(Purse, from).command('take', payload),
    ],
    { commandId },
  )
}

test('a transaction repeated after a restart gets the receipts of the first', async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'dramatis-transact-'))
  onEnd(t, () => rmSync(dataDir, { recursive: true, force: true }))
  const first = await open(t, dataDir)
  await first.actor(Purse, 'a').send('put', { cents: 5 })
  const receipts = await move(first, 'a', 'b', 'm1')
  for (const id of ['m2', 'm3']) await move(first, 'a', 'b', id)
  await first.close()

  const second = await open(t, dataDir)
  const repeated = await move(second, 'a', 'b', 'm1')

  assert.deepEqual(
    repeated,
    receipts.map((receipt) => ({ ...receipt, duplicate: true })),
  )
  assert.equal(second.log.head, 7)
  assert.deepEqual(await second.actor(Purse, 'a').state(), { cents: 2 })
})

test('a command is described, frozen, and sent only by its transaction', async (t) => {
  const runtime = await open(t)

  const command = runtime.actor(Purse, 'a').command('put', { cents: 1 })
  await runtime.actor(Purse, 'b').send('put', { cents: 1 })

  assert.ok(Object.isFrozen(command))
  assert.equal(runtime.log.head, 1)
  await runtime.transact([command])
  await runtime.transact([command])
  assert.deepEqual(await runtime.actor(Purse, 'a').state(), { cents: 2 })
})

test('a closed runtime takes no transaction', async (t) => {
  const runtime = await open(t)
  const command = runtime.actor(Purse, 'a').command('put', { cents: 1 })
  await runtime.close()

  await assert.rejects(runtime.transact([command]), { code: 'DRAMATIS_CLOSED' })
})
