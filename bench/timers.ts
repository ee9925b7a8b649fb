/**
 * What do timers cost, and how late are they?
 *
 * A million timers that are pending: how fast they are set, what they take of the heap, how long opening
 * takes with them, and how fast they fire when all of them are late. Then 2,000 a second, set half a second
 * ahead while a million others wait: how long after its time each is fired. On LMDB, flushed to the disk.
 */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { systemClock } from '../src/base/clock.js'
import { openLmdbTables } from '../src/store/lmdb/lmdb-tables.js'
import type { TableDatabase } from '../src/store/tables.js'
import { type DueName, type DueSetting, dueTables } from '../src/timers/due.js'
import { DueQueue } from '../src/timers/due-queue.js'

const pending = Number(process.env.DRAMATIS_BENCH_TIMERS ?? 1_000_000)
const batch = 1_000
const ratePerSecond = 2_000
const rateSeconds = 5
const aheadMs = 500
const hourMs = 3_600_000
const inFlightMax = 1_024
const action = { kind: 'command', actor: 'Order', aggregateId: 'order-4711', command: 'cancel' }

function timer(name: string, dueAtMs: number): DueName & DueSetting {
  return { owner: '', name, id: `01J0000000-${name}`, dueAtMs, everyMs: null, action }
}

function rate(count: number, sinceMs: number): string {
  const perSecond = (count / (performance.now() - sinceMs)) * 1_000
  return `${Math.round(perSecond).toLocaleString('en')}/s`
}

function heapMiB(): number {
  return Math.round(process.memoryUsage().heapUsed / 2 ** 20)
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

async function setMany(queue: DueQueue): Promise<void> {
  const startedMs = performance.now()
  const dueAtMs = Date.now() + hourMs
  for (let first = 0; first < pending; first += batch) {
    const some = Array.from({ length: batch }, (_, at) =>
      timer(`p${first + at}`, dueAtMs + first + at),
    )
    await queue.setAll(some)
  }
  console.log(`set, ${batch} in a transaction: ${rate(pending, startedMs)}, heap ${heapMiB()} MiB`)
}

async function measureLateness(database: TableDatabase): Promise<void> {
  const late: number[] = []
  const startedMs = performance.now()
  const queue = openQueue(database, (lateMs) => late.push(lateMs))
  queue.start()
  console.log(
    `opened with ${queue.status().pending} in ${(performance.now() - startedMs).toFixed(1)} ms`,
  )
  const total = ratePerSecond * rateSeconds
  const beganMs = performance.now()
  for (let set = 0; set < total; ) {
    const wanted = Math.min(
      total,
      Math.floor(((performance.now() - beganMs) / 1_000) * ratePerSecond),
    )
    for (; set < wanted; set++) void queue.setAll([timer(`r${set}`, Date.now() + aheadMs)])
    await pause(1)
  }
  while (late.length < total) await pause(10)
  await queue.stop(1_000)
  late.sort((a, b) => a - b)
  const at = (share: number): number => late[Math.ceil(share * late.length) - 1]!
  console.log(
    `${ratePerSecond}/s for ${rateSeconds} s: late by ${at(0.5)} ms (median), ${at(0.99)} ms (99 %), ${at(1)} ms (most)`,
  )
}

async function fireAll(database: TableDatabase): Promise<void> {
  let fired = 0
  const startedMs = performance.now()
  const queue = openQueue(database, () => fired++, 2 * hourMs)
  queue.start()
  await queue.idle()
  console.log(`fired, all late: ${rate(fired, startedMs)}, heap ${heapMiB()} MiB`)
  await queue.stop(1_000)
}

const root = await mkdtemp(join(tmpdir(), 'dramatis-timers-'))
const database = await openLmdbTables(join(root, 'work'), dueTables)
console.log(`${pending} timers, heap ${heapMiB()} MiB`)
const setting = openQueue(database, () => {})
await setMany(setting)
await setting.stop(1_000)
await measureLateness(database)
await fireAll(database)
await database.close()
await rm(root, { recursive: true, force: true })
