/**
 * Short ways to write an order's history in tests: commands by name, what they led to in words.
 */

import { runDomain } from '../../actors/demo/domain-run.js'
import {
  type CommandPayloads,
  type OrderCommand,
  orderCommand,
  type Step,
} from '../../actors/order/order-command.js'

export const at: Date = new Date('2026-01-31T23:30:00Z')

/** One line of 2 x 10.00 and 5.00 freight: 2,500 cents in all. */
export const basket: CommandPayloads['create'] = {
  customerId: 'customer-1',
  lines: [{ productId: 'product-1', quantity: 2, priceCents: 1_000, freightCents: 500 }],
}

/** Payloads that suit the order that {@link basket} makes. */
export const payloads: CommandPayloads = {
  create: basket,
  pay: { paymentId: 'payment-1', amountCents: 2_500, method: 'card' },
  ship: { shipmentId: 'parcel-1' },
  deliver: {},
  cancel: { reason: 'changed my mind' },
}

/** A command of order 4711. */
export function command<K extends Step>(
  step: K,
  payload: CommandPayloads[K] = payloads[step],
): OrderCommand {
  return orderCommand('4711', step, payload, at)
}

/** What each command led to: its event's type, or the reason of its refusal. */
export function outcomes(...commands: (Step | OrderCommand)[]): string[] {
  const complete = commands.map((each) => (typeof each === 'string' ? command(each) : each))
  return runDomain(complete).map(({ refusal, events }) => refusal ?? events[0]!.type)
}
