/**
 * Real orders: reads the Olist marketplace extract and tells each order's history as commands.
 *
 * Create at purchase, pay at approval, ship at handing over to the carrier, deliver at delivery,
 * where the time stamp is present; cancel, for orders that ended as `canceled` or `unavailable`, at
 * the latest time stamp the order has. The estimate of the delivery is a promise, not something that
 * happened, and does not count. Nothing is cleaned up: refusing what cannot be is the domain's job.
 */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type CommandPayloads,
  type OrderCommand,
  orderCommand,
  sortCommands,
} from '../order/order-command.js'
import type { OrderLine } from '../order/order-state.js'
import { type CsvRecord, InputError, parseCsv } from './csv.js'

type PaymentMethod = CommandPayloads['pay']['method']

interface Payment {
  readonly method: PaymentMethod
  readonly cents: number
}

/** Everything that the files say about one order beside its own record. */
interface OrderDetails {
  readonly lines: OrderLine[]
  readonly payments: Payment[]
}

/**
 * Reads `orders.csv`, `order_items.csv` and `order_payments.csv`.
 *
 * @returns all commands in the order of history.
 * @throws {InputError} when a file is missing, or a field is not what it has to be.
 */
export async function readOlistOrders(directory: string): Promise<OrderCommand[]> {
  const [orders, items, payments] = await Promise.all([
    readTable(directory, 'orders.csv', orderColumns),
    readTable(directory, 'order_items.csv', itemColumns),
    readTable(directory, 'order_payments.csv', paymentColumns),
  ])
  const details = new Map<string, OrderDetails>()
  for (const item of items) detailsOf(details, item).lines.push(toLine(item))
  for (const payment of payments) detailsOf(details, payment).payments.push(toPayment(payment))
  return sortCommands(orders.flatMap((order) => toCommands(order, detailsOf(details, order))))
}

const orderColumns = [
  'order_id',
  'customer_id',
  'order_status',
  'order_purchase_timestamp',
  'order_approved_at',
  'order_delivered_carrier_date',
  'order_delivered_customer_date',
]
const itemColumns = ['order_id', 'product_id', 'seller_id', 'price', 'freight_value']
const paymentColumns = ['order_id', 'payment_type', 'payment_value']

async function readTable(
  directory: string,
  name: string,
  columns: readonly string[],
): Promise<CsvRecord[]> {
  const path = join(directory, name)
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new InputError(`expected a readable file ${path}, found ${error.code ?? error.message}`)
  })
  return parseCsv(text, path, columns)
}

function detailsOf(details: Map<string, OrderDetails>, record: CsvRecord): OrderDetails {
  const orderId = record.order_id!
  const known = details.get(orderId)
  if (known !== undefined) return known
  const created: OrderDetails = { lines: [], payments: [] }
  details.set(orderId, created)
  return created
}

function toCommands(order: CsvRecord, { lines, payments }: OrderDetails): OrderCommand[] {
  const orderId = order.order_id!
  const purchase = parseTime(order.order_purchase_timestamp!, orderId)
  const approval = parseTime(order.order_approved_at!, orderId)
  const handover = parseTime(order.order_delivered_carrier_date!, orderId)
  const delivery = parseTime(order.order_delivered_customer_date!, orderId)
  const commands: OrderCommand[] = []
  if (purchase !== null) {
    const payload = { customerId: order.customer_id!, lines }
    commands.push(orderCommand(orderId, 'create', payload, purchase))
  }
  if (approval !== null) {
    commands.push(orderCommand(orderId, 'pay', sumOf(orderId, payments), approval))
  }
  if (handover !== null) {
    commands.push(orderCommand(orderId, 'ship', { shipmentId: `parcel-${orderId}` }, handover))
  }
  if (delivery !== null) commands.push(orderCommand(orderId, 'deliver', {}, delivery))
  const status = order.order_status!
  const last = latest([purchase, approval, handover, delivery])
  if (last !== null && (status === 'canceled' || status === 'unavailable')) {
    commands.push(orderCommand(orderId, 'cancel', { reason: status }, last))
  }
  return commands
}

function toLine(item: CsvRecord): OrderLine {
  return {
    productId: item.product_id!,
    sellerId: item.seller_id!,
    quantity: 1,
    priceCents: parseCents(item.price!, item.order_id!),
    freightCents: parseCents(item.freight_value!, item.order_id!),
  }
}

const methods: Readonly<Record<string, PaymentMethod>> = {
  credit_card: 'card',
  debit_card: 'card',
  boleto: 'bank',
  voucher: 'wallet',
}

function toPayment(payment: CsvRecord): Payment {
  return {
    method: methods[payment.payment_type!] ?? 'bank',
    cents: parseCents(payment.payment_value!, payment.order_id!),
  }
}

/** Several payments count as one: their sum, by the method that paid the most. */
function sumOf(orderId: string, payments: readonly Payment[]): CommandPayloads['pay'] {
  const [largest] = [...payments].sort((a, b) => b.cents - a.cents)
  return {
    paymentId: `payment-${orderId}`,
    amountCents: payments.reduce((sum, each) => sum + each.cents, 0),
    method: largest?.method ?? 'bank',
  }
}

const timePattern = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):(\d{2})$/

/** `M/D/YYYY H:MM`, read as UTC; `null` for an empty field. */
export function parseTime(text: string, orderId: string): Date | null {
  if (text === '') return null
  const parts = timePattern.exec(text)?.slice(1).map(Number)
  if (parts !== undefined) {
    const [month, day, year, hour, minute] = parts as [number, number, number, number, number]
    const time = new Date(Date.UTC(year, month - 1, day, hour, minute))
    // A day that does not exist rolls over into the next month: refuse it.
    if (time.getUTCMonth() === month - 1 && time.getUTCDate() === day && hour < 24 && minute < 60) {
      return time
    }
  }
  throw new InputError(`order ${orderId}: expected a time as M/D/YYYY H:MM, found '${text}'`)
}

const centsPattern = /^(\d{1,12})(?:\.(\d{1,2}))?$/

/** `109.9` -> 10990, by its digits: floating point would be a cent off now and then. */
export function parseCents(text: string, orderId: string): number {
  const match = centsPattern.exec(text)
  if (match === null) {
    throw new InputError(`order ${orderId}: expected an amount as 12.34, found '${text}'`)
  }
  return Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'))
}

function latest(times: readonly (Date | null)[]): Date | null {
  const known = times.filter((time) => time !== null).map((time) => time.getTime())
  return known.length === 0 ? null : new Date(Math.max(...known))
}
