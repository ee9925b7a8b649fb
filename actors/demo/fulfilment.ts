/**
 * `--fulfilment`: orders are fulfilled twice, by handlers that follow one another and by a saga.
 *
 * Cards are declined, stock is missing, parcels are lost, services fail for a while; and several times each
 * twin is killed without any warning and started again over its directory. The books of both are checked
 * after every kill and at the end: nothing was charged, taken or shipped twice, and nobody waits.
 *
 * The work is done in child processes; this one kills, starts, and looks on.
 */

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type OrderPlaced, ordersOf } from '../fulfilment/order-input.js'
import type { OutsidePlan } from '../fulfilment/outside/outside-plan.js'
import { type FulfilmentFigures, fulfilmentFigures } from './fulfilment-figures.js'
import { twins } from './fulfilment-twins.js'
import { makeDirectory, readCommands } from './input.js'
import { plural } from './numbers.js'
import type { DemoOptions } from './options.js'
import { type DemoSession, describeWorkers } from './session.js'
import { runTwin } from './twin-run.js'

/** Runs both twins in fresh directories. They are removed afterwards, unless something is worth a look. */
export async function runFulfilment(session: DemoSession): Promise<FulfilmentFigures> {
  const { options, terminal, signal } = session
  const orders = ordersOf(await readCommands(options))
  const directory = await makeDirectory(options)
  let held = false
  try {
    const placed = plural(orders.length, 'order')
    terminal.say(`${placed}, ${describeWorkers(options.workers)}, data in ${directory}`)
    const figures = await fulfilTwice(session, orders, directory)
    held = figures.held
    return figures
  } finally {
    if (held || signal.aborted) await rm(directory, { recursive: true, force: true })
    else terminal.say(`kept for a look: the logs in ${directory}, one per twin`)
  }
}

async function fulfilTwice(
  session: DemoSession,
  orders: readonly OrderPlaced[],
  directory: string,
): Promise<FulfilmentFigures> {
  const [choreographed, orchestrated] = twins
  const plan = planOf(session.options)
  const run = (twin: (typeof twins)[number]) =>
    runTwin(session, { twin, orders, plan, directory: join(directory, twin.name) })
  return fulfilmentFigures(orders.length, {
    choreographed: await run(choreographed),
    orchestrated: await run(orchestrated),
  })
}

function planOf({ seed, faultRate }: DemoOptions): OutsidePlan {
  return { seed, declined: 0.05, short: 0.05, lost: 0.03, transient: faultRate }
}
