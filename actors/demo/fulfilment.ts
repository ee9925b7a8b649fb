/**
 * `--fulfilment`: orders are fulfilled twice, by handlers that follow one another and by a saga.
 *
 * Cards are declined, stock is missing, parcels are lost, services fail for a while; and at a third and at
 * two thirds of its events each twin is killed without any warning and started again over its directory.
 * At the end the books of both are checked: nothing was charged, taken or shipped twice, and nobody waits.
 *
 * The work is done in child processes; this one kills, starts, and looks on.
 */

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type OrderPlaced, ordersOf } from '../fulfilment/order-input.js'
import type { OutsidePlan } from '../fulfilment/outside/outside-plan.js'
import { type FulfilmentFigures, proofsOf, type TwinFigures } from './fulfilment-figures.js'
import { live } from './fulfilment-life.js'
import { formatFulfilmentProgress } from './fulfilment-progress.js'
import { eventsExpected, type Twin, type TwinName, twins } from './fulfilment-twins.js'
import { makeDirectory, readCommands } from './input.js'
import { formatCount, formatSeconds, plural } from './numbers.js'
import type { DemoOptions } from './options.js'
import { type DemoSession, describeWorkers } from './session.js'

/** When a twin is killed: shares of the events that it is expected to come to. */
const killedAt = [1 / 3, 2 / 3]

/** Runs both twins in fresh directories, which are removed afterwards. */
export async function runFulfilment(session: DemoSession): Promise<FulfilmentFigures> {
  const { options, terminal } = session
  const orders = ordersOf(await readCommands(options))
  const directory = await makeDirectory(options)
  try {
    const placed = plural(orders.length, 'order')
    terminal.say(`${placed}, ${describeWorkers(options.workers)}, data in ${directory}`)
    const figures: Partial<Record<TwinName, TwinFigures>> = {}
    for (const twin of twins) {
      figures[twin.name] = await runTwin(session, twin, orders, join(directory, twin.name))
    }
    const found = { orders: orders.length, twins: figures as FulfilmentFigures['twins'] }
    const held = proofsOf(found).every(({ brokenBy }) => brokenBy.length === 0)
    return { ...found, held }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function runTwin(
  { options, terminal, signal }: DemoSession,
  twin: Twin,
  orders: readonly OrderPlaced[],
  directory: string,
): Promise<TwinFigures> {
  const job = { twin: twin.name, directory, plan: planOf(options), options }
  const eventsAll = eventsExpected(twin, orders)
  const startMs = performance.now()
  let events = 0
  let kills = 0
  let drawnMs = 0
  const show = (found: number): void => {
    events = found
    if (performance.now() - drawnMs < terminal.liveEveryMs) return
    drawnMs = performance.now()
    const progress = { twin: twin.name, events, eventsAll, kills, elapsedMs: drawnMs - startMs }
    terminal.live(formatFulfilmentProgress(progress, terminal.columns))
  }
  for (const share of killedAt) {
    await live({ ...job, eventsMax: Math.floor(eventsAll * share) }, show, signal)
    kills++
    terminal.say(`${twin.name}: killed at ${plural(events, 'event')}; starting it again`)
  }
  const report = (await live({ ...job, eventsMax: null }, show, signal))!
  const seconds = (performance.now() - startMs) / 1_000
  terminal.say(
    `${twin.name}: at rest after ${formatSeconds(seconds)}, ${formatCount(report.delivered)} of ` +
      `${plural(report.orders, 'order')} delivered`,
  )
  return {
    ...report,
    kills,
    seconds: Math.round(seconds * 1_000) / 1_000,
    stepsPerSecond: Math.round(report.steps / seconds),
  }
}

function planOf({ seed, faultRate }: DemoOptions): OutsidePlan {
  return { seed, declined: 0.05, short: 0.05, lost: 0.03, transient: faultRate }
}
