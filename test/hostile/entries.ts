/**
 * Everything public that takes values, by name, with how a value gets in.
 */

import type { Runtime } from '../../src/index.js'
import { counting, hostile, Keeper, Rows, Watching } from './app.js'

/** Calls with a value what takes one. Resolves with what was read back of it, or with nothing. */
export type Entry = (runtime: Runtime, value: unknown) => unknown

/** Where a payload holds any value: it is kept and reads as it was, or it is refused. */
export const payloadEntries: Readonly<Record<string, Entry>> = {
  'a field of a command': async (runtime, value) => {
    const { events } = await runtime.actor(Keeper, 'values').send('keep', { value })
    return keptValue(runtime, events[0]!.position)
  },
  'a field of metadata': async (runtime, value) => {
    const options = { metadata: { value } as never }
    const { position } = await runtime.actor(Keeper, 'values').send('count', { times: 1 }, options)
    return (await eventAt(runtime, position)).metadata.value
  },
  'a field of an event that was decided': async (runtime, value) => {
    hostile.decided = () => ({ type: 'Kept', data: { value } })
    const { position } = await runtime.actor(Keeper, 'values').send('decide', {})
    return keptValue(runtime, position)
  },
  'a field of what prepare returned': async (runtime, value) => {
    hostile.prepared = () => ({ value })
    const { position } = await runtime.actor(Keeper, 'values').send('prepare', { value: 1 })
    return keptValue(runtime, position)
  },
  'a field of a command in a transaction': async (runtime, value) => {
    const command = runtime.actor(Keeper, 'values').command('keep', { value })
    const [{ position }] = await runtime.transact([command])
    return keptValue(runtime, position)
  },
  'a field of a command that is scheduled': async (runtime, value) => {
    const command = runtime.actor(Keeper, 'values').command('keep', { value })
    await runtime.schedule('later', command, { afterMs: 1_000_000_000 })
    const timer = await runtime.timers.get('later')
    await runtime.timers.cancel('later')
    return (timer!.data as { value: unknown }).value
  },
}

function eventAt(runtime: Runtime, position: number) {
  return runtime.log
    .read({ after: position - 1, to: position })
    [Symbol.asyncIterator]()
    .next()
    .then(({ value }) => value as { data: { value: unknown }; metadata: Record<string, unknown> })
}

async function keptValue(runtime: Runtime, position: number): Promise<unknown> {
  return (await eventAt(runtime, position)).data.value
}

async function all(events: AsyncIterable<unknown>): Promise<void> {
  for await (const _event of events) {
    // Reading is all.
  }
}

type Any = never

/** Where something of its own is expected: one typed error, or it is taken for what it says. */
export const argumentEntries: Readonly<Record<string, Entry>> = {
  'an id': (runtime, value) => runtime.actor(Keeper, value as Any).state(),
  'a payload': (runtime, value) => runtime.actor(Keeper, 'a').send('keep', value as Any),
  'the name of a command': (runtime, value) =>
    runtime.actor(Keeper, 'a').send(value as Any, {} as Any),
  'options of a command': (runtime, value) => sendWith(runtime, value),
  'a commandId': (runtime, value) => sendWith(runtime, { commandId: value }),
  'a correlationId': (runtime, value) => sendWith(runtime, { correlationId: value }),
  'a userId': (runtime, value) => sendWith(runtime, { userId: value }),
  metadata: (runtime, value) => sendWith(runtime, { metadata: value }),
  'an expected version': (runtime, value) => sendWith(runtime, { expectedVersion: value }),
  'when it happened': (runtime, value) => sendWith(runtime, { occurredAt: value }),
  'a signal': (runtime, value) => sendWith(runtime, { signal: value }),
  'a timeout': (runtime, value) => sendWith(runtime, { timeoutMs: value }),
  'what to wait for': (runtime, value) => sendWith(runtime, { until: value }),
  'what decide returned': (runtime, value) => {
    hostile.decided = () => value
    return runtime.actor(Keeper, 'a').send('decide', {})
  },
  'the events that decide returned': (runtime, value) => {
    hostile.decided = () => [value]
    return runtime.actor(Keeper, 'a').send('decide', {})
  },
  'the type of an event': (runtime, value) => {
    hostile.decided = () => ({ type: value, data: {} })
    return runtime.actor(Keeper, 'a').send('decide', {})
  },
  'the data of an event': (runtime, value) => {
    hostile.decided = () => ({ type: 'Kept', data: value })
    return runtime.actor(Keeper, 'a').send('decide', {})
  },
  'a reason to reject': (runtime, value) => {
    hostile.decided = () => ({ rejected: value, message: value })
    return runtime.actor(Keeper, 'a').send('decide', {})
  },
  'what decide throws': (runtime, value) => {
    hostile.decided = () => {
      throw value
    }
    return runtime.actor(Keeper, 'a').send('decide', {})
  },
  'what prepare returned': (runtime, value) => {
    hostile.prepared = () => value
    return runtime.actor(Keeper, 'a').send('prepare', { value: 1 })
  },
  'what prepare throws': (runtime, value) => {
    hostile.prepared = () => {
      throw value
    }
    return runtime.actor(Keeper, 'a').send('prepare', { value: 1 })
  },
  'what evolve throws': (runtime, value) => {
    hostile.evolved = () => {
      throw value
    }
    return runtime.actor(Keeper, 'a').send('evolve', {})
  },
  'commands of a transaction': (runtime, value) => runtime.transact(value as Any),
  'a command of a transaction': (runtime, value) => runtime.transact([value as Any]),
  'options of a transaction': (runtime, value) =>
    runtime.transact([runtime.actor(Keeper, 'a').command('count', { times: 1 })], value as Any),
  'options of a command of a transaction': (runtime, value) =>
    runtime.transact([runtime.actor(Keeper, 'a').command('count', { times: 1 }, value as Any)]),
  'a query': (runtime, value) => runtime.decide(value as Any, () => []),
  'tags of a query': (runtime, value) => runtime.decide({ tags: value as Any }, () => []),
  'what a decision returned': (runtime, value) =>
    runtime.decide({ tags: ['t'] }, () => value as Any),
  'events of a decision': (runtime, value) =>
    runtime.decide({ tags: ['t'] }, () => runtime.actor(Keeper, 'a').append(value as Any)),
  'options of a decision': (runtime, value) =>
    runtime.decide({ tags: ['t'] }, () => [], value as Any),
  'a moment': (runtime, value) => runtime.actor(Keeper, 'a').state(value as Any),
  'a version of the past': (runtime, value) =>
    runtime.actor(Keeper, 'a').state({ version: value as Any }),
  'a time of the past': (runtime, value) => runtime.actor(Keeper, 'a').state({ at: value as Any }),
  'the moments of a difference': (runtime, value) =>
    runtime.actor(Keeper, 'a').diff(value as Any, value as Any),
  'options of reading a stream': (runtime, value) =>
    all(runtime.actor(Keeper, 'a').events(value as Any)),
  'options of reading the log': (runtime, value) => all(runtime.log.read(value as Any)),
  'types to read': (runtime, value) => all(runtime.log.read({ types: value as Any })),
  'tags to read': (runtime, value) => all(runtime.log.read({ tags: value as Any })),
  'a position to read from': (runtime, value) => all(runtime.log.read({ after: value as Any })),
  'options of closing a stream': (runtime, value) =>
    runtime.actor(Keeper, 'none').closeStream(value as Any),
  'a reason to delete a stream': (runtime, value) =>
    runtime.actor(Keeper, 'none').deleteStream({ reason: value as Any, expectedVersion: 9 }),
  'the id of a row': (runtime, value) => runtime.view(Rows).get(value as Any),
  'options of finding rows': (runtime, value) => runtime.view(Rows).find(value as Any),
  'an index': (runtime, value) => runtime.view(Rows).find({ index: value as Any }),
  'the prefix of a key': (runtime, value) =>
    runtime.view(Rows).find({ index: 'byValues', prefix: [value as Any] }),
  'the prefixes of keys': (runtime, value) =>
    runtime.view(Rows).find({ index: 'byValues', prefix: value as Any }),
  'the token of a page': (runtime, value) => runtime.view(Rows).find({ after: value as Any }),
  'a direction': (runtime, value) => runtime.view(Rows).find({ reverse: value as Any }),
  'a limit': (runtime, value) => runtime.view(Rows).find({ limit: value as Any }),
  'a view': (runtime, value) => runtime.view(value as Any),
  'a handler': (runtime, value) => runtime.handler(value as Any),
  'a saga': (runtime, value) => runtime.saga(value as Any),
  'the id of an instance': (runtime, value) =>
    runtime.saga(Watching, (value ?? null) as Any).status(),
  'data of a message': (runtime, value) => messagesOf(runtime).send('tell' as Any, value as Any),
  'the name of a message': (runtime, value) => messagesOf(runtime).send(value as Any, 1 as Any),
  'a position to catch up with': (runtime, value) =>
    runtime.caughtUp(value as Any, { view: Rows, timeoutMs: 0 }),
  'options of catching up': (runtime, value) => runtime.caughtUp(0, value as Any),
  'a key to catch up with': (runtime, value) =>
    runtime.caughtUp(0, { handler: counting, key: value as Any }),
  'the name of a timer': (runtime, value) => runtime.timers.get(value as Any),
  'options of a timer': (runtime, value) =>
    runtime.schedule('t', runtime.actor(Keeper, 'a').command('count', { times: 1 }), value as Any),
  'a time of a timer': (runtime, value) =>
    runtime.schedule('t', runtime.actor(Keeper, 'a').command('count', { times: 1 }), {
      at: value as Any,
    }),
  'what a timer sends': (runtime, value) => runtime.schedule('t', value as Any, { afterMs: 1e9 }),
  'options of listing timers': (runtime, value) => runtime.timers.list(value as Any),
  'dead letters to list': (runtime, value) => runtime.deadLetters.list(value as Any),
  'dead letters to redrive': (runtime, value) => runtime.deadLetters.redrive(value as Any),
  'dead letters to discard': (runtime, value) =>
    runtime.deadLetters.discard(value as Any, { reason: 'none' }),
  'a reason to discard': (runtime, value) =>
    runtime.deadLetters.discard({}, { reason: value as Any }),
  'a subject to forget': (runtime, value) => runtime.forget(value as Any),
  'options of forgetting': (runtime, value) => runtime.forget('nobody', value as Any),
  'options of a rebuild': (runtime, value) => runtime.rebuild(Rows, value as Any),
  'options of a replay': (runtime, value) => runtime.handler(counting).replay(value as Any),
  'thresholds of health': (runtime, value) => runtime.health(value as Any),
  'options of counting schemas': (runtime, value) => runtime.schemas.count(value as Any),
  'a pattern of the bus': (runtime, value) => runtime.bus.subscribe(value as Any, () => {})(),
}

function sendWith(runtime: Runtime, options: unknown): Promise<unknown> {
  return runtime.actor(Keeper, 'a').send('count', { times: 1 }, options as Any)
}

/** Takes any name, and any data. */
function messagesOf(runtime: Runtime): { send(name: unknown, data: unknown): Promise<void> } {
  return runtime.saga(Watching, 'none') as never
}
