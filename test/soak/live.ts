/** One life of a runtime in this process, on a directory that others lived in before. */

import assert from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Random } from '../../src/base/random.js'
import { openRuntime, type Runtime } from '../../src/index.js'
import { acknowledgementLine, planCommand } from '../crash/commands.js'
import { Counter, Totals } from '../crash/counter.js'
import { carry, claimAndTake, forget, ring, runErrand, swap } from '../crash/errands.js'
import { Errand, noting } from '../crash/errands-app.js'
import type { Chore, Life } from './draw-life.js'

export interface LifeCounts {
  readonly commands: number
  readonly chores: number
  readonly backups: number
  /** Commands refused for want of room. */
  readonly refusals: number
  /** Tasks whose worker thread died. */
  readonly tasksLost: number
}

export const noCounts: LifeCounts = Object.freeze({
  commands: 0,
  chores: 0,
  backups: 0,
  refusals: 0,
  tasksLost: 0,
})

export interface LifePlace {
  readonly dataDir: string
  /** Backups are made below, and removed. */
  readonly backups: string
  readonly number: number
  readonly random: Random
  readonly sample: (runtime: Runtime) => Promise<void>
}

export interface HerePlace extends LifePlace {
  readonly commandsPerLife: number
  readonly commandsPerSecond: number
  readonly sampleEveryMs: number
  /** Keeps a line. */
  readonly note: (line: string) => void
}

const app = new URL('../crash/errands-app.js', import.meta.url)
const actors = 200
const lanes = 8
const timeoutMs = 60_000
const refusalsWanted = 20

export async function liveHere(
  place: HerePlace,
  { workers, chores }: Extract<Life, { readonly kind: 'here' }>,
): Promise<LifeCounts> {
  const { dataDir, sample, sampleEveryMs, number } = place
  const runtime = await openRuntime({ app, dataDir, workers })
  let tasksLost = 0
  const noteLost = (): void => {
    tasksLost += 1
  }
  subscribe('dramatis:worker', noteLost)
  const sampling = new AbortController()
  const samples = sampleUntil(sampling.signal, sampleEveryMs, () => sample(runtime))
  const done = { ...noCounts, chores: chores.length }
  const doAll = async (): Promise<void> => {
    for (const [at, chore] of chores.entries()) {
      await doChore(runtime, chore, `${number}-${at}`, place)
      if (chore === 'backup') done.backups += 1
    }
  }
  const [commands] = await Promise.all([count(runtime, place), doAll()])
  sampling.abort()
  await samples
  const { head } = runtime.log
  await runtime.caughtUp(head, { view: Totals, timeoutMs })
  await runtime.caughtUp(head, { handler: noting, timeoutMs })
  await sample(runtime)
  await runtime.close()
  unsubscribe('dramatis:worker', noteLost)
  return { ...done, commands, tasksLost }
}

/** Commands are refused for want of room; what is there is read. */
export async function liveFull(
  { dataDir, number }: LifePlace,
  { workers }: Extract<Life, { readonly kind: 'full' }>,
): Promise<LifeCounts> {
  const runtime = await openRuntime({ app, dataDir, workers, freeBytesMin: 2 ** 52 })
  for (let at = 0; at < refusalsWanted; at++) {
    const errand = runtime.actor(Errand, `refused-${number}-${at}`)
    await assert.rejects(errand.send('give', {}), { code: 'DRAMATIS_DISK_FULL' })
    assert.equal((await errand.state()).isGiven, false)
  }
  const { isReady, isLive } = await runtime.health()
  assert.deepEqual([isLive, isReady], [true, false])
  await runtime.close()
  return { ...noCounts, refusals: refusalsWanted }
}

/** Keeps counters busy. @returns how many commands were acknowledged. */
async function count(runtime: Runtime, place: HerePlace): Promise<number> {
  const { number: life, random, commandsPerLife, commandsPerSecond, note } = place
  const numbers = new Map<number, number>()
  const startedMs = performance.now()
  let sent = 0
  const lane = async (): Promise<void> => {
    while (sent < commandsPerLife) {
      sent += 1
      const dueMs = startedMs + (sent / commandsPerSecond) * 1_000
      const actor = Math.floor(random.next() * actors)
      const number = (numbers.get(actor) ?? 0) + 1
      numbers.set(actor, number)
      const { commandId, aggregateId, amount, parts } = planCommand({ life, actor, number })
      const counter = runtime.actor(Counter, aggregateId)
      const receipt = await counter.send('count', { amount, parts }, { commandId })
      note(acknowledgementLine({ ...receipt, commandId }))
      const aheadMs = dueMs - performance.now()
      if (aheadMs > 0) await pause(aheadMs)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return sent
}

async function doChore(
  runtime: Runtime,
  chore: Chore,
  id: string,
  { backups }: LifePlace,
): Promise<void> {
  switch (chore) {
    case 'claim':
      return await claimAndTake(runtime, id)
    case 'swap':
      return await swap(runtime, id)
    case 'ring':
      return await ring(runtime, id)
    case 'redriven':
    case 'discarded':
    case 'deadly':
      return await runErrand(runtime, id, chore)
    case 'carry':
      return await carry(runtime, id)
    case 'forget':
      return await forget(runtime, `p${id}`)
    case 'backup': {
      const path = join(backups, id)
      await runtime.backup(path)
      return await rm(path, { recursive: true })
    }
    case 'rebuild':
      await runtime.rebuild(Totals)
      return
    case 'drop snapshots':
      return await runtime.actor(Counter, '1').deleteSnapshot()
  }
}

/** Now and then, one at a time, until it is told to stop. */
async function sampleUntil(
  signal: AbortSignal,
  everyMs: number,
  take: () => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    await pause(everyMs, undefined, { signal }).catch(() => {})
    if (!signal.aborted) await take()
  }
}
