/** What is done to a model and to a system, and that they agree afterwards. */

import assert from 'node:assert/strict'
import fc from 'fast-check'
import { systemClock } from '../../src/base/clock.js'
import { yieldToEventLoop } from '../../src/base/signal.js'
import { collect } from '../../src/testing/index.js'
import { type AccountId, accounts, type Model, type ModelEvent, stepMs } from './model.js'
import { Account, Sums, type System } from './system.js'

/** What a comparison waits for takes milliseconds. */
const patienceMs = 3_000

type Command = fc.AsyncCommand<Model, System>

/** A command that may always be given; the two are compared when it is through. */
function command(name: string, run: (model: Model, system: System) => Promise<unknown>): Command {
  return {
    check: () => true,
    run: async (model, system) => {
      await run(model, system)
      await compare(model, system)
    },
    toString: () => name,
  }
}

const rejects = (code: string, sending: Promise<unknown>): Promise<void> =>
  assert.rejects(sending, { code })

const add = (id: AccountId, amount: number, parts: number): Command =>
  command(`add ${parts} x ${amount} to ${id}`, async (model, { runtime }) => {
    const version = model.append(id, ...Array.from({ length: parts }, () => amount))
    const receipt = await runtime.actor(Account, id).send('add', { amount, parts })
    assert.deepEqual([receipt.version, receipt.position], [version, model.head])
  })

const addNamed = (id: AccountId, amount: number): Command =>
  command(`add ${amount} to ${id} by a name`, async (model, { runtime }) => {
    const commandId = `command ${model.named.length}`
    const version = model.append(id, amount)
    model.named.push({ commandId, id, amount, version })
    await runtime.actor(Account, id).send('add', { amount, parts: 1 }, { commandId })
  })

const again = (which: number): Command =>
  command(`named command ${which} again`, async ({ named }, { runtime }) => {
    const known = named[which % Math.max(1, named.length)]
    if (known === undefined) return
    const { commandId, id, amount, version } = known
    const actor = runtime.actor(Account, id)
    const receipt = await actor.send('add', { amount, parts: 1 }, { commandId })
    assert.deepEqual([receipt.duplicate, receipt.version], [true, version])
    const other = actor.send('add', { amount: amount + 1, parts: 1 }, { commandId })
    await rejects('DRAMATIS_COMMAND_ID_REUSED', other)
  })

const spend = (id: AccountId, amount: number): Command =>
  command(`spend ${amount} of ${id}`, async (model, { runtime }) => {
    const isEnough = model.sumOf(id) >= amount
    if (isEnough) model.append(id, -amount)
    const sending = runtime.actor(Account, id).send('spend', { amount })
    await (isEnough ? sending : rejects('DRAMATIS_COMMAND_REJECTED', sending))
  })

const expect = (id: AccountId, off: number): Command =>
  command(`add 1 to ${id}, whose version is expected ${off} off`, async (model, { runtime }) => {
    const expectedVersion = Math.max(0, model.streams[id].length + off)
    const isIt = expectedVersion === model.streams[id].length
    if (isIt) model.append(id, 1)
    const options = { expectedVersion }
    const sending = runtime.actor(Account, id).send('add', { amount: 1, parts: 1 }, options)
    await (isIt ? sending : rejects('DRAMATIS_VERSION_CONFLICT', sending))
  })

const transact = (amount: number): Command =>
  command(`move ${amount} from a to b`, async (model, { runtime }) => {
    const isEnough = model.sumOf('a') >= amount
    if (isEnough) {
      model.append('a', -amount)
      model.append('b', amount)
    }
    const sending = runtime.transact([
      runtime.actor(Account, 'a').command('spend', { amount }),
      runtime.actor(Account, 'b').command('add', { amount, parts: 1 }),
    ])
    await (isEnough ? sending : rejects('DRAMATIS_COMMAND_REJECTED', sending))
  })

const read = (id: AccountId, after: number, limit: number, backward: boolean): Command =>
  command(`read ${id} after ${after}, ${limit} of them`, async (model, { runtime }) => {
    const actor = runtime.actor(Account, id)
    const range = backward ? { backward, limit } : { afterVersion: after, limit }
    const read = await collect(actor.events(range))
    const all = model.streams[id].map((event, at) => [at + 1, event] as const)
    const expected = backward ? all.reverse().slice(0, limit) : all.slice(after, after + limit)
    assert.deepEqual(
      read.map((event) => [event.version, eventOf(event)]),
      expected,
    )
    const version = Math.min(after, all.length)
    assert.deepEqual(await actor.state({ version }), { sum: model.sumOf(id, version) })
  })

const setBroken = (id: AccountId, isBroken: boolean): Command =>
  command(`${isBroken ? 'break' : 'mend'} ${id}`, async (model, system) => {
    for (const { broken } of [model, system]) {
      if (isBroken) broken.add(id)
      else broken.delete(id)
    }
  })

const schedule = (name: string, id: AccountId, afterMs: number): Command =>
  command(`schedule ${name} for ${id} in ${afterMs}`, async (model, { runtime }) => {
    model.timers.set(name, { id, dueAtMs: model.nowMs + afterMs })
    await runtime.schedule(name, runtime.actor(Account, id).command('ring', {}), { afterMs })
  })

const cancel = (name: string): Command =>
  command(`cancel ${name}`, async (model, { runtime }) => {
    assert.equal(await runtime.timers.cancel(name), model.timers.delete(name))
  })

const moveClock = (steps: number): Command =>
  command(`move the clock by ${steps}`, async (model, system) => {
    model.moveClock(steps * stepMs)
    system.advance(steps * stepMs)
  })

const redrive = (): Command =>
  command('redrive', async (model, { runtime }) => {
    model.redrive()
    await runtime.deadLetters.redrive()
  })

const discard = (): Command =>
  command('discard', async (model, { runtime }) => {
    model.discard()
    await runtime.deadLetters.discard({}, { reason: 'a test' })
  })

const rebuild = (): Command =>
  command('rebuild', async (model, { runtime }) => {
    await runtime.rebuild(Sums)
    assert.equal((await runtime.verifyView(Sums)).differences, 0)
    assert.equal(model.head, runtime.log.head)
  })

const deleteSnapshots = (): Command =>
  command('delete the snapshots', (_model, { runtime }) => runtime.deleteSnapshots())

const restart = (): Command => command('restart', (_model, system) => system.restart())
const crash = (): Command => command('crash', (_model, system) => system.crash())

/** Everything that can be seen is the same, once the system has come to rest. */
async function compare(model: Model, { runtime, handled }: System): Promise<void> {
  const waiting = model.waiting('retrying').length
  const done = accounts.reduce((sum, id) => sum + model.handled[id].length, 0)
  await patiently(() => {
    const status = runtime.handler('noting').status()
    const isQuiet = status.lag === 0 && runtime.view(Sums).status().lag === 0
    const isFired = runtime.status().timers.pending === model.timers.size
    return isQuiet && isFired && status.retryingKeys === waiting && status.handled === done
  })
  assert.equal(runtime.log.head, model.head)
  assert.deepEqual(handled, model.handled)
  const { entries } = await runtime.deadLetters.list()
  const parked = entries.map(({ key, queued }) => [key, queued] as const).sort()
  assert.deepEqual(parked, model.waiting('parked'))
  assert.equal(runtime.handler('noting').status().discarded, model.discarded)
  assert.equal(runtime.status().timers.pending, model.timers.size)
  const used = accounts.filter((id) => model.streams[id].length > 0)
  const rows = used.map((id) => ({ id, sum: model.sumOf(id), events: model.streams[id].length }))
  assert.deepEqual((await runtime.view(Sums).find()).rows, rows)
  for (const id of accounts) {
    assert.deepEqual(await runtime.actor(Account, id).state(), { sum: model.sumOf(id) })
  }
  compareLog(model, await collect(runtime.log.read()))
}

/** Waits until something is so, or is not going to be: then the comparison says what is otherwise. */
async function patiently(isSo: () => boolean): Promise<void> {
  const startedMs = systemClock.elapsedMs()
  while (!isSo() && systemClock.elapsedMs() - startedMs < patienceMs) await yieldToEventLoop()
}

function compareLog(
  { streams }: Model,
  events: readonly {
    readonly type: string
    readonly aggregateId: string
    readonly data: unknown
  }[],
): void {
  for (const id of accounts) {
    const own = events.filter(({ aggregateId }) => aggregateId === id).map(eventOf)
    assert.deepEqual(own, streams[id])
  }
}

function eventOf({ type, data }: { readonly type: string; readonly data: unknown }): ModelEvent {
  return type === 'Rung' ? 'rung' : (data as { readonly amount: number }).amount
}

const id = fc.constantFrom(...accounts)
const amount = fc.integer({ min: 1, max: 9 })
const few = fc.integer({ min: 0, max: 4 })
const timer = fc.constantFrom('first', 'second')

export const allCommands: readonly fc.Arbitrary<Command>[] = [
  fc.tuple(id, amount, fc.integer({ min: 1, max: 3 })).map((given) => add(...given)),
  fc.tuple(id, amount).map((given) => addNamed(...given)),
  few.map(again),
  fc.tuple(id, amount).map((given) => spend(...given)),
  fc.tuple(id, fc.integer({ min: -1, max: 1 })).map((given) => expect(...given)),
  amount.map(transact),
  fc.tuple(id, few, few, fc.boolean()).map((given) => read(...given)),
  fc.tuple(id, fc.boolean()).map((given) => setBroken(...given)),
  fc.tuple(timer, id, fc.constantFrom(500, 1_500, 4_500)).map((given) => schedule(...given)),
  timer.map(cancel),
  fc.integer({ min: 1, max: 3 }).map(moveClock),
  fc.constant(redrive()),
  fc.constant(discard()),
  fc.constant(rebuild()),
  fc.constant(deleteSnapshots()),
  fc.constant(restart()),
  fc.constant(crash()),
]
