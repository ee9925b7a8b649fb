/**
 * What commands, views and handlers cost, counted: a change that makes them dearer fails here, however
 * fast or busy the machine is.
 *
 * Speed is measured by `npm run bench`, on a quiet machine. This counts what speed follows from: writes,
 * transactions, flushes, messages between threads, bytes written and bytes allocated. Limits are what was
 * counted when they were set, and a little more.
 */

import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { complaintAbout, type Limit } from './limit.js'
import { type Counted, canTrace, countMemory, countWrites } from './run-counted.js'

/** Until the entries of commits are folded into the table of heads, so that this is counted too. */
const roundsUntilFolded = 64
const roundsFollowed = 10

/** @returns what was counted, per round. */
function assertLimits(count: () => Promise<Counted>, limits: readonly Limit[]): () => Counted {
  let counted: Counted
  before(async () => {
    counted = await count()
  })
  for (const limit of limits) {
    test(`take at most ${limit.most.toLocaleString('en')} ${limit.figure}`, () => {
      assert.equal(complaintAbout(limit, counted.get(limit.figure)), null)
    })
  }
  return () => counted
}

function assertFlushes(counted: () => Counted, transactions: readonly string[]): void {
  test('take one flush for each transaction', { skip: !canTrace && 'strace is missing' }, () => {
    const each = transactions.map((name) => counted().get(name)!)

    assert.equal(
      counted().get('flushes'),
      each.reduce((sum, value) => sum + value),
    )
  })
}

describe('a thousand commands to a thousand actors', () => {
  const counted = assertLimits(
    () => countWrites({ rounds: roundsUntilFolded, hasSubscriptions: false }),
    [
      {
        figure: 'log transactions',
        most: 1,
        hint: 'What is sent in one turn of the event loop shares a commit: src/actors/commit-queue.ts.',
      },
      {
        figure: 'log writes',
        most: 67,
        hint: 'Records lie in segments, heads wait in entries: docs/adr/0020-segments-and-entries-of-groups.md.',
      },
      {
        figure: 'log bytes',
        most: 201_000,
        hint: 'What a record holds is in docs/storage-format.md.',
      },
    ],
  )
  assertFlushes(counted, ['log transactions'])
})

describe('a thousand events through a view and a handler on a worker thread', () => {
  const counted = assertLimits(
    () => countWrites({ rounds: roundsFollowed, hasSubscriptions: true }),
    [
      {
        figure: 'messages',
        most: 8,
        hint: 'Threads read the log themselves; they are woken, report and are acknowledged in batches.',
      },
      {
        figure: 'view transactions',
        most: 1,
        hint: 'A piece of the log is one transaction: src/subscriptions/project-piece.ts.',
      },
      {
        figure: 'view writes',
        most: 3_002,
        hint: 'A row that changes is one write, and two for an index whose key changes with it.',
      },
      {
        figure: 'view bytes',
        most: 29_000,
        hint: 'What a row is kept as is in docs/storage-format.md.',
      },
      {
        figure: 'work transactions',
        most: 1,
        hint: 'A report of a pump is one transaction: src/subscriptions/handler-ledger.ts.',
      },
      {
        figure: 'work writes',
        most: 18,
        hint: 'A report moves one cursor for each partition: src/subscriptions/handler-ledger.ts.',
      },
    ],
  )
  assertFlushes(counted, ['log transactions', 'view transactions', 'work transactions'])
})

describe('the memory of a command', () => {
  assertLimits(
    () => countMemory({ warmUpRounds: 30, rounds: 5 }),
    [
      {
        figure: 'heap bytes',
        most: 3_100,
        hint: 'Where they come from is told by node --heap-prof, with --heap-prof-interval=4096.',
      },
      {
        figure: 'buffer bytes',
        most: 420,
        hint: 'Bytes outside of the heap: records and what is handed to LMDB.',
      },
    ],
  )
})
