import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type IdleEntry, IdleList } from '../../src/actors/idle-list.js'
import { defaultActorLimits, parseActorLimits } from '../../src/actors/limits.js'
import { Mailbox } from '../../src/actors/mailbox.js'
import { actorsToEvict, isIdleForLong, sweepDelayMs } from '../../src/actors/passivation.js'
import { recoveryDelayMs } from '../../src/actors/recovery-policy.js'
import {
  isSnapshotDue,
  isSnapshotDueAtPassivation,
  isSnapshotUsable,
  type KeptState,
} from '../../src/actors/snapshot-policy.js'
import type { RecordedEvent } from '../../src/events/event.js'

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

const rules = { version: 1, everyEvents: null, onPassivation: false, when: null }

function standing(versionKept: number, version: number): KeptState {
  return { aggregateId: '1', streamId: 'Counter-1', state: { n: version }, version, versionKept }
}

function eventAt(version: number): RecordedEvent {
  return { version } as RecordedEvent
}

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
    assert.equal(
      isSnapshotDue({ ...rules, everyEvents }, standing(kept, version), eventAt(version)),
      expected,
    )
  })
}

test('a rule is told where the actor stands, and its yes or no counts', () => {
  const asked: unknown[] = []
  const when = (state: unknown, moment: unknown): boolean => asked.push([state, moment]) === 2

  const first = isSnapshotDue({ ...rules, when }, standing(3, 5), eventAt(5))
  const second = isSnapshotDue({ ...rules, when }, standing(3, 6), eventAt(6))

  assert.deepEqual([first, second], [false, true])
  assert.deepEqual(asked[0], [
    { n: 5 },
    { aggregateId: '1', version: 5, eventsSince: 2, event: { version: 5 } },
  ])
})

test('a rule is not asked when a snapshot is due anyway', () => {
  const when = (): boolean => assert.fail('asked')

  assert.equal(isSnapshotDue({ ...rules, everyEvents: 2, when }, standing(3, 5), eventAt(5)), true)
})

for (const [name, when] of [
  ['throws', () => assert.fail('broken rule')],
  ['returns nothing', () => undefined],
  ['returns a truthy text', () => 'yes'],
  ['returns a promise', async () => assert.fail('late')],
] as const) {
  test(`a rule that ${name} is one typed error`, () => {
    assert.throws(() => isSnapshotDue({ ...rules, when }, standing(3, 5), eventAt(5)), {
      code: 'DRAMATIS_SNAPSHOT_RULE_FAILED',
      streamId: 'Counter-1',
      version: 5,
    })
  })
}

test('an actor that is let go is worth a snapshot unless the newest one has its state', () => {
  const keeping = { ...rules, onPassivation: true }

  assert.equal(isSnapshotDueAtPassivation(keeping, 4, 5), true)
  assert.equal(isSnapshotDueAtPassivation(keeping, 5, 5), false)
  assert.equal(isSnapshotDueAtPassivation(keeping, 0, 0), false)
  assert.equal(isSnapshotDueAtPassivation(rules, 4, 5), false)
})

test('a snapshot ahead of the wanted version, or of another state version, is not used', () => {
  const snapshot = { version: 5, position: 9, stateVersion: 1, state: null }

  assert.equal(isSnapshotUsable(snapshot, 1, 5), true)
  assert.equal(isSnapshotUsable(snapshot, 1, 4), false)
  assert.equal(isSnapshotUsable(snapshot, 2, 5), false)
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
