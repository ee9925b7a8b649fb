/**
 * What do timers cost, and how late are they?
 *
 * While many are pending: how fast they are set, what they take of the heap, how long opening takes with
 * them, and how fast they fire when all of them are late. Between the two, 2,000 a second are set half a
 * second ahead while the others wait: how long after its time each is fired.
 */

import { setTimeout as pause } from 'node:timers/promises'
import { systemClock } from '../src/base/clock.js'
import { openLmdbTables } from '../src/store/lmdb/lmdb-tables.js'
import type { TableDatabase } from '../src/store/tables.js'
import { type DueName, type DueSetting, dueTables } from '../src/timers/due.js'
import { DueQueue } from '../src/timers/due-queue.js'
import type { Figure } from './suite/answer.js'
import { exactly } from './suite/exactly.js'
import { percentileOf } from './suite/percentile.js'
import { scaled } from './suite/scale.js'
import { withScratch } from './suite/scratch.js'
import { tell } from './suite/tell.js'

/** What is measured along the way has one value for each part of the way. */
const parts = 5
const batch = 1_000
const pending = parts * batch * scaled(10)
const ratePerSecond = 2_000
const aheadMs = 500
const hourMs = 3_600_000
const inFlightMax = 1_024
const action = { kind: 'command', actor: 'Order', aggregateId: 'order-4711', command: 'cancel' }

await withScratch(async (scratch) => {
  const database = await openLmdbTables(scratch.directory('work'), dueTables)
  const figures = [
    await setMany(database),
    await openOften(database),
    ...(await measureLateness(database)),
    await fireAll(database),
  ]
  tell({
    id: 'timers',
    question: 'What do timers cost, and how late are they?',
    setting: `${shown(pending)} pending, set ${shown(batch)} in a transaction; ${shown(ratePerSecond)} a second fall due beside them; each transaction flushed`,
    figures,
  })
  await database.close()
})

function shown(count: number): string {
  return count.toLocaleString('en')
}

function timer(name: string, dueAtMs: number): DueName & DueSetting {
  return { owner: '', name, id: `01J0000000-${name}`, dueAtMs, everyMs: null, action }
}

/** @param offsetMs - How far the clock of this queue is ahead. */
function openQueue(
  database: TableDatabase,
  onFired: (lateMs: number) => void,
  offsetMs = 0,
): DueQueue {
  const clock = { ...systemClock, nowMs: () => systemClock.nowMs() + offsetMs }
  return new DueQueue({
    ...{ queue: 'timers', database, clock, inFlightMax },
    fire: async () => {},
    onFired: (_due, lateMs) => onFired(lateMs),
  })
}

async function setMany(database: TableDatabase): Promise<Figure> {
  const queue = openQueue(database, () => {})
  const rate = countRate(pending)
  const dueAtMs = Date.now() + hourMs
  for (let first = 0; first < pending; first += batch) {
    const some = Array.from({ length: batch }, (_, at) =>
      timer(`p${first + at}`, dueAtMs + first + at),
    )
    await queue.setAll(some)
    for (let set = 0; set < batch; set++) rate.count()
  }
  exactly('timers set', queue.status().pending, pending)
  await queue.stop(1_000)
  return { name: 'set', unit: 'per second', values: rate.perSecond }
}

async function openOften(database: TableDatabase): Promise<Figure> {
  const values: number[] = []
  while (values.length < parts) {
    const startedMs = performance.now()
    const queue = openQueue(database, () => {})
    queue.start()
    exactly('timers found', queue.status().pending, pending)
    values.push(performance.now() - startedMs)
    await queue.stop(1_000)
  }
  return { name: 'opening with them', unit: 'ms', values }
}

/** Of each second by itself. */
async function measureLateness(database: TableDatabase): Promise<readonly Figure[]> {
  const seconds: (readonly number[])[] = []
  for (let second = 0; second < parts; second++) seconds.push(await lateOfOneSecond(database))
  const figure = (name: string, share: number): Figure => ({
    name,
    unit: 'ms',
    values: seconds.map((late) => percentileOf(late, share)),
  })
  return [figure('late, p50', 0.5), figure('late, p99', 0.99), figure('late, max', 1)]
}

async function lateOfOneSecond(database: TableDatabase): Promise<readonly number[]> {
  const late: number[] = []
  const queue = openQueue(database, (lateMs) => late.push(lateMs))
  queue.start()
  const beganMs = performance.now()
  for (let set = 0; set < ratePerSecond; ) {
    const due = Math.floor(((performance.now() - beganMs) / 1_000) * ratePerSecond)
    for (; set < Math.min(due, ratePerSecond); set++) {
      void queue.setAll([timer(`r${set}`, Date.now() + aheadMs)])
    }
    await pause(1)
  }
  while (late.length < ratePerSecond) await pause(10)
  exactly('timers left', queue.status().pending, pending)
  await queue.stop(1_000)
  return late
}

async function fireAll(database: TableDatabase): Promise<Figure> {
  const rate = countRate(pending)
  const queue = openQueue(database, () => rate.count(), 2 * hourMs)
  queue.start()
  await queue.idle()
  exactly('timers left', queue.status().pending, 0)
  await queue.stop(1_000)
  return { name: 'fired, all late', unit: 'per second', values: rate.perSecond }
}

/** How many per second, of each part of so many; the clock runs from now on. */
function countRate(total: number): { count(): void; readonly perSecond: readonly number[] } {
  const perSecond: number[] = []
  let counted = 0
  let sinceMs = performance.now()
  const count = (): void => {
    if (++counted % (total / parts) !== 0) return
    const nowMs = performance.now()
    perSecond.push((total / parts / (nowMs - sinceMs)) * 1_000)
    sinceMs = nowMs
  }
  return { count, perSecond }
}
