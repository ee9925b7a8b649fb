/** A claim whose owner cannot be told: whoever wants its value is refused, everybody else goes on. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import {
  defineActor,
  defineApp,
  defineEvent,
  openRuntime,
  type Runtime,
  verifyStore,
} from '../../../src/index.js'
import { claimKey } from '../../../src/store/claims.js'
import { openEnvironment } from '../../../src/store/lmdb/environment.js'
import { LogTables } from '../../../src/store/lmdb/log-tables.js'
import { noKeys } from '../../events/no-keys.js'
import { TemporaryDirectory } from '../temporary.js'

/** @param unclaimed - An address that nobody claims who has it. */
function defineMember(unclaimed: string | null) {
  return defineActor('Member', {
    initialState: (): { email: string | null } => ({ email: null }),
    events: { Joined: defineEvent({ email: 'string' }) },
    evolve: { Joined: (_state, { data }) => ({ email: data.email }) },
    commands: {
      join: {
        schema: { email: 'string' },
        decide: (_state, data, { events }) => events.Joined(data),
      },
    },
    unique: { email: ({ email }) => (email === unclaimed ? null : email) },
  })
}

const Member = defineMember(null)
const app = defineApp({ actors: [Member] })

/** @param without - Emails whose claims are left as they are. */
async function damageClaims(
  { path }: TemporaryDirectory,
  ...without: readonly string[]
): Promise<void> {
  const tables = new LogTables(await openEnvironment(`${path}/log`, 'flush'), noKeys)
  const sound = without.map((value) => claimKey({ name: 'Member.email', value }))
  for (const key of [...tables.claims.getKeys()]) {
    if (sound.includes(key)) continue
    const bytes = Buffer.from(tables.claims.getBinary(key)!)
    bytes[bytes.length - 1]! ^= 1
    await tables.claims.put(key, bytes)
  }
  await tables.environment.close()
}

/** Members a to d have joined, each under an address; the claims of a and b are damaged. */
async function openDamaged(t: TestContext): Promise<{
  readonly directory: TemporaryDirectory
  readonly runtime: Runtime
}> {
  const directory = await TemporaryDirectory.make(t)
  const open = () => openRuntime({ app, dataDir: directory.path, workers: 'inline' })
  const before = await open()
  for (const id of ['a', 'b', 'c', 'd']) {
    await before.actor(Member, id).send('join', { email: `${id}@b.c` })
  }
  await before.close()
  await damageClaims(directory, 'c@b.c', 'd@b.c')
  return { directory, runtime: directory.closing(await open()) }
}

function ownersOf({ claims }: Runtime, ids: readonly string[], actor = Member) {
  return Promise.all(ids.map((id) => claims.owner(actor, 'email', `${id}@b.c`)))
}

test('a rebuild gives damaged claims to the actors whose states make them', async (t) => {
  const { directory, runtime } = await openDamaged(t)

  const rebuilt = await runtime.claims.rebuild(Member)

  assert.deepEqual(rebuilt, { actors: 4, released: 0, conflictsTotal: 0, conflicts: [] })
  assert.deepEqual(
    await ownersOf(runtime, ['a', 'b', 'c', 'd']),
    ['a', 'b', 'c', 'd'].map((id) => `Member-${id}`),
  )
  await assert.rejects(runtime.actor(Member, 'e').send('join', { email: 'a@b.c' }), {
    code: 'DRAMATIS_CLAIM_TAKEN',
    owner: 'Member-a',
  })
  assert.deepEqual(await runtime.claims.rebuild(Member), rebuilt)
  await runtime.close()
  assert.deepEqual((await verifyStore(directory.path)).findings, [])
})

test('a rebuild releases damaged claims that no state makes', async (t) => {
  const { directory, runtime } = await openDamaged(t)
  await runtime.close()
  const others = defineMember('a@b.c')
  const changed = defineApp({ actors: [others] })
  const again = directory.closing(
    await openRuntime({ app: changed, dataDir: directory.path, workers: 'inline' }),
  )

  const { released } = await again.claims.rebuild(others)

  assert.equal(released, 1)
  assert.deepEqual(await ownersOf(again, ['a', 'b'], others), [undefined, 'Member-b'])
})

test('while claims are rebuilt, a damaged one is given to nobody but who makes it', async (t) => {
  const { runtime } = await openDamaged(t)

  const rebuilding = runtime.claims.rebuild(Member)
  const wanting = ['a', 'b'].map((id) =>
    runtime.actor(Member, `${id}2`).send('join', { email: `${id}@b.c` }),
  )

  const outcomes = await Promise.allSettled(wanting)
  await rebuilding
  for (const outcome of outcomes) {
    assert.equal(outcome.status, 'rejected')
    assert.match(outcome.reason.code, /^DRAMATIS_(DAMAGED_TABLE|CLAIM_TAKEN)$/)
  }
  assert.deepEqual(await ownersOf(runtime, ['a', 'b']), ['Member-a', 'Member-b'])
})

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
