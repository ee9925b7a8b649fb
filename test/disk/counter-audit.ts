/**
 * Whether a directory of counters, which no process has open, keeps the laws of a log and of its views.
 */

import { openRuntime } from '../../src/index.js'
import { type Acknowledgement, planCommand } from '../crash/commands.js'
import { Counter, Newest, Totals } from '../crash/counter.js'
import { LogAudit } from '../crash/log-audit.js'
import { ViewAudit } from '../crash/view-audit.js'
import { createNewestModel, createTotalsModel } from '../crash/view-models.js'
import app from '../crash/views-app.js'

/** A life that no other process has. */
const nextLife = 99
/** Counters that are counted on when a directory is taken into service. */
const actors = 3
const problemsShown = 3

/** Throws what is wrong, if anything is. @returns how many commands were looked for. */
export async function auditCounters(
  dataDir: string,
  promised: readonly Acknowledgement[],
  withStreams: boolean,
): Promise<number> {
  const log = new LogAudit()
  await log.readFrom(dataDir, { withStreams })
  log.checkAcknowledged(promised)
  const views = [createTotalsModel(), createNewestModel()].map((model) => new ViewAudit(model))
  for (const view of views) await view.check(dataDir, log.events)
  for (const { problems } of [log, ...views]) {
    if (problems.length > 0) throw new Error(problems.slice(0, problemsShown).join('; '))
  }
  return log.acknowledged
}

/** Takes a directory into service and counts once on some counters. @returns what was acknowledged. */
export async function countOn(dataDir: string): Promise<Acknowledgement[]> {
  const runtime = await openRuntime({ app, dataDir, workers: 'inline' })
  try {
    const sent = Array.from({ length: actors }, async (_each, actor) => {
      const { commandId, amount, parts } = planCommand({ life: nextLife, actor, number: 1 })
      const counter = runtime.actor(Counter, `${actor}`)
      return { commandId, ...(await counter.send('count', { amount, parts }, { commandId })) }
    })
    const acknowledged = await Promise.all(sent)
    for (const view of [Totals, Newest]) {
      await runtime.caughtUp(runtime.log.head, { view, timeoutMs: 10_000 })
    }
    return acknowledged
  } finally {
    await runtime.close()
  }
}
