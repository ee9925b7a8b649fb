/** The part of the event store contract about claims. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { RecordedEvent } from '../events/event.js'
import { type Claim, type ClaimChanges, claimKey } from '../store/claims.js'
import type { EventStore } from '../store/contracts.js'
import type { OpenStore } from './event-store-contract.js'
import { sampleAppend } from './sample-events.js'

export function claimContract(openStore: OpenStore): void {
  describe('claims', () => {
    claimTests(openStore)
    claimRuleTests(openStore)
    claimFailureTests(openStore)
  })
}

function email(value: string): { name: string; value: string } {
  return { name: 'Customer.email', value }
}

/** Stages an event of a stream with what it claims and releases. */
function claim(
  store: EventStore,
  id: string,
  claimed: readonly string[],
  released: readonly string[] = [],
): readonly (readonly RecordedEvent[])[] {
  return store.stage([sampleAppend(id, 'any', 1)], () => [changes(id, claimed, released)])
}

function changes(
  id: string,
  claimed: readonly string[],
  released: readonly string[],
): ClaimChanges {
  return {
    streamId: `Account-${id}`,
    claimed: claimed.map(email),
    released: released.map((value) => claimKey(email(value))),
  }
}

function claimTests(openStore: OpenStore): void {
  test('a claim has one owner, whether staged, being committed or durable', async (t) => {
    const store = await openStore(t)
    const taken = { code: 'DRAMATIS_CLAIM_TAKEN', owner: 'Account-1', streamId: 'Account-2' }

    claim(store, '1', ['a'])
    assert.throws(() => claim(store, '2', ['b', 'a']), { ...taken, value: 'a' })
    const committing = store.commit()
    assert.throws(() => claim(store, '2', ['a']), taken)
    await committing
    assert.throws(() => claim(store, '2', ['a']), { ...taken, claim: 'Customer.email' })
    claim(store, '1', ['a'])
    claim(store, '2', ['b'])
    await store.commit()

    assert.equal(store.head, 3)
    assert.equal(await store.readClaimOwner(email('a')), 'Account-1')
    assert.equal(await store.readClaimOwner(email('b')), 'Account-2')
    assert.equal(await store.readClaimOwner({ name: 'Customer.phone', value: 'a' }), undefined)
  })

  test('a claim is free from the moment that its release is staged', async (t) => {
    const store = await openStore(t)
    claim(store, '1', ['a'])
    await store.commit()

    claim(store, '1', [], ['a'])
    claim(store, '2', ['a'])
    const before = await store.readClaimOwner(email('a'))
    await store.commit()
    claim(store, '2', [], ['a'])
    await store.commit()

    assert.deepEqual([before, await store.readClaimOwner(email('a'))], ['Account-1', undefined])
  })

  test('in one call everything is released before anything is claimed', async (t) => {
    const store = await openStore(t)
    claim(store, '1', ['a'])
    claim(store, '2', ['b'])
    await store.commit()

    store.stage([sampleAppend('1', 'any', 1), sampleAppend('2', 'any', 1)], () => [
      changes('1', ['b'], ['a']),
      changes('2', ['a'], ['b']),
    ])
    await store.commit()

    assert.equal(await store.readClaimOwner(email('a')), 'Account-2')
    assert.equal(await store.readClaimOwner(email('b')), 'Account-1')
  })
}

function claimRuleTests(openStore: OpenStore): void {
  test('two streams cannot claim one value in one call', async (t) => {
    const store = await openStore(t)
    const both = () => [changes('1', ['a'], []), changes('2', ['a'], [])]

    assert.throws(
      () => store.stage([sampleAppend('1', 'any', 1), sampleAppend('2', 'any', 1)], both),
      { code: 'DRAMATIS_CLAIM_TAKEN', owner: 'Account-1' },
    )

    assert.deepEqual(await store.commit(), { after: 0, to: 0 })
    assert.equal(await store.readClaimOwner(email('a')), undefined)
  })

  test('only the owner of a claim releases it', async (t) => {
    const store = await openStore(t)
    claim(store, '1', ['a'])
    claim(store, '2', [], ['a'])

    await store.commit()

    assert.equal(await store.readClaimOwner(email('a')), 'Account-1')
  })

  test('claims are listed by name and by key, each with its owner', async (t) => {
    const store = await openStore(t)
    const named = (name: string): Claim[] => ['a', 'b', 'c'].map((value) => ({ name, value }))
    const claimed = ['Customer.email', 'Customer.phone', 'Customer.badge'].flatMap(named)
    store.stage([], () => [{ streamId: 'Account-1', claimed, released: [] }])
    await store.commit()

    for (const name of ['Customer.email', 'Customer.phone', 'Customer.badge']) {
      const keys = named(name).map(claimKey).sort()
      const entries = keys.map((key) => ({ key, owner: 'Account-1' }))
      assert.deepEqual(await store.readClaims(name, undefined, 100), entries)
      assert.deepEqual(await store.readClaims(name, keys[0], 1), entries.slice(1, 2))
    }
  })

  test('claims can change without events', async (t) => {
    const store = await openStore(t)
    const results: unknown[] = []
    store.onCommit((result) => results.push(result))

    store.stage([], () => [changes('1', ['a'], [])])
    const result = await store.commit()

    assert.deepEqual([result, results], [{ after: 0, to: 0 }, []])
    assert.equal(await store.readClaimOwner(email('a')), 'Account-1')
  })
}

function claimFailureTests(openStore: OpenStore): void {
  test('the claims of a commit that failed are free again', async (t) => {
    let isFailing = true
    const store = await openStore(t, {
      failpoint: () => {
        if (isFailing) throw new Error('disk on fire')
      },
    })
    claim(store, '1', ['a'])
    await assert.rejects(store.commit(), { code: 'DRAMATIS_COMMIT_UNKNOWN' })
    isFailing = false
    await store.reopen()

    claim(store, '2', ['a'])
    await store.commit()

    assert.equal(await store.readClaimOwner(email('a')), 'Account-2')
  })

  test('a refused claim leaves versions, positions and other claims as they were', async (t) => {
    const store = await openStore(t)
    claim(store, '1', ['a'])
    assert.throws(() => claim(store, '2', ['b', 'a']), { code: 'DRAMATIS_CLAIM_TAKEN' })

    const [[event]] = claim(store, '3', ['b']) as [[RecordedEvent]]

    assert.deepEqual([event.version, event.position], [1, 2])
    await store.commit()
    assert.equal(await store.readClaimOwner(email('b')), 'Account-3')
  })

  test('the claims of one name are listed a page at a time', async (t) => {
    const store = await openStore(t)
    const values = ['a', 'b', 'c', 'd', 'e']
    for (const value of values) claim(store, value, [value])
    const phone = { name: 'Customer.phone', value: '1' }
    store.stage([], () => [{ streamId: 'Account-1', claimed: [phone], released: [] }])
    await store.commit()

    const first = await store.readClaims('Customer.email', undefined, 3)
    const rest = await store.readClaims('Customer.email', first.at(-1)?.key, 3)

    assert.deepEqual([first.length, rest.length], [3, 2])
    assert.deepEqual(
      [...first, ...rest].map(({ key }) => key),
      values.map((value) => claimKey(email(value))).sort(),
    )
    assert.deepEqual(
      [...first, ...rest].map(({ owner }) => owner).sort(),
      values.map((value) => `Account-${value}`),
    )
  })
}
