/**
 * One twin from its first start to its rest, with kills on the way: tells the terminal, counts, reports.
 */

import type { OrderPlaced } from '../fulfilment/order-input.js'
import type { OutsidePlan } from '../fulfilment/outside/outside-plan.js'
import type { TwinLives, TwinReport } from './fulfilment-figures.js'
import type { FoundAtOpening } from './fulfilment-job.js'
import { live } from './fulfilment-life.js'
import { formatFulfilmentProgress } from './fulfilment-progress.js'
import { eventsExpected, type Twin } from './fulfilment-twins.js'
import { killMoments } from './kill-moments.js'
import { formatCount, formatSeconds, plural } from './numbers.js'
import type { DemoSession } from './session.js'

export interface TwinTask {
  readonly twin: Twin
  readonly orders: readonly OrderPlaced[]
  readonly plan: OutsidePlan
  /** Its own. */
  readonly directory: string
}

/**
 * @throws {ChildEndedError} when a process ended that was not killed.
 * @throws the reason of the session's signal, when that is aborted.
 */
export async function runTwin(
  { options, terminal, signal }: DemoSession,
  { twin, orders, plan, directory }: TwinTask,
): Promise<TwinReport & TwinLives> {
  const { name } = twin
  const eventsAll = eventsExpected(twin, orders)
  const startMs = performance.now()
  let events = 0
  let drawnMs = 0
  let kills = 0
  let soundAfterKills = 0
  const onEvents = (found: number): void => {
    events = found
    const nowMs = performance.now()
    if (nowMs - drawnMs < terminal.liveEveryMs) return
    drawnMs = nowMs
    const progress = { twin: name, events, eventsAll, kills, elapsedMs: nowMs - startMs }
    terminal.live(formatFulfilmentProgress(progress, terminal.columns))
  }
  const onOpened = (found: FoundAtOpening): void => {
    if (kills === 0) return
    if (found.brokenLaws.length === 0) soundAfterKills++
    terminal.say(`${name}: killed at ${plural(events, 'event')}; ${formatOpening(found)}`)
  }
  const lifeUntil = (eventsMax: number | null): Promise<TwinReport | null> =>
    live({ twin: name, directory, plan, options, eventsMax }, { onEvents, onOpened }, signal)

  for (const eventsMax of killMoments(eventsAll, options.seed, name)) {
    await lifeUntil(eventsMax)
    kills++
  }
  const report = (await lifeUntil(null))!
  const seconds = Math.round(performance.now() - startMs) / 1_000
  terminal.say(
    `${name}: at rest after ${formatSeconds(seconds)}, ${formatCount(report.delivered)} of ` +
      `${plural(report.orders, 'order')} delivered`,
  )
  return { ...report, kills, soundAfterKills, seconds }
}

/** What a restart found, and what it goes on with. */
export function formatOpening({ brokenLaws, orders, ended }: FoundAtOpening): string {
  const books = brokenLaws.length === 0 ? 'books hold' : `books BROKEN (${brokenLaws.join('; ')})`
  return `opened again: ${books}, ${plural(ended, 'order')} done, ${formatCount(orders - ended)} under way`
}
