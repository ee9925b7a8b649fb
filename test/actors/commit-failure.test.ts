import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDeferred } from '../../src/base/deferred.js'
import { ManualClock } from '../../src/base/manual-clock.js'
import { openMemoryEventStore } from '../../src/store/memory/memory-event-store.js'
import { Account, openWorkplace, readAll, turns } from './account.js'

interface Outcome {
  readonly code?: string
  readonly version?: number
}

async function outcomes(sent: readonly Promise<unknown>[]): Promise<(string | undefined)[]> {
  const settled = await Promise.all(sent.map((each) => each.catch((error: Outcome) => error)))
  return settled.map((each) => (each as Outcome).code)
}

test('a failed commit leaves each command with what is true for it', async (t) => {
  const { system, holdCommits } = await openWorkplace(t)
  await system.send(Account, '1', 'deposit', { cents: 10 })
  await system.send(Account, '2', 'deposit', { cents: 10 })
  const commit = holdCommits()

  const committing = system.send(Account, '1', 'withdraw', { cents: 10 })
  const resting = system.send(Account, '1', 'withdraw', { cents: 10 })
  await turns()
  const behind = system.send(Account, '1', 'deposit', { cents: 1 })
  const restingOnBoth = system.state(Account, '1')
  const activating = system.send(Account, '3', 'deposit', { cents: 1 })
  commit.reject(new Error('disk on fire'))

  assert.deepEqual(await outcomes([committing, resting, behind, restingOnBoth, activating]), [
    'DRAMATIS_COMMIT_UNKNOWN',
    'DRAMATIS_STORE_STOPPED',
    'DRAMATIS_STORE_STOPPED',
    'DRAMATIS_STORE_STOPPED',
    'DRAMATIS_STORE_STOPPED',
  ])
  await assert.rejects(committing, { message: /is unknown/ })
})

test('after a failed commit commands fail at once until the store is open again', async (t) => {
  const { system, store, failNextCommit } = await openWorkplace(t)
  await system.send(Account, '1', 'deposit', { cents: 10 })
  let allowed = false
  const reopen = store.reopen.bind(store)
  store.reopen = () => (allowed ? reopen() : Promise.reject(new Error('still no disk')))
  failNextCommit()

  const lost = await outcomes([system.send(Account, '1', 'withdraw', { cents: 4 })])
  const meanwhile = await outcomes([
    system.send(Account, '1', 'withdraw', { cents: 4 }),
    system.state(Account, '1'),
  ])
  const phase = system.status().phase
  allowed = true

  assert.deepEqual(lost, ['DRAMATIS_COMMIT_UNKNOWN'])
  assert.deepEqual(meanwhile, ['DRAMATIS_STORE_STOPPED', 'DRAMATIS_STORE_STOPPED'])
  assert.equal(phase, 'recovering')
})

test('reopening is tried again with a growing pause, and then commands go on', async (t) => {
  const { system, store, clock, failNextCommit } = await openWorkplace(t)
  await system.send(Account, '1', 'deposit', { cents: 10 })
  let failures = 3
  const reopen = store.reopen.bind(store)
  store.reopen = () => (failures-- > 0 ? Promise.reject(new Error('no disk')) : reopen())
  failNextCommit()
  await outcomes([system.send(Account, '1', 'withdraw', { cents: 4 })])

  for (let pauses = 0; pauses < 3; pauses++) {
    assert.equal(system.status().phase, 'recovering')
    await turns()
    clock.advance(400)
  }
  await turns()
  const receipt = await system.send(Account, '1', 'withdraw', { cents: 10 })

  assert.deepEqual([receipt.version, receipt.position], [2, 2])
  assert.equal(system.status().commitFailures, 1)
})

test('what was not written is gone, and positions go on dense after reopening', async (t) => {
  const { system, store, published, holdCommits } = await openWorkplace(t)
  await system.send(Account, '1', 'deposit', { cents: 10 })
  const commit = holdCommits()
  const lost = [1, 2, 3].map((cents) => system.send(Account, '1', 'withdraw', { cents }))
  await turns()
  const behind = system.send(Account, '2', 'deposit', { cents: 1 })
  commit.reject(new Error('disk on fire'))
  await outcomes([...lost, behind])
  await turns()

  const receipts = await Promise.all([
    system.send(Account, '1', 'withdraw', { cents: 10 }, { expectedVersion: 1 }),
    system.send(Account, '2', 'deposit', { cents: 1 }, { expectedVersion: 'none' }),
  ])

  assert.deepEqual(receipts.map(({ position }) => position).sort(), [2, 3])
  assert.equal((await readAll(store, 'Account-1')).length, 2)
  assert.deepEqual(
    published.map((event) => event.position),
    [1, 2, 3],
  )
})

test('a commit that landed although it failed is seen by the next command, and by all who follow', async (t) => {
  let isFailing = false
  const store = await openMemoryEventStore({
    clock: new ManualClock(),
    failpoint: (step) => {
      if (step === 'committed' && isFailing) throw new Error('lost the answer')
    },
  })
  const { system, published } = await openWorkplace(t, { store })
  const heard: number[] = []
  store.onCommit(({ to }) => heard.push(to))
  await system.send(Account, '1', 'deposit', { cents: 10 })
  isFailing = true

  const unknown = system.send(Account, '1', 'withdraw', { cents: 4 })
  await assert.rejects(unknown, { code: 'DRAMATIS_COMMIT_UNKNOWN' })
  isFailing = false
  await turns()

  assert.equal(((await system.state(Account, '1')) as { cents: number }).cents, 6)
  await assert.rejects(
    system.send(Account, '1', 'withdraw', { cents: 4 }, { expectedVersion: 1 }),
    { code: 'DRAMATIS_VERSION_CONFLICT' },
  )
  assert.deepEqual(heard, [1, 2])
  assert.deepEqual(
    published.map(({ position }) => position),
    [1, 2],
  )
})

test('a commit that hangs stops the store by its own deadline, and commands go on after', async (t) => {
  const clock = new ManualClock()
  let isHanging = false
  const hanging = createDeferred()
  const store = await openMemoryEventStore({
    clock,
    commitTimeoutMs: 1_000,
    failpoint: () => (isHanging ? hanging.promise : undefined),
  })
  const { system } = await openWorkplace(t, { store, clock })
  await system.send(Account, '1', 'deposit', { cents: 10 })
  isHanging = true

  const hung = system.send(Account, '1', 'withdraw', { cents: 4 })
  await turns()
  clock.advance(1_000)
  await assert.rejects(hung, { code: 'DRAMATIS_COMMIT_UNKNOWN' })
  isHanging = false
  hanging.resolve()
  await turns()
  clock.advance(100)
  await turns()

  assert.equal((await system.send(Account, '1', 'withdraw', { cents: 10 })).version, 2)
})

test('closing while the store recovers ends', async (t) => {
  const { system, store, failNextCommit } = await openWorkplace(t)
  store.reopen = () => Promise.reject(new Error('no disk'))
  failNextCommit()
  await outcomes([system.send(Account, '1', 'deposit', { cents: 4 })])

  await system.close()

  assert.equal(system.status().phase, 'closed')
})
