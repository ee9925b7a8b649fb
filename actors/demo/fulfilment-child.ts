/**
 * A process that fulfils orders, with no idea that it may be killed: it receives stock, places the orders,
 * waits until nothing moves any more, and tells its parent what it found.
 *
 * Started anew over the same directory it does the same again. What was done before is recognised, and
 * what was under way goes on. It never outlives its parent.
 */

import { DramatisError, openRuntime, type Runtime } from 'dramatis'
import { ordersOf, stockFor } from '../fulfilment/order-input.js'
import { installPlan } from '../fulfilment/outside/plan-in-force.js'
import { placeOrders, receiveStock } from '../fulfilment/place-orders.js'
import type { ChildMessage, FulfilmentJob } from './fulfilment-job.js'
import { foundAtOpening, reportOf } from './fulfilment-report.js'
import { restOf } from './fulfilment-rest.js'
import { twins } from './fulfilment-twins.js'
import { readCommands } from './input.js'

const progressMs = 50

async function fulfil(job: FulfilmentJob): Promise<void> {
  const { directory, plan, options, eventsMax } = job
  const twin = twins.find(({ name }) => name === job.twin)!
  const orders = ordersOf(await readCommands(options))
  installPlan(plan)
  const runtime = await openRuntime({
    app: twin.url,
    dataDir: directory,
    workers: options.workers,
  })
  tell({ kind: 'opened', found: await foundAtOpening(runtime) })
  const stopTelling = tellProgress(runtime)
  if (eventsMax !== null) askToBeKilled(runtime, eventsMax, stopTelling)
  await receiveStock(runtime, stockFor(orders, plan))
  await placeOrders(runtime, orders)
  await restOf(runtime, twin.app.sagas)
  stopTelling()
  if (eventsMax !== null) return tell({ kind: 'killable', events: runtime.log.head })
  const report = await reportOf(runtime, twin.app.sagas, orders, plan)
  await runtime.close()
  tell({ kind: 'done', report }, () => process.disconnect())
}

/** @returns what ends it. */
function tellProgress(runtime: Runtime): () => void {
  const timer = setInterval(() => tell({ kind: 'progress', events: runtime.log.head }), progressMs)
  return () => clearInterval(timer)
}

/** At the event itself, in the middle of whatever goes on. It is the last thing said. */
function askToBeKilled(runtime: Runtime, eventsMax: number, stopTelling: () => void): void {
  const unsubscribe = runtime.bus.subscribe('*', ({ position }) => {
    if (position < eventsMax) return
    unsubscribe()
    stopTelling()
    tell({ kind: 'killable', events: position })
  })
}

/** Says what went wrong, and ends without closing anything: the directory is as after a kill. */
function fail(error: unknown): void {
  const message =
    error instanceof DramatisError ? `${error.message} (${error.code})` : String(error)
  tell({ kind: 'failed', message }, () => process.exit(1))
}

/** @param onSaid - Called when the parent has it: whoever ends before may not have been heard. */
function tell(message: ChildMessage, onSaid: () => void = () => {}): void {
  process.send?.(message, undefined, undefined, onSaid)
}

// An interruption reaches every process of the terminal; the parent decides, and without it nothing is left to do.
process.on('SIGINT', () => {})
process.once('disconnect', () => process.exit())
if (process.connected) {
  await fulfil(JSON.parse(process.argv[2]!) as FulfilmentJob).catch(fail)
}
