/**
 * `--evolve`: the code changes, the log does not.
 *
 * Act one fills a directory with the reference app. Act two opens the same directory with the app of a
 * year later: schemas have new versions, an event has another name, a view has another version. Old
 * events are read as what they would be today; the view's old rows serve until its new ones are filled;
 * no handler is called for what happened before.
 */

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Order } from '../evolved/order.js'
import { confirmOrder } from '../evolved/order-confirmation.js'
import { OrderSummary, type OrderSummaryRow } from '../evolved/order-summary.js'
import { Order as OrderBefore } from '../order/order.js'
import { OrderSummary as OrderSummaryBefore } from '../views/order-summary.js'
import { proofRow, rule, section, separator } from './box.js'
import { canonicalText, rowsOf } from './evidence.js'
import { installFaults, makeDirectory, orderIdsOf, readCommands } from './input.js'
import { formatCount, formatSeconds, plural } from './numbers.js'
import { sendOrders } from './send-orders.js'
import { type DemoSession, describeWorkers, withRuntime } from './session.js'
import { settle } from './settle.js'
import type { Stage } from './stage.js'

export interface EvolutionFigures {
  readonly events: number
  readonly rows: number
  /** Rows read from version 1 while version 2 was being filled. */
  readonly readWhileFilling: number
  readonly fillSeconds: number
  /** What version 1 knew of each order, version 2 knows too. */
  readonly rowsEqual: boolean
  /** Every event has the bytes that it had before. */
  readonly logUnchanged: boolean
  /** Deliveries to handlers that the new version led to. */
  readonly deliveredAgain: number
  /** An order of the old code, paid for with the new one in another currency. */
  readonly newCodeWorks: boolean
}

/** What the first app leaves behind. */
interface Before {
  readonly head: number
  readonly sha256: string
  /** Events that the handler has handled. */
  readonly handled: number
  readonly rows: ReadonlyMap<string, string>
}

const appBefore = new URL('../app.js', import.meta.url)
const appAfter = new URL('../evolved/app.js', import.meta.url)
const fillMsMax = 120_000
const orderPending = 'evolution-pending'

/** Runs both acts in a fresh directory, which is removed afterwards. */
export async function runEvolution(session: DemoSession): Promise<EvolutionFigures> {
  const { options, terminal } = session
  const commands = await readCommands(options)
  const directory = await makeDirectory(options)
  try {
    const orders = plural(orderIdsOf(commands).length, 'order')
    terminal.say(`${orders}, ${describeWorkers(options.workers)}, data in ${directory}`)
    await installFaults(commands, directory, { ...options, faultRate: 0 })
    const before = await withRuntime(session, appBefore, directory, async (stage) => {
      await sendOrders(stage, commands)
      return await lookBefore(stage, join(directory, 'before.ndjson'))
    })
    terminal.say('closed; opening the same directory with the code of a year later')
    return await withRuntime(session, appAfter, directory, (stage) =>
      lookAfter(stage, before, join(directory, 'after.ndjson')),
    )
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function lookBefore(stage: Stage, file: string): Promise<Before> {
  const { runtime } = stage
  const lines = [{ productId: 'p', sellerId: 's', quantity: 1, priceCents: 1_000, freightCents: 0 }]
  const { position } = await runtime
    .actor(OrderBefore, orderPending)
    .send('create', { customerId: 'c', lines })
  await settle(stage)
  const rows = new Map<string, string>()
  for await (const row of rowsOf(runtime, OrderSummaryBefore)) {
    rows.set(row.orderId, canonicalText(row))
  }
  const { sha256 } = await runtime.log.export({ file })
  const { handled } = runtime.handler(confirmOrder.name).status()
  return { head: position, sha256, handled, rows }
}

async function lookAfter(stage: Stage, before: Before, file: string): Promise<EvolutionFigures> {
  const { runtime, terminal } = stage
  const { readWhileFilling, fillSeconds } = await readWhileItFills(stage, before)
  terminal.say(
    `OrderSummary 2 serves after ${formatSeconds(fillSeconds)}; ` +
      `${plural(readWhileFilling, 'row')} read from OrderSummary 1 meanwhile`,
  )
  const deliveredAgain = runtime.handler(confirmOrder).status().handled - before.handled
  const rowsEqual = await knowsAsMuch(stage, before)
  const { sha256 } = await runtime.log.export({ file, to: before.head })
  return {
    events: before.head,
    rows: before.rows.size,
    readWhileFilling,
    fillSeconds: Math.round(fillSeconds * 1_000) / 1_000,
    rowsEqual,
    logUnchanged: sha256 === before.sha256,
    deliveredAgain,
    newCodeWorks: await payAbroad(stage),
  }
}

/** Reads old rows, one after the other, until the new ones serve. */
async function readWhileItFills(
  { runtime, signal }: Stage,
  { head, rows }: Before,
): Promise<Pick<EvolutionFigures, 'readWhileFilling' | 'fillSeconds'>> {
  const startMs = performance.now()
  const view = runtime.view(OrderSummary)
  const orderIds = [...rows.keys()]
  let filled = false
  const filling = runtime
    .caughtUp(head, { view: OrderSummary, timeoutMs: fillMsMax, signal })
    .finally(() => {
      filled = true
    })
  let readWhileFilling = 0
  while (!filled && view.status().versionServed === 1) {
    const orderId = orderIds[readWhileFilling % orderIds.length]!
    const row = await view.get(orderId)
    if (canonicalText(row) !== rows.get(orderId)) break
    readWhileFilling++
    await new Promise(setImmediate)
  }
  await filling
  return { readWhileFilling, fillSeconds: (performance.now() - startMs) / 1_000 }
}

/** Whether the new rows say what the old ones said, and how each paid order was paid. */
async function knowsAsMuch({ runtime }: Stage, { rows }: Before): Promise<boolean> {
  let compared = 0
  for await (const row of rowsOf(runtime, OrderSummary)) {
    const { paidBy, currency, ...known } = row
    if (rows.get(row.orderId) !== canonicalText(known)) return false
    if (!isPaymentKnown(row.status, paidBy, currency)) return false
    compared++
  }
  return compared === rows.size
}

/** Orders that got anywhere were paid at home; one that was cancelled may have been. */
function isPaymentKnown(
  status: OrderSummaryRow['status'],
  paidBy: OrderSummaryRow['paidBy'],
  currency: OrderSummaryRow['currency'],
): boolean {
  if (status === 'pending') return paidBy === null && currency === null
  return status === 'cancelled' || (paidBy !== null && currency === 'BRL')
}

/** Goes on with an order that the old code created. */
async function payAbroad({ runtime }: Stage): Promise<boolean> {
  const payment = {
    paymentId: 'abroad',
    amount: { cents: 1_000, currency: 'EUR' },
    method: 'card',
  } as const
  await runtime.actor(Order, orderPending).send('pay', payment, { until: OrderSummary })
  const row = await runtime.view(OrderSummary).get(orderPending)
  return row?.status === 'paid' && row.currency === 'EUR'
}

/** Whether everything that the demo shows was so. */
export function hasHeld(figures: EvolutionFigures): boolean {
  const { rowsEqual, logUnchanged, deliveredAgain, newCodeWorks } = figures
  return rowsEqual && logUnchanged && deliveredAgain === 0 && newCodeWorks
}

/** The figures as lines, at most 80 columns. */
export function formatEvolution(figures: EvolutionFigures, title: string): string[] {
  const { events, rows, readWhileFilling, fillSeconds } = figures
  return [
    '',
    rule('╭', '╮', `${title} · new code`),
    ...section([
      `${plural(events, 'event')} of the old code, ${plural(rows, 'row')} of OrderSummary 1`,
      `OrderSummary 2 filled in ${formatSeconds(fillSeconds)}, ${formatCount(readWhileFilling)} reads served meanwhile`,
    ]),
    separator('proof'),
    ...section([
      proofRow(figures.rowsEqual, 'the new rows know what the old ones knew, and more'),
      proofRow(figures.logUnchanged, 'the log was not rewritten: the same bytes, exported'),
      proofRow(figures.deliveredAgain === 0, 'no handler was called for what happened before'),
      proofRow(figures.newCodeWorks, 'an order of the old code was paid for with the new one'),
    ]),
    rule('╰', '╯'),
  ]
}
