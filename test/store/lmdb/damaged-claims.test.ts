/** A claim whose owner cannot be told: whoever wants its value is refused, everybody else goes on. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defineActor, defineApp, defineEvent, openRuntime } from '../../../src/index.js'
import { openEnvironment } from '../../../src/store/lmdb/environment.js'
import { LogTables } from '../../../src/store/lmdb/log-tables.js'
import { noKeys } from '../../events/no-keys.js'
import { TemporaryDirectory } from '../temporary.js'

const Member = defineActor('Member', {
  initialState: (): { email: string | null } => ({ email: null }),
  events: { Joined: defineEvent({ email: 'string' }) },
  evolve: { Joined: (_state, { data }) => ({ email: data.email }) },
  commands: {
    join: {
      schema: { email: 'string' },
      decide: (_state, data, { events }) => events.Joined(data),
    },
  },
  unique: { email: (state) => state.email },
})
const app = defineApp({ actors: [Member] })

async function damageClaims({ path }: TemporaryDirectory): Promise<void> {
  const tables = new LogTables(await openEnvironment(`${path}/log`, 'flush'), noKeys)
  for (const key of [...tables.claims.getKeys()]) {
    const bytes = Buffer.from(tables.claims.getBinary(key)!)
    bytes[bytes.length - 1]! ^= 1
    await tables.claims.put(key, bytes)
  }
  await tables.environment.close()
}

test('a value whose owner is damaged is given to nobody, and its neighbours are free', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const open = () => openRuntime({ app, dataDir: directory.path, workers: 'inline' })
  const before = await open()
  await before.actor(Member, 'a').send('join', { email: 'a@b.c' })
  await before.close()
  await damageClaims(directory)
  const runtime = directory.closing(await open())
  const damaged = { code: 'DRAMATIS_DAMAGED_TABLE', table: 'claims' }

  const wanting = runtime.actor(Member, 'b').send('join', { email: 'a@b.c' })

  await assert.rejects(wanting, damaged)
  await assert.rejects(runtime.claims.owner(Member, 'email', 'a@b.c'), damaged)
  assert.equal(runtime.log.head, 1)
  await runtime.actor(Member, 'b').send('join', { email: 'b@b.c' })
  assert.equal(await runtime.claims.owner(Member, 'email', 'b@b.c'), 'Member-b')
  assert.deepEqual(await runtime.actor(Member, 'a').state(), { email: 'a@b.c' })
})
