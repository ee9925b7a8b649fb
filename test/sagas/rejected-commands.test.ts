/** Commands that reactions have sent, and that are refused: what is asked, and when the instance halts. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AnySaga, Effects, FailedCommand } from '../../src/define/saga/saga.js'
import { Decisions, failed } from './decisions.js'
import { charge, paying, type React, type State, type Tools } from './reactions.js'

describe('a command that a reaction sent and that is refused', () => {
  const refused = failed('#1', 1, {
    failure: {
      error: { name: 'CommandRejectedError', message: 'no', reason: 'TOO_MUCH' } as never,
      terminal: false,
      retryAfterMs: null,
    },
  })
  type Rejected = (state: State, failed: FailedCommand, tools: Tools) => Effects<State>

  function refuse(react: React, rejected?: Rejected): Decisions {
    const saga = { ...paying(react), rejected: rejected ?? null } as AnySaga
    const decisions = new Decisions(saga).start()
    decisions.receive(decisions.event('TripPaid', { cents: 1 }))
    decisions.settle(refused)
    return decisions
  }

  test('comes back with what was sent, and the reason of the domain', () => {
    let seen: unknown
    const decisions = refuse(
      (tools) => charge(tools),
      (_state, failedCommand, tools) => {
        seen = failedCommand
        return tools.become({ cents: 0 })
      },
    )

    assert.deepEqual(seen, {
      actor: 'Account',
      aggregateId: 't1',
      command: 'charge',
      reason: 'TOO_MUCH',
      message: 'no',
    })
    assert.deepEqual(decisions.instance.data, { cents: 0 })
    assert.equal(decisions.instance.steps['#1']!.status, 'failed')
    assert.deepEqual(decisions.instance.halts, [])
  })

  test('halts the instance when nobody has said what follows', () => {
    const decisions = refuse((tools) => charge(tools))

    const [halt] = decisions.instance.halts
    assert.deepEqual([halt!.step, halt!.error.message], ['#1', 'no'])
  })

  test('halts the instance once it completes: no reaction is asked any more', () => {
    const decisions = refuse(
      (tools) => [charge(tools), tools.complete()],
      () => assert.fail('it was asked'),
    )

    assert.equal(decisions.instance.halts[0]?.step, '#1')
    assert.equal(decisions.instance.status, 'running')
  })

  test('halts the instance when the reaction to it throws, and asks again when it is retried', () => {
    let isMended = false
    const decisions = refuse(
      (tools) => charge(tools),
      () => {
        if (!isMended) throw new Error('a mistake')
        return []
      },
    )
    assert.equal(decisions.instance.halts[0]?.error.code, 'DRAMATIS_SAGA_CODE')
    isMended = true

    decisions.operate({ verb: 'retry' })
    decisions.settle({ ...refused, attempt: 2 })

    assert.deepEqual(decisions.instance.halts, [])
    assert.equal(decisions.instance.steps['#1']!.status, 'failed')
  })

  test('may fail the instance', () => {
    const decisions = refuse(
      (tools) => charge(tools),
      (_state, { reason }, tools) => tools.fail(reason),
    )

    assert.equal(decisions.instance.status, 'failed')
  })

  test('may complete the instance', () => {
    const decisions = refuse(
      (tools) => charge(tools),
      (_state, _failed, tools) => tools.complete(),
    )

    assert.equal(decisions.instance.status, 'completed')
  })
})
