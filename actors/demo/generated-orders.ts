/**
 * Made-up orders: histories of a shop over one year, mostly proper, some not.
 *
 * The same seed gives the same orders, whatever their number: order 17 does not change when more are
 * asked for. About one command in thirty is wrong on purpose (an empty basket, a wrong amount,
 * paying twice, shipping too early, cancelling too late), as real input is.
 */

import { createDice, type Dice } from '../chance.js'
import {
  type CommandPayloads,
  type OrderCommand,
  orderCommand,
  type Step,
  sortCommands,
} from '../order/order-command.js'
import type { OrderLine } from '../order/order-state.js'
import { totalCentsOf } from '../order/order-state.js'

/** A step, and what tells a wrong one from the proper one of the same order. */
interface PlannedStep {
  readonly step: Step
  readonly occasion: '' | 'wrong' | 'again' | 'early' | 'late'
}

const yearStartMs = Date.UTC(2025, 0, 1)
const minuteMs = 60_000
const yearMinutes = 365 * 24 * 60
const customers = 5_000
const products = 800
const sellers = 60

/** The histories of orders 1 to `count`, in the order of history. */
export function generateOrders(count: number, seed: number): OrderCommand[] {
  const commands: OrderCommand[] = []
  for (let number = 1; number <= count; number++) commands.push(...generateOrder(number, seed))
  return sortCommands(commands)
}

function generateOrder(number: number, seed: number): OrderCommand[] {
  const orderId = `made-${seed}-${String(number).padStart(6, '0')}`
  const dice = createDice(seed, orderId)
  const basket = drawBasket(dice)
  let timeMs = yearStartMs + dice.integer(0, yearMinutes) * minuteMs
  return drawSteps(dice, basket.lines.length === 0).map(({ step, occasion }) => {
    const payload = payloadOf(orderId, step, occasion, basket, dice)
    const command = orderCommand(orderId, step, payload, new Date(timeMs), occasion)
    timeMs += dice.integer(30, 4 * 24 * 60) * minuteMs
    return command
  })
}

function drawBasket(dice: Dice): CommandPayloads['create'] {
  const customerId = `customer-${dice.integer(1, customers)}`
  const lines = dice.happens(0.01) ? 0 : 1 + Math.floor(dice.next() ** 3 * 5)
  return { customerId, lines: Array.from({ length: lines }, () => drawLine(dice)) }
}

function drawLine(dice: Dice): OrderLine {
  return {
    productId: `product-${dice.integer(1, products)}`,
    sellerId: `seller-${dice.integer(1, sellers)}`,
    quantity: dice.happens(0.8) ? 1 : dice.integer(2, 5),
    priceCents: dice.integer(490, 25_000),
    freightCents: dice.integer(0, 3_000),
  }
}

/** What happens to an order, in this sequence. */
function drawSteps(dice: Dice, empty: boolean): PlannedStep[] {
  const create = plan('create')
  if (empty) return [create, plan('pay')]
  if (dice.happens(0.03)) return [create]
  if (dice.happens(0.04)) return [create, plan('cancel')]
  const paid = [
    create,
    ...wrong(dice, 'ship', 'early'),
    ...wrong(dice, 'pay', 'wrong'),
    plan('pay'),
    ...wrong(dice, 'pay', 'again'),
  ]
  if (dice.happens(0.03)) return [...paid, plan('cancel')]
  if (dice.happens(0.05)) return paid
  const shipped = [...paid, plan('ship'), ...wrong(dice, 'cancel', 'late')]
  return dice.happens(0.05) ? shipped : [...shipped, plan('deliver')]
}

function plan(step: Step, occasion: PlannedStep['occasion'] = ''): PlannedStep {
  return { step, occasion }
}

/** Now and then, a step that the domain will refuse. */
function wrong(dice: Dice, step: Step, occasion: PlannedStep['occasion']): PlannedStep[] {
  return dice.happens(0.03) ? [plan(step, occasion)] : []
}

function payloadOf(
  orderId: string,
  step: Step,
  occasion: PlannedStep['occasion'],
  basket: CommandPayloads['create'],
  dice: Dice,
): CommandPayloads[Step] {
  if (step === 'create') return basket
  if (step === 'ship') return { shipmentId: `parcel-${orderId}` }
  if (step === 'cancel') return { reason: 'changed my mind' }
  if (step === 'deliver') return {}
  return {
    paymentId: `payment-${orderId}`,
    amountCents: totalCentsOf(basket.lines) + (occasion === 'wrong' ? 1 : 0),
    method: dice.happens(0.7) ? 'card' : dice.happens(0.6) ? 'bank' : 'wallet',
  }
}
