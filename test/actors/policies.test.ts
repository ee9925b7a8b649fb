import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type IdleEntry, IdleList } from '../../src/actors/idle-list.js'
import { defaultActorLimits, parseActorLimits } from '../../src/actors/limits.js'
import { Mailbox } from '../../src/actors/mailbox.js'
import { actorsToEvict, isIdleForLong, sweepDelayMs } from '../../src/actors/passivation.js'
import { recoveryDelayMs } from '../../src/actors/recovery-policy.js'
import { isSnapshotDue, isSnapshotUsable } from '../../src/actors/snapshot-policy.js'

test('the default limits pass their own check', () => {
  assert.deepEqual(parseActorLimits(), defaultActorLimits)
  assert.deepEqual(parseActorLimits(defaultActorLimits), defaultActorLimits)
})

test('a first pause beyond the ceiling raises the ceiling, and one set below it is refused', () => {
  assert.equal(parseActorLimits({ recoveryDelayMs: 60_000 }).recoveryDelayMsMax, 60_000)
  assert.throws(() => parseActorLimits({ recoveryDelayMs: 200, recoveryDelayMsMax: 100 }), {
    code: 'DRAMATIS_INVALID_ARGUMENT',
    argument: 'limits.recoveryDelayMsMax',
  })
})

test('the pause doubles to its ceiling, and chance only shortens it', () => {
  const limits = parseActorLimits({ recoveryDelayMs: 100, recoveryDelayMsMax: 1_000 })
  const longest = [1, 2, 3, 4, 5, 100].map((failures) => recoveryDelayMs(limits, failures, 1))
  const shortest = [1, 2, 3, 4, 5, 100].map((failures) => recoveryDelayMs(limits, failures, 0))

  assert.deepEqual(longest, [100, 200, 400, 800, 1_000, 1_000])
  assert.deepEqual(shortest, [50, 100, 200, 400, 500, 500])
})

const due: readonly [number, number, number, boolean][] = [
  [10, 0, 9, false],
  [10, 0, 10, true],
  [10, 0, 25, true],
  [10, 20, 29, false],
  [10, 20, 30, true],
  [1, 4, 5, true],
]

for (const [everyEvents, kept, version, expected] of due) {
  test(`every ${everyEvents}, kept at ${kept}, at ${version}: due is ${expected}`, () => {
    assert.equal(isSnapshotDue(everyEvents, kept, version), expected)
  })
}

test('a snapshot ahead of its stream, or of another state version, is not used', () => {
  const snapshot = { version: 5, position: 9, stateVersion: 1, state: null }

  assert.equal(isSnapshotUsable(snapshot, 1, { version: 5, position: 9, state: 'open' }), true)
  assert.equal(isSnapshotUsable(snapshot, 1, { version: 4, position: 8, state: 'open' }), false)
  assert.equal(isSnapshotUsable(snapshot, 2, { version: 5, position: 9, state: 'open' }), false)
})

test('a snapshot of a deleted stream is not used', () => {
  const snapshot = { version: 5, position: 9, stateVersion: 1, state: null }

  assert.equal(isSnapshotUsable(snapshot, 1, { version: 9, position: 20, state: 'deleted' }), false)
})

test('an actor is idle for long from idleMs on', () => {
  const limits = parseActorLimits({ idleMs: 1_000 })

  assert.equal(isIdleForLong(limits, 500, 1_499), false)
  assert.equal(isIdleForLong(limits, 500, 1_500), true)
  assert.equal(sweepDelayMs(limits), 250)
  assert.equal(sweepDelayMs(parseActorLimits({ idleMs: 1 })), 1)
})

test('room is made for exactly one more actor', () => {
  const limits = parseActorLimits({ actorsMax: 3 })

  assert.deepEqual(
    [0, 2, 3, 5].map((resident) => Math.max(0, actorsToEvict(limits, resident))),
    [0, 0, 1, 3],
  )
})

test('a mailbox gives back what it was given, in order, whatever is taken between', () => {
  const operation = fc.oneof(
    fc.record({ put: fc.integer() }),
    fc.constant('take' as const),
    fc.constant('remove' as const),
  )

  fc.assert(
    fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
      const mailbox = new Mailbox<{ put: number }>()
      const model: { put: number }[] = []
      for (const each of operations) {
        if (each === 'take') assert.equal(mailbox.take(), model.shift())
        else if (each === 'remove') {
          const middle = model[Math.floor(model.length / 2)]
          assert.equal(middle === undefined || mailbox.remove(middle), true)
          model.splice(Math.floor(model.length / 2), 1)
        } else {
          mailbox.put(each)
          model.push(each)
        }
        assert.equal(mailbox.depth, model.length)
      }
      assert.deepEqual(mailbox.takeAll(), model)
    }),
  )
})

class Entry implements IdleEntry<Entry> {
  isIdle = false
  idleSinceMs = 0
  idleBefore: Entry | null = null
  idleAfter: Entry | null = null
}

test('the idle list keeps the longest idle first, whichever entries leave', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 9 }), { maxLength: 100 }), (toggles) => {
      const list = new IdleList<Entry>()
      const entries = Array.from({ length: 10 }, () => new Entry())
      const model: Entry[] = []
      for (const [at, which] of toggles.entries()) {
        const entry = entries[which]!
        if (entry.isIdle) {
          list.remove(entry)
          model.splice(model.indexOf(entry), 1)
        } else {
          list.add(entry, at)
          model.push(entry)
        }
        assert.equal(list.longest, model[0] ?? null)
        assert.equal(list.size, model.length)
      }
      for (const entry of model) {
        assert.equal(list.longest, entry)
        list.remove(entry)
      }
      assert.equal(list.longest, null)
    }),
  )
})
