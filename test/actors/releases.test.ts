/**
 * Outcomes are handed out a slice at a time: in order, and with what is durable ahead of what failed.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CommitGroup } from '../../src/actors/commit-queue.js'
import type { Message } from '../../src/actors/message.js'
import { Releases } from '../../src/actors/releases.js'
import { createDeferred } from '../../src/base/deferred.js'
import { Account, openWorkplace } from './account.js'

const many = 1_000

function groupOf(count: number): CommitGroup {
  const group = new CommitGroup()
  for (let at = 0; at < count; at++) group.messages.push({} as Message)
  return group
}

test('a slice leaves at once, and the groups behind it in their order', async () => {
  const told: string[] = []
  const groups = [groupOf(5), groupOf(1)]
  const allDone = new Promise<void>((resolve) => {
    const releases = new Releases(2, {
      onReleased: (group, from, to) => told.push(`${groups.indexOf(group)}: ${from} to ${to}`),
      onGroupDone: (group) => {
        told.push(`${groups.indexOf(group)}: done`)
        if (group === groups[1]) resolve()
      },
    })

    for (const group of groups) releases.add(group)
    assert.deepEqual(told, ['0: 0 to 2'])
  })
  await allDone

  const rest = ['0: 2 to 4', '0: 4 to 5', '0: done', '1: 0 to 1', '1: done']
  assert.deepEqual(told, ['0: 0 to 2', ...rest])
})

test('a message that joins while its group is handed out leaves with it', async () => {
  const counts: number[] = []
  const group = groupOf(3)

  await new Promise<void>((resolve) => {
    const releases = new Releases(3, {
      onReleased: ({ messages }, from, to) => {
        if (from === 0) messages.push({} as Message)
        counts.push(to - from)
      },
      onGroupDone: () => resolve(),
    })
    releases.add(group)
  })

  assert.deepEqual(counts, [3, 1])
})

test('everything that is left can be handed out at once', () => {
  const done: CommitGroup[] = []
  const groups = [groupOf(5), groupOf(0), groupOf(4)]
  const releases = new Releases(2, {
    onReleased: () => {},
    onGroupDone: (group) => done.push(group),
  })
  for (const group of groups) releases.add(group)

  releases.flush()

  assert.deepEqual(done, groups)
})

test('what the first receipts lead to is on its way to the disk before the last is told', async (t) => {
  const { system, store } = await openWorkplace(t)
  const order: string[] = []
  const commit = store.commit.bind(store)
  store.commit = () => {
    order.push('commit')
    return commit()
  }

  await Promise.all(
    Array.from({ length: many }, async (_, at) => {
      await system.send(Account, `${at}`, 'deposit', { cents: 1 })
      if (at === many - 1) order.push('last of the first')
      await system.send(Account, `${at}`, 'deposit', { cents: 1 })
    }),
  )

  const commitsBefore = order.slice(0, order.indexOf('last of the first'))
  assert.ok(commitsBefore.length >= 2, `${order}`)
})

test('an actor answers in the order of asking while receipts are being handed out', async (t) => {
  const { system } = await openWorkplace(t)
  const order: string[] = []
  const note = async (what: string, answer: Promise<unknown>): Promise<void> => {
    await answer
    order.push(what)
  }
  const noted: Promise<void>[] = []

  const first = system.send(Account, '1', 'deposit', { cents: 1 })
  const others = Array.from({ length: many }, (_, at) =>
    system.send(Account, `other-${at}`, 'deposit', { cents: 1 }),
  )
  noted.push(note('receipt', system.send(Account, '1', 'deposit', { cents: 1 })))
  await first
  noted.push(note('state', system.state(Account, '1')))
  await Promise.all([...others, ...noted])

  assert.deepEqual(order, ['receipt', 'state'])
})

test('receipts of what is durable come ahead of the failure of what is not', async (t) => {
  const { system, failNextCommit } = await openWorkplace(t)
  const order: string[] = []
  let again: Promise<unknown> = Promise.resolve()

  await Promise.all(
    Array.from({ length: many }, async (_, at) => {
      await system.send(Account, `${at}`, 'deposit', { cents: 1 })
      order.push('receipt')
      if (at > 0) return
      failNextCommit()
      again = system.send(Account, `${at}`, 'deposit', { cents: 1 }).catch(() => {
        order.push('failure')
      })
    }),
  )
  await again

  assert.equal(order.indexOf('failure'), many)
})

test('closing past its deadline hands out the receipts of what is durable', async (t) => {
  const { system, clock } = await openWorkplace(t)
  const versions: number[] = []
  const closed = createDeferred<number>()

  for (let at = 0; at < many; at++) {
    void system.send(Account, `${at}`, 'deposit', { cents: 1 }).then(({ version }) => {
      versions.push(version)
      if (at > 0) return
      void system.close(10).then(() => closed.resolve(versions.length))
      clock.advance(10)
    })
  }

  assert.equal(await closed.promise, many)
})
