/** Going on after an interruption, wherever it fell: the log ends up as if nothing had happened. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type DomainOutcome, runDomain } from '../../actors/demo/domain-run.js'
import { generateOrders } from '../../actors/demo/generated-orders.js'
import { planResume } from '../../actors/demo/resume.js'
import { type OrderCommand, orderCommand } from '../../actors/order/order-command.js'
import { at, payloads } from './order-history.js'

test('a fresh log needs everything sent', () => {
  const commands = generateOrders(20, 7)

  assert.deepEqual(planResume(commands, new Set()), { toSend: commands, recorded: 0, refusals: [] })
})

test('a refusal that was answered before the interruption is not asked for again', () => {
  const early = orderCommand('1', 'ship', payloads.ship, at, 'early')
  const create = orderCommand('1', 'create', payloads.create, at)
  const pay = orderCommand('1', 'pay', payloads.pay, at)
  const deliver = orderCommand('1', 'deliver', payloads.deliver, at)

  const plan = planResume([create, early, pay, deliver], new Set(['1:create', '1:pay']))

  assert.deepEqual(plan, { toSend: [deliver], recorded: 2, refusals: ['ORDER_NOT_PAID'] })
})

test('wherever a run is cut, what is left makes the same events and refusals', () => {
  const commands = generateOrders(60, 7)
  const whole = runDomain(commands)

  for (let cut = 0; cut <= commands.length; cut += 7) {
    const recorded = acceptedIds(whole.slice(0, cut))

    const plan = planResume(commands, recorded)

    const rest = runDomainAfter(commands, recorded, plan.toSend)
    assert.deepEqual(new Set([...recorded, ...acceptedIds(rest)]), acceptedIds(whole))
    assert.deepEqual(
      [...plan.refusals, ...refusalsOf(rest)].sort(),
      refusalsOf(whole).sort(),
      `cut at ${cut}`,
    )
  }
})

test("another run's directory is refused by the name of what it holds", () => {
  assert.throws(() => planResume(generateOrders(5, 7), new Set(['made-8-000001:create'])), {
    name: 'ForeignLogError',
    message: /found the command 'made-8-000001:create'/,
  })
})

/** What the rest leads to on top of what is recorded. */
function runDomainAfter(
  commands: readonly OrderCommand[],
  recorded: ReadonlySet<string>,
  toSend: readonly OrderCommand[],
): DomainOutcome[] {
  const before = commands.filter((command) => recorded.has(command.commandId))
  return runDomain([...before, ...toSend]).slice(before.length)
}

function acceptedIds(outcomes: readonly DomainOutcome[]): Set<string> {
  return new Set(
    outcomes.filter(({ refusal }) => refusal === null).map(({ command }) => command.commandId),
  )
}

function refusalsOf(outcomes: readonly DomainOutcome[]): string[] {
  return outcomes.flatMap(({ refusal }) => refusal ?? [])
}
