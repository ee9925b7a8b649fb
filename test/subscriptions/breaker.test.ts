/** An outage must not park the world: the breaker of a handler opens, holds, probes and closes. */

import assert from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { type TestContext, test } from 'node:test'
import { hashText } from '../../src/base/hash.js'
import { ManualClock } from '../../src/base/manual-clock.js'
import { type HandlerDefinition, type HandlerOptions, TerminalError } from '../../src/index.js'
import { Breaker } from '../../src/subscriptions/breaker.js'
import { collect } from '../../src/testing/collect.js'
import { onEnd } from '../support/scope.js'
import { turns, until } from './until.js'
import { Counter, type Delivery, recording, Workplace } from './workplace.js'

interface Outage {
  readonly work: Workplace
  readonly handler: HandlerDefinition
  readonly calls: Delivery[]
  /** While true, everything fails. */
  isDown: boolean
}

const keys = Array.from({ length: 40 }, (_each, at) => `c${at}`)

/** Forty keys meet a handler that is down; its breaker has opened. */
async function openOutage(t: TestContext, options: HandlerOptions = {}): Promise<Outage> {
  const { handler, calls } = recording({
    partitions: 4,
    retry: { attemptsMax: 3, delayMs: 100, retriesAtOnce: 1 },
    handle: async () => {
      if (outage.isDown) throw new Error('down')
    },
    ...options,
  })
  const work = await Workplace.open(t, { handlers: [handler] })
  const outage = { work, handler, calls, isDown: true }
  await work.add(...keys)
  await until('the breaker is open', () => stateOf(outage) === 'breaker-open')
  await turns()
  return outage
}

function stateOf({ work, handler }: Outage): string {
  return work.runtime.handler(handler).status().state
}

/** @returns what breakers say from now on that they have become. */
function breakerStates(t: TestContext): readonly unknown[] {
  const states: unknown[] = []
  const listen = (message: unknown): void => {
    states.push((message as { state: unknown }).state)
  }
  subscribe('dramatis:breaker', listen)
  onEnd(t, () => unsubscribe('dramatis:breaker', listen))
  return states
}

test('the breaker opens when most keys fail, and holds the rest back', async (t) => {
  const { calls } = await openOutage(t)

  const tried = new Set(calls.map((call) => call.id))

  assert(tried.size >= 10)
  assert(tried.size < 20, `${tried.size} keys were tried`)
})

test('an open breaker consumes no attempts, and nothing is parked by an outage', async (t) => {
  const outage = await openOutage(t)
  const { work, handler, calls } = outage

  await work.passCalls(3_600_000)
  const parkedMeanwhile = work.runtime.handler(handler).status().parkedKeys
  outage.isDown = false
  await work.settled(handler)

  assert.equal(parkedMeanwhile, 0)
  const { handled, parkedKeys, state } = work.runtime.handler(handler).status()
  assert.deepEqual([handled, parkedKeys, state], [keys.length, 0, 'running'])
  assert(calls.length < 300, `${calls.length} deliveries`)
})

test('an outage parks nothing of a handler that waits long between attempts', async (t) => {
  const retry = { attemptsMax: 2, delayMs: 60_000, retriesAtOnce: 0 }
  const outage = await openOutage(t, { retry })
  const { work, handler } = outage

  await work.passCalls(3_600_000)
  outage.isDown = false
  await work.settled(handler)

  const { handled, parkedKeys } = work.runtime.handler(handler).status()
  assert.deepEqual([handled, parkedKeys], [keys.length, 0])
})

test('an outage parks at most the keys that open the breaker where nothing is retried', async (t) => {
  const outage = await openOutage(t, { retry: { attemptsMax: 1 } })
  const { work, handler } = outage

  await work.passCalls(3_600_000)
  outage.isDown = false
  await work.settled(handler)

  const { handled, parkedKeys } = work.runtime.handler(handler).status()
  assert(parkedKeys >= 10 && parkedKeys <= 14, `${parkedKeys} keys are parked`)
  assert.equal(handled + parkedKeys, keys.length)
})

test('the breaker probes with growing pauses', async (t) => {
  const outage = await openOutage(t)
  const { work, calls } = outage
  const probes: number[] = []
  let seen = calls.length

  await work.passTime(
    'it has probed a few times',
    () => {
      if (calls.length > seen) probes.push(work.clock.elapsedMs())
      seen = calls.length
      return probes.length >= 6
    },
    10,
  )

  const pauses = probes.map((atMs, at) => atMs - (probes[at - 1] ?? 0))
  assert.deepEqual(
    pauses.map((pause) => Math.round(Math.log2(pause / 250))),
    [0, 1, 2, 3, 4, 5],
  )
})

test('the breaker closes when a probe succeeds, and says so', async (t) => {
  const states = breakerStates(t)
  const outage = await openOutage(t)

  outage.isDown = false
  outage.work.clock.advance(250)
  await until('it is closed', () => stateOf(outage) === 'running')

  assert.deepEqual(states, ['open', 'closed'])
})

test('the breaker stays open while every key waits for a retry that is not due yet', async (t) => {
  let isDown = true
  const { handler } = recording({
    partitions: 1,
    retry: { attemptsMax: 2, delayMs: 60_000, retriesAtOnce: 0 },
    handle: async () => {
      if (isDown) throw new Error('down')
    },
  })
  const work = await Workplace.open(t, { handlers: [handler] })
  await work.add(...keys.slice(0, 10))
  await work.through(handler)

  await work.passCalls(3_600_000)
  const { parkedKeys, state } = work.runtime.handler(handler).status()
  isDown = false
  await work.settled(handler)

  assert.deepEqual([parkedKeys, state], [0, 'breaker-open'])
  assert.equal(work.runtime.handler(handler).status().handled, 10)
})

test('a poison key alone in its partition does not keep the breaker open', async (t) => {
  const [poison, ...others] = [0, ...Array(12).fill(1)].map((partition, at) => {
    let id = `k${at}`
    while (hashText(`Counter-${id}`) % 2 !== partition) id += 'x'
    return id
  }) as [string, ...string[]]
  let isDown = true
  const { handler, calls } = recording({
    partitions: 2,
    retry: { attemptsMax: 3, delayMs: 100, retriesAtOnce: 0 },
    handle: async (event) => {
      if (isDown || event.aggregateId === poison) throw new Error('down')
    },
  })
  const work = await Workplace.open(t, { handlers: [handler] })
  await work.add(poison, ...others)
  await work.passTime('no new event is left', () => new Set(calls.map(({ id }) => id)).size === 13)

  isDown = false
  await work.settled(handler)

  const { handled, parkedKeys, state } = work.runtime.handler(handler).status()
  assert.deepEqual([handled, parkedKeys, state], [12, 1, 'running'])
})

test('a few poison keys that fail again and again never open the breaker', async (t) => {
  const states = breakerStates(t)
  const { handler } = recording({
    partitions: 1,
    retry: { attemptsMax: 20, delayMs: 10 },
    handle: (event) => {
      if (event.aggregateId.startsWith('poison')) throw new Error('never')
    },
  })
  const work = await Workplace.open(t, { handlers: [handler] })
  const poison = Array.from({ length: 9 }, (_each, at) => `poison${at}`)
  await work.add(...poison, 'a', 'b')

  while (work.runtime.handler(handler).status().parkedKeys < poison.length) {
    await work.passCalls(1_000)
  }

  assert.deepEqual(states, [])
})

test('keys that a handler refuses for good do not open the breaker', async (t) => {
  const { handler } = recording({
    handle: () => {
      throw new TerminalError('never')
    },
  })
  const work = await Workplace.open(t, { handlers: [handler] })

  await work.add(...keys)
  await work.through(handler)

  const { parkedKeys, state } = work.runtime.handler(handler).status()
  assert.deepEqual([parkedKeys, state], [keys.length, 'running'])
})

test('a lane whose keys fail while the breaker is open already changes nothing', () => {
  const clock = new ManualClock()
  const seen: string[] = []
  const breaker = new Breaker(
    'h',
    clock,
    () => seen.push('changed'),
    () => seen.push('probe'),
  )

  breaker.open()
  breaker.open()
  clock.advance(10_000)

  assert.deepEqual(seen, ['changed', 'probe'])
})

test('the breaker closes when no key is left that could tell', async (t) => {
  const { handler, calls } = recording({
    partitions: 1,
    retry: { attemptsMax: 1 },
    handle: async () => {
      throw new Error('down')
    },
  })
  const work = await Workplace.open(t, { handlers: [handler] })
  const stateNow = (): string => work.runtime.handler(handler).status().state
  await work.add(...keys.slice(0, 10))
  await until('the breaker is open', () => stateNow() === 'breaker-open')
  await turns()

  work.clock.advance(250)
  await until('the breaker is closed', () => stateNow() === 'running')

  assert.equal(work.runtime.handler(handler).status().parkedKeys, 10)
  assert.equal(calls.length, 10)
})

/** Eleven keys in one partition; the breaker opens at the tenth, and nothing is retried for a minute. */
async function openInLine(
  t: TestContext,
  fail: () => void,
  ...more: readonly string[]
): Promise<Pick<Outage, 'work' | 'handler' | 'calls'>> {
  const { handler, calls } = recording({
    partitions: 1,
    retry: { attemptsMax: 3, delayMs: 60_000, retriesAtOnce: 0 },
    handle: async () => fail(),
  })
  const work = await Workplace.open(t, { handlers: [handler] })
  await work.add(...keys.slice(0, 10), ...more)
  await until('it is open', () => work.runtime.handler(handler).status().state === 'breaker-open')
  await turns()
  return { work, handler, calls }
}

test('a probe that the handler refuses for good parks its key, and the breaker stays open', async (t) => {
  let refusal = new Error('down')
  const fail = (): never => {
    throw refusal
  }
  const { work, handler, calls } = await openInLine(t, fail, 'last')

  refusal = new TerminalError('never')
  work.clock.advance(250)
  await until('a key is parked', () => work.runtime.handler(handler).status().parkedKeys === 1)

  assert.equal(work.runtime.handler(handler).status().state, 'breaker-open')
  assert.equal(calls.at(-1)!.id, 'last')
})

test('a probe passes over events whose keys wait for a retry', async (t) => {
  let isDown = true
  const fail = (): void => {
    if (isDown) throw new Error('down')
  }
  const { work, handler, calls } = await openInLine(t, fail, 'c0', 'last')
  const before = calls.length

  isDown = false
  work.clock.advance(250)
  await until('it has probed', () => calls.length > before)
  await work.settled(handler)

  const probed = calls[before]!
  assert.equal(probed.id, 'last')
  assert.deepEqual(
    calls.filter(({ id }) => id === 'c0').map(({ version }) => version),
    [1, 1, 2],
  )
})

test('a paused handler is not probed, and is probed again once it is resumed', async (t) => {
  const outage = await openOutage(t)
  const { work, handler, calls } = outage
  await work.runtime.handler(handler).pause()
  const before = calls.length

  await work.passTime('a minute has passed', () => work.clock.elapsedMs() > 60_000, 500)
  const whilePaused = calls.length - before
  outage.isDown = false
  await work.runtime.handler(handler).resume()
  await work.settled(handler)

  assert.equal(whilePaused, 0)
  assert.equal(work.runtime.handler(handler).status().handled, keys.length)
})

test('pausing and resuming leaves an open breaker open', async (t) => {
  const outage = await openOutage(t)
  const { work, handler } = outage

  await work.runtime.handler(handler).pause()
  const paused = stateOf(outage)
  await work.runtime.handler(handler).resume()
  const resumed = stateOf(outage)
  outage.isDown = false
  await work.settled(handler)

  assert.deepEqual([paused, resumed], ['paused', 'breaker-open'])
  assert.equal(work.runtime.handler(handler).status().handled, keys.length)
})

test('what a failed probe has sent acts once, also when its actor does not remember it', async (t) => {
  let isDown = true
  const { handler, calls } = recording({
    partitions: 4,
    retry: { attemptsMax: 3, delayMs: 100, retriesAtOnce: 0 },
    handle: async ({ aggregateId }, { send }) => {
      await send(Counter, 'target', 'rename', { name: aggregateId })
      if (isDown) throw new Error('down')
    },
  })
  const limits = { commandWindowEvents: 1 }
  const work = await Workplace.open(t, { handlers: [handler], limits })
  await work.add(...keys)
  const { runtime } = work
  await until('the breaker is open', () => runtime.handler(handler).status().state !== 'running')
  await work.passTime('it was probed', () => work.clock.elapsedMs() > 60_000, 500)
  isDown = false

  await work.settled(handler)

  const names = (await collect(runtime.actor(Counter, 'target').events())).map(
    ({ data }) => (data as { name: string }).name,
  )
  assert(isTriedAgainAsFirst(calls))
  assert.deepEqual(names.sort(), [...keys].sort())
})

/** Whether an event has come twice as the first attempt: a probe that fails costs none. */
function isTriedAgainAsFirst(calls: readonly Delivery[]): boolean {
  const firsts = calls.filter(({ attempt }) => attempt === 1).map(({ id }) => id)
  return new Set(firsts).size < firsts.length
}
