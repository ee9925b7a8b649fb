/**
 * Acts three and four: that nothing was lost, and that views follow from the log alone.
 */

import { OrderSummary } from '../views/order-summary.js'
import { RevenueByMonth } from '../views/revenue-by-month.js'
import { collectEvidence, collectViewEvidence, differences, type Evidence } from './evidence.js'
import { bar, formatSeconds } from './numbers.js'
import type { Stage } from './stage.js'

/** Whether a runtime that was opened again holds what was there `before` it was closed. */
export async function proveRecovery(
  { runtime, terminal }: Stage,
  before: Evidence,
  orderIds: readonly string[],
): Promise<boolean> {
  const startMs = performance.now()
  const different = differences(before, await collectEvidence(runtime, orderIds))
  terminal.say(
    `compared states, views and dead letters in ${since(startMs)}: ${verdict(different)}`,
  )
  return different.length === 0
}

/** Whether views that are built anew equal those that were kept along the way. */
export async function proveRebuild({ runtime, terminal }: Stage): Promise<boolean> {
  const before = await collectViewEvidence(runtime)
  const startMs = performance.now()
  for (const view of [OrderSummary, RevenueByMonth]) {
    await runtime.rebuild(view, {
      onProgress: ({ position, head }) =>
        terminal.redraw(`${bar(position / head, 20)} rebuilding ${view.name}, event ${position}`),
    })
  }
  const different = differences(before, await collectViewEvidence(runtime))
  terminal.say(`rebuilt both views from the log in ${since(startMs)}: ${verdict(different)}`)
  return different.length === 0
}

function verdict(different: readonly string[]): string {
  return different.length === 0 ? 'all the same' : `NOT the same: ${different.join(', ')}`
}

function since(startMs: number): string {
  return formatSeconds((performance.now() - startMs) / 1_000)
}
