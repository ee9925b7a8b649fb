/** How a handler steers its own deliveries: what it throws, how long it takes, what it is given. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  defineActor,
  defineEvent,
  type HandlerContext,
  RetryAfterError,
  TerminalError,
} from '../../src/index.js'
import { collect } from '../../src/testing/collect.js'
import { turns } from './until.js'
import { Counter, recording, Workplace } from './workplace.js'

const never = (): Promise<never> => new Promise(() => {})

test('TerminalError goes straight to the dead letters', async (t) => {
  const { handler, calls } = recording({
    handle: () => {
      throw new TerminalError('no such customer')
    },
  })
  const work = await Workplace.open(t, { handlers: [handler] })

  await work.add('a')
  await work.through(handler)
  const { entries } = await work.runtime.deadLetters.list({ cause: 'TERMINAL' })

  assert.equal(calls.length, 1)
  assert.deepEqual(
    entries.map(({ attempts, error }) => [attempts, error.code, error.message]),
    [[1, 'DRAMATIS_TERMINAL', 'no such customer']],
  )
})

test('RetryAfterError sets the delay', async (t) => {
  const { handler, calls } = recording({
    retry: { attemptsMax: 2, delayMs: 10, retriesAtOnce: 1 },
    handle: (_event, { attempt }) => {
      if (attempt === 1) throw new RetryAfterError('too many requests', 5_000)
    },
  })
  const work = await Workplace.open(t, { handlers: [handler] })
  await work.add('a')
  await work.through(handler)

  work.clock.advance(4_999)
  await turns()
  const before = calls.length
  work.clock.advance(1)
  await work.settled(handler)

  assert.deepEqual([before, calls.length], [1, 2])
})

for (const delayMs of [Number.NaN, -1, Number.POSITIVE_INFINITY, '5' as never]) {
  test(`RetryAfterError with ${delayMs} ms leaves the delay to the policy`, async (t) => {
    const { handler, calls } = recording({
      retry: { attemptsMax: 2, delayMs: 100, retriesAtOnce: 0 },
      handle: (_event, { attempt }) => {
        if (attempt === 1) throw new RetryAfterError('odd', delayMs)
      },
    })
    const work = await Workplace.open(t, { handlers: [handler] })
    await work.add('a')
    await work.through(handler)

    work.clock.advance(100)
    await work.settled(handler)

    assert.equal(calls.length, 2)
  })
}

const hostile: Readonly<Record<string, () => unknown>> = {
  null: () => null,
  undefined: () => undefined,
  'a string': () => 'a string',
  'an object whose getters throw': () =>
    new Proxy({}, { get: () => assert.fail('hands off'), getPrototypeOf: () => assert.fail() }),
  'an error whose message throws': () =>
    Object.defineProperty(new Error(), 'message', { get: () => assert.fail('hands off') }),
  'an error whose delayMs throws': () =>
    Object.defineProperty(new RetryAfterError('', 1), 'delayMs', { get: () => assert.fail() }),
}

for (const [what, make] of Object.entries(hostile)) {
  test(`a handler that throws or rejects with ${what} fails like any other`, async (t) => {
    const retry = { attemptsMax: 1 }
    const throwing = recording({
      name: 'throwing',
      retry,
      handle: () => {
        throw make()
      },
    })
    const rejecting = recording({ name: 'rejecting', retry, handle: () => Promise.reject(make()) })
    const handlers = [throwing.handler, rejecting.handler]
    const work = await Workplace.open(t, { handlers })

    await work.add('a', 'b')
    await work.settled(throwing.handler)
    await work.settled(rejecting.handler)

    assert.equal(work.runtime.status().deadLetters.parkedKeys, 4)
    assert.deepEqual([throwing.calls.length, rejecting.calls.length], [2, 2])
  })
}

test('a handler that returns a thenable that throws fails like any other', async (t) => {
  const { handler } = recording({
    retry: { attemptsMax: 1 },
    handle: (event) => {
      if (event.aggregateId === 'b') return Object.defineProperty({}, 'then', { get: assert.fail })
      // biome-ignore lint/suspicious/noThenProperty: hostile on purpose.
      return { then: () => assert.fail('hands off') }
    },
  })
  const work = await Workplace.open(t, { handlers: [handler] })

  await work.add('a', 'b')
  await work.settled(handler)

  assert.equal(work.runtime.handler(handler).status().parkedKeys, 2)
})

test('a handler that never settles is aborted at its timeout, and parked', async (t) => {
  const signals: AbortSignal[] = []
  const { handler } = recording({
    timeoutMs: 500,
    retry: { attemptsMax: 1 },
    handle: (_event, { signal }) => {
      signals.push(signal)
      return never()
    },
  })
  const work = await Workplace.open(t, { handlers: [handler] })
  await work.add('a', 'a')
  await turns()

  work.clock.advance(499)
  const before = signals.map((signal) => signal.aborted)
  work.clock.advance(1)
  const atTimeout = signals.map((signal) => signal.aborted)
  await work.settled(handler)
  const { entries } = await work.runtime.deadLetters.list()

  assert.deepEqual([before, atTimeout], [[false], [true]])
  assert.equal((signals[0]!.reason as { code?: string }).code, 'DRAMATIS_HANDLER_TIMEOUT')
  assert.deepEqual(
    entries.map(({ error, queued }) => [error.code, queued]),
    [['DRAMATIS_HANDLER_TIMEOUT', 2]],
  )
})

test('a handler that rejects after the abort has timed out, with its own error as the cause', async (t) => {
  const { handler } = recording({
    timeoutMs: 500,
    retry: { attemptsMax: 1 },
    handle: (_event, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('gave up')))
      }),
  })
  const work = await Workplace.open(t, { handlers: [handler] })

  await work.add('a')
  await work.settled(handler)
  const { entries } = await work.runtime.deadLetters.list()

  assert.equal(entries[0]?.error.code, 'DRAMATIS_HANDLER_TIMEOUT')
  assert.equal(entries[0]?.error.cause?.message, 'gave up')
})

test('a handler that finishes after the abort, while it may, has handled its event', async (t) => {
  const { handler } = recording({
    timeoutMs: 500,
    handle: (_event, { signal }) =>
      new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve())
      }),
  })
  const work = await Workplace.open(t, { handlers: [handler] })

  await work.add('a')
  await work.settled(handler)

  const { handled, parkedKeys } = work.runtime.handler(handler).status()
  assert.deepEqual([handled, parkedKeys], [1, 0])
})

test('ctx.idempotencyKey is stable across attempts', async (t) => {
  const keys: string[] = []
  const { handler } = recording({
    retry: { attemptsMax: 3, delayMs: 10 },
    handle: (_event, { idempotencyKey, attempt }) => {
      keys.push(idempotencyKey)
      if (attempt < 3) throw new Error('for now')
    },
  })
  const work = await Workplace.open(t, { handlers: [handler] })

  await work.add('a')
  await work.settled(handler)

  assert.deepEqual(keys, Array(3).fill('Counter-a@1:recording'))
})

test('ctx.send derives the same command ids at every attempt', async (t) => {
  const { handler } = recording({
    retry: { attemptsMax: 2, delayMs: 10 },
    handle: async (event, { send, attempt }) => {
      if (event.aggregateId !== 'a') return
      await send(Counter, 'b', 'add', { n: 1 })
      await send('Counter', 'b', 'add', { n: 2 })
      if (attempt === 1) throw new Error('for now')
    },
  })
  const work = await Workplace.open(t, { handlers: [handler] })

  await work.add('a')
  await work.settled(handler)
  const sent = await collect(work.runtime.actor(Counter, 'b').events())

  const ids = new Set(sent.map((event) => event.metadata.commandId))
  assert.deepEqual([...ids].sort(), ['Counter-a@1:recording:1', 'Counter-a@1:recording:2'])
})

test('ctx.send sets causation to the event and hands its correlation and user on', async (t) => {
  const { handler } = recording({
    handle: async (event, { send }) => {
      if (event.aggregateId === 'a') await send(Counter, 'b', 'add', { n: 1 })
    },
  })
  const work = await Workplace.open(t, { handlers: [handler] })
  const options = { correlationId: 'request-1', userId: 'user-1' }

  await work.runtime.actor(Counter, 'a').send('add', { n: 1 }, options)
  await work.settled(handler)
  const [sent] = await collect(work.runtime.actor(Counter, 'b').events())

  const { causationId, correlationId, userId } = sent!.metadata
  assert.deepEqual([causationId, correlationId, userId], ['Counter-a@1', 'request-1', 'user-1'])
})

test('ctx.send resolves with where the command led to', async (t) => {
  const receipts: unknown[] = []
  const { handler } = recording({
    handle: async (event, { send }) => {
      if (event.aggregateId === 'a') receipts.push(await send(Counter, 'b', 'add', { n: 1 }))
    },
  })
  const work = await Workplace.open(t, { handlers: [handler] })

  await work.add('a')
  await work.settled(handler)

  assert.deepEqual(receipts, [{ streamId: 'Counter-b', version: 1, position: 2, duplicate: false }])
})

const refused: Readonly<Record<string, (context: HandlerContext) => Promise<unknown>>> = {
  DRAMATIS_UNKNOWN_ACTOR: ({ send }) => send('Nobody', 'b', 'add', { n: 1 }),
  DRAMATIS_UNKNOWN_COMMAND: ({ send }) => send('Counter', 'b', 'subtract', { n: 1 }),
  DRAMATIS_SCHEMA_MISMATCH: ({ send }) => send('Counter', 'b', 'add', { n: 'one' }),
}

for (const [code, send] of Object.entries(refused)) {
  test(`ctx.send rejects with ${code} as the actor would`, async (t) => {
    const codes: unknown[] = []
    const { handler } = recording({
      handle: (_event, context) =>
        send(context).catch((error: { code?: unknown }) => codes.push(error.code)),
    })
    const work = await Workplace.open(t, { handlers: [handler] })

    await work.add('a')
    await work.settled(handler)

    assert.deepEqual(codes, [code])
  })
}

test("ctx.send rejects with the domain's reason when the actor refuses", async (t) => {
  const Door = defineActor('Door', {
    initialState: () => null,
    events: { Opened: defineEvent({}) },
    evolve: { Opened: (state) => state },
    commands: {
      open: {
        schema: {},
        decide: (_state, _command, { reject }) => reject('DOOR_LOCKED', 'twice'),
      },
    },
  })
  const errors: unknown[] = []
  const { handler } = recording({
    handle: (_event, { send }) =>
      send(Door, 'front', 'open', {}).catch((error) => errors.push(error)),
  })
  const work = await Workplace.open(t, { handlers: [handler], actors: [Door] })

  await work.add('a')
  await work.settled(handler)

  const [{ code, reason }] = errors as [{ code: string; reason: string }]
  assert.deepEqual([code, reason], ['DRAMATIS_COMMAND_REJECTED', 'DOOR_LOCKED'])
})

test("a handler with runsOn 'host' is delivered to like any other", async (t) => {
  const { handler, calls } = recording({ runsOn: 'host', handle: async () => {} })
  const work = await Workplace.open(t, { handlers: [handler] })

  await work.add('a', 'b', 'a')
  await work.settled(handler)

  assert.equal(calls.length, 3)
})

test('an event type that nobody handles any more is no obstacle', async (t) => {
  const { handler, calls } = recording({ handle: () => {} })
  const work = await Workplace.open(t, { handlers: [handler] })

  await work.runtime.actor(Counter, 'a').send('rename', { name: 'x' })
  await work.add('a')
  await work.settled(handler)

  assert.deepEqual(
    calls.map((call) => call.version),
    [2],
  )
})

test('a resume does not try again what has just failed', async (t) => {
  const { handler, calls } = recording({
    partitions: 1,
    retry: { attemptsMax: 2, delayMs: 60_000, retriesAtOnce: 0 },
    handle: () => {
      // Comes through when the delivery has failed, and the host has not heard of it.
      void work.runtime.handler(handler).resume()
      throw new Error('always')
    },
  })
  const work: Workplace = await Workplace.open(t, { handlers: [handler] })
  await work.add('a')
  await work.through(handler)

  work.clock.advance(60_000)
  await work.settled(handler)
  await turns()

  assert.deepEqual(
    calls.map(({ attempt }) => attempt),
    [1, 2],
  )
})
