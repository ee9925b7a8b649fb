/** What a life makes of a write: what is on the disk afterwards, and what the writer is told. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ManualClock } from '../../src/base/manual-clock.js'
import { defineApp } from '../../src/define/app.js'
import { defineSaga } from '../../src/define/saga/saga.js'
import { MemoryDisk } from '../../src/store/memory/memory-disk.js'
import { openDiskTables } from '../../src/store/memory/memory-tables.js'
import type { TableDatabase } from '../../src/store/tables.js'
import { DiskLife, type PowerSupply, type WriteFate } from '../../src/testing/disk-life.js'
import { Purchase } from './shop-on-disk.js'

const outage = new Error('no power')
const failure = new Error('no disk')

function supplyOf(next: () => WriteFate): PowerSupply {
  return { spend: next, lostError: () => outage, failedError: () => failure }
}

/** One table that holds 1, opened in a life whose next write has that fate. */
async function openOne(
  fate: WriteFate,
): Promise<{ life: DiskLife; db: TableDatabase; read: () => Promise<unknown> }> {
  const disk = new MemoryDisk()
  let next: WriteFate = 'acknowledged'
  const begin = (): DiskLife =>
    new DiskLife(
      supplyOf(() => next),
      new ManualClock(),
    )
  const open = (life: DiskLife): Promise<TableDatabase> =>
    openDiskTables(disk, 'work', ['rows'], life)
  const life = begin()
  await (await open(life)).write([{ table: 'rows', key: ['a'], value: 1 }])
  const db = await open(life)
  next = fate
  return { life, db, read: async () => (await open(begin())).table('rows').get(['a']) }
}

function putTwo(db: TableDatabase): void {
  db.transactSync(() => db.table('rows').put(['a'], 2))
}

const fates = [
  ['acknowledged', 2],
  ['kept', 2],
  ['lost', 1],
] as const

const failedFates = [
  ['doubtful', 2],
  ['refused', 1],
] as const

describe('a write on a simulated disk', () => {
  for (const [fate, value] of fates) {
    test(`that is ${fate} leaves ${value === 2 ? 'the new value' : 'the old one'}`, async () => {
      const { life, db, read } = await openOne(fate)

      const written = db.write([{ table: 'rows', key: ['a'], value: 2 }]).then(() => 'written')
      const told = await Promise.race([written, life.died.then(() => 'died')])

      assert.equal(await read(), value)
      assert.equal(told, fate === 'acknowledged' ? 'written' : 'died')
    })

    test(`in a transaction that is ${fate} leaves ${value === 2 ? 'the new value' : 'the old one'}`, async () => {
      const { db, read } = await openOne(fate)

      if (fate === 'acknowledged') putTwo(db)
      else assert.throws(() => putTwo(db), outage)

      assert.equal(await read(), value)
    })
  }

  for (const [fate, value] of failedFates) {
    test(`that fails and is ${fate} leaves ${value === 2 ? 'the new value' : 'the old one'}`, async () => {
      const { life, db, read } = await openOne(fate)

      await assert.rejects(db.write([{ table: 'rows', key: ['a'], value: 2 }]), failure)

      assert.equal(await read(), value)
      assert.equal(life.state, 'open')
    })

    test(`in a transaction that fails and is ${fate} leaves ${value === 2 ? 'the new value' : 'the old one'}`, async () => {
      const { life, db, read } = await openOne(fate)

      assert.throws(() => putTwo(db), failure)

      assert.equal(await read(), value)
      assert.equal(life.state, 'open')
    })
  }

  test('that throws is none', async () => {
    const { life, db, read } = await openOne('lost')
    const refusal = new Error('no')

    const refused = (): void =>
      db.transactSync(() => {
        db.table('rows').put(['a'], 2)
        throw refusal
      })

    assert.throws(refused, refusal)
    assert.equal(life.state, 'open')
    assert.equal(await read(), 1)
  })

  test('after the last one changes nothing, and never begins', async () => {
    const { life, db, read } = await openOne('acknowledged')
    life.cutPower()

    void db.write([{ table: 'rows', key: ['a'], value: 2 }])

    assert.throws(() => db.table('rows').get(['a']), outage)
    assert.throws(() => db.table('rows').range(), outage)
    assert.equal(await read(), 1)
  })
})

describe('a life that is over', () => {
  test('makes no call for a saga, and never says so', async () => {
    const { life } = await openOne('acknowledged')
    let calls = 0
    const call = (): number => ++calls
    const Delivery = defineSaga('Delivery', {
      from: [Purchase],
      startOn: 'Bought',
      state: () => ({}),
      steps: ({ step }) => step('deliver', { call, compensate: { call } }),
    })
    const app = life.animate(defineApp({ actors: [Purchase], sagas: [Delivery] }))
    const { node } = app.sagas[0]!.index.steps.get('deliver')!
    const made = [node.action, node.compensate!.action] as { readonly call: () => unknown }[]
    for (const action of made) action.call()
    assert.equal(calls, 2)

    life.cutPower()
    let settled = 0
    for (const action of made) void Promise.resolve(action.call()).finally(() => settled++)
    await new Promise((resolve) => setImmediate(resolve))

    assert.deepEqual([calls, settled], [2, 0])
  })
})
