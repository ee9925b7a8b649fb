/**
 * Idempotent commands through a whole runtime: over a restart on disk, and from handlers that are
 * delivered to again.
 */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import {
  type AppDefinition,
  defineActor,
  defineApp,
  defineEvent,
  defineHandler,
  type HandlerContext,
  type HandlerReceipt,
  openRuntime,
  type Runtime,
} from '../../src/index.js'
import { onEnd } from '../support/scope.js'

const entry = { cents: 'number|integer' } as const

const Ledger = defineActor('Ledger', {
  initialState: () => ({ cents: 0 }),
  events: { Written: defineEvent(entry), Closed: defineEvent({}) },
  evolve: {
    Written: (state, event) => ({ cents: state.cents + event.data.cents }),
    Closed: (state) => state,
  },
  commands: {
    write: {
      schema: entry,
      decide: (_state, command, { events }) => events.Written(command),
    },
    writeAndClose: {
      schema: entry,
      decide: (_state, command, { events }) => [events.Written(command), events.Closed({})],
    },
  },
  snapshot: { everyEvents: 5 },
})

/** A directory that is removed after the test. */
function temporaryDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'dramatis-idempotent-'))
  onEnd(t, () => rmSync(directory, { recursive: true, force: true }))
  return directory
}

async function open(t: TestContext, app: AppDefinition, dataDir?: string): Promise<Runtime> {
  const runtime = await openRuntime({ app, workers: 'inline', ...(dataDir && { dataDir }) })
  onEnd(t, () => runtime.close())
  return runtime
}

interface Mirrored {
  readonly runtime: Runtime
  /** The entries of the ledger `copy`. */
  readonly copied: readonly unknown[]
}

/** Runs `deliver` as a handler on one entry of the ledger `source`, until that is done or parked. */
async function mirror(
  t: TestContext,
  deliver: (cents: number, context: HandlerContext) => Promise<void>,
): Promise<Mirrored> {
  const copies = defineHandler('copies', {
    from: [Ledger],
    on: {
      Written: async (event, context) => {
        if (event.aggregateId !== 'source') return
        await deliver(event.data.cents, context)
      },
    },
    retry: { attemptsMax: 3, retriesAtOnce: 2 },
  })
  const runtime = await open(t, defineApp({ actors: [Ledger], handlers: [copies] }))
  const { position } = await runtime.actor(Ledger, 'source').send('write', { cents: 7 })
  await runtime.caughtUp(position, { handler: copies })
  const copied: unknown[] = []
  for await (const event of runtime.actor(Ledger, 'copy').events()) copied.push(event.data)
  return { runtime, copied }
}

test('a command is recognised after a restart, with a snapshot before and after it', async (t) => {
  const dataDir = temporaryDirectory(t)
  const app = defineApp({ actors: [Ledger] })
  const first = await open(t, app, dataDir)
  const ledger = first.actor(Ledger, '1')
  for (let at = 0; at < 6; at++) await ledger.send('write', { cents: 1 })
  const original = await ledger.send('writeAndClose', { cents: 7 }, { commandId: 'c1' })
  for (let at = 0; at < 6; at++) await ledger.send('write', { cents: 1 })
  await first.close()

  const second = await open(t, app, dataDir)
  const reopened = second.actor(Ledger, '1')
  const repeats = await Promise.all(
    [1, 2].map(() => reopened.send('writeAndClose', { cents: 7 }, { commandId: 'c1' })),
  )

  for (const repeat of repeats) assert.deepEqual(repeat, { ...original, duplicate: true })
  assert.equal(second.log.head, 14)
  await assert.rejects(reopened.send('write', { cents: 7 }, { commandId: 'c1' }), {
    code: 'DRAMATIS_COMMAND_ID_REUSED',
  })
  assert.deepEqual(await reopened.state(), { cents: 19 })
})

test('a handler that fails after it sent a command acts once when it is tried again', async (t) => {
  const receipts: HandlerReceipt[] = []

  const { copied } = await mirror(t, async (cents, context) => {
    receipts.push(await context.send(Ledger, 'copy', 'write', { cents }))
    if (context.attempt < 3) throw new Error('not yet')
  })

  assert.deepEqual(copied, [{ cents: 7 }])
  assert.deepEqual(
    receipts.map(({ version, position, duplicate }) => [version, position, duplicate]),
    [
      [1, 2, false],
      [1, 2, true],
      [1, 2, true],
    ],
  )
})

test('two sends of one delivery are two commands, also when they are the same', async (t) => {
  const { copied } = await mirror(t, async (cents, context) => {
    await context.send(Ledger, 'copy', 'write', { cents })
    await context.send(Ledger, 'copy', 'write', { cents })
    if (context.attempt === 1) throw new Error('not yet')
  })

  assert.deepEqual(copied, [{ cents: 7 }, { cents: 7 }])
})

test('a handler that sends something else when it is tried again is parked', async (t) => {
  const { runtime, copied } = await mirror(t, async (cents, context) => {
    await context.send(Ledger, 'copy', 'write', { cents: cents + context.attempt })
    throw new Error('not yet')
  })

  const { entries } = await runtime.deadLetters.list()

  assert.deepEqual(copied, [{ cents: 8 }])
  assert.deepEqual(
    entries.map(({ error }) => error.code),
    ['DRAMATIS_COMMAND_ID_REUSED'],
  )
})
