/**
 * Hostile values from a handler: what it returns, throws, sends and schedules, on the thread of the host and on its
 * own. What it sends is refused with one typed error, for it to see, or reads as it was; its delivery counts as
 * handled, or its key is parked with an error, redriven once it is mended, and goes on.
 */

import assert from 'node:assert/strict'
import { after, describe, type TestContext, test } from 'node:test'
import { defineActor, defineEvent, type HandlerContext } from '../../src/index.js'
import { collect } from '../../src/testing/index.js'
import { recording, Workplace } from '../subscriptions/workplace.js'
import { count } from '../support/counts.js'
import { assertFate, type Result, smallValues, valuesAndTexts, withEach } from './fate.js'
import type { HostileValue } from './values.js'

let tried = 0

after(() => count('hostile values', tried))

const Shelf = defineActor('Shelf', {
  initialState: () => ({}),
  events: { Put: defineEvent({ value: 'any' }) },
  evolve: { Put: (state) => state },
  commands: {
    put: {
      schema: { value: 'any' },
      decide: (_state, { value }, { events }) => events.Put({ value }),
    },
  },
})

type Handle = (context: HandlerContext, value: never) => unknown

/** A handler that does what the test says. */
class Handling {
  readonly work: Workplace
  readonly handler: ReturnType<typeof recording>['handler']
  handle: (context: HandlerContext) => unknown = () => {}

  private constructor(work: Workplace, handler: Handling['handler']) {
    this.work = work
    this.handler = handler
  }

  static async open(t: TestContext): Promise<Handling> {
    const { handler } = recording({
      handle: (_event, context) => handling.handle(context),
      partitions: 2,
      retry: { attemptsMax: 1 },
      deadLetter: 'key',
    })
    const work = await Workplace.open(t, { handlers: [handler], actors: [Shelf] })
    const handling: Handling = new Handling(work, handler)
    return handling
  }

  /** Has it handle an event. @returns the code of the error that its key is parked with. */
  async deliver(handle: (context: HandlerContext) => unknown): Promise<string | null> {
    const { work, handler } = this
    this.handle = handle
    await work.add('a')
    await work.passTime('it is delivered', () => work.isThrough(handler))
    this.handle = () => {}
    const { entries } = await work.runtime.deadLetters.list()
    const [letter] = entries
    if (letter === undefined) return null
    await work.runtime.deadLetters.redrive()
    await work.passTime('it is redriven', () => {
      const { parkedKeys, retryingKeys } = work.runtime.handler(handler).status()
      return parkedKeys + retryingKeys === 0
    })
    return `${letter.error.code}`
  }
}

/** Where a handler's call takes any value: it is kept and reads as it was, or it is refused. */
const valueEntries: Readonly<Record<string, Handle>> = {
  'a field of a command': ({ send }, value) => send(Shelf, 'put', 'put', { value }),
  'a field of a command that is scheduled': ({ schedule }, value) =>
    schedule('soon', Shelf, 'put', 'put', { value }, { afterMs: 0 }),
}

/** Where something of its own is expected, to be sent. */
const sentEntries: Readonly<Record<string, Handle>> = {
  'the actor of a command': ({ send }, value) => send(value, 'put', 'put', { value: 1 }),
  'the id of a command': ({ send }, value) => send(Shelf, value, 'put', { value: 1 }),
  'the name of a command': ({ send }, value) => send('Shelf', 'put', value, { value: 1 }),
  'the data of a command': ({ send }, value) => send(Shelf, 'put', 'put', value),
}

/** Where something of its own is expected, for a timer. */
const timerEntries: Readonly<Record<string, Handle>> = {
  'the name of a timer': ({ schedule }, value) =>
    schedule(value, Shelf, 'put', 'put', { value: 1 }, { afterMs: 0 }),
  'the actor of a timer': ({ schedule }, value) =>
    schedule('t', value, 'put', 'put', { value: 1 }, { afterMs: 0 }),
  'the time of a timer': ({ schedule }, value) =>
    schedule('t', Shelf, 'put', 'put', { value: 1 }, value),
  'how long a timer waits': ({ schedule }, value) =>
    schedule('t', Shelf, 'put', 'put', { value: 1 }, { afterMs: value }),
  'when a timer fires': ({ schedule }, value) =>
    schedule('t', Shelf, 'put', 'put', { value: 1 }, { at: value }),
  'a timer to cancel': ({ cancelTimer }, value) => cancelTimer(value),
}

/** What is the handler's own: nothing of it is refused, and what it throws is what it is parked with. */
const ownEntries: Readonly<Record<string, Handle>> = {
  'what it returns': (_context, value) => value,
  'what it resolves with': async (_context, value) => value,
  'what it throws': (_context, value) => {
    throw value
  },
  'what it rejects with': async (_context, value) => {
    throw value
  },
}

/** @param sends - Whether nothing but what it sends is written: a timer may fire at any time. */
async function tryOut(
  each: Handling,
  handle: Handle,
  { make }: HostileValue,
  sends: boolean,
): Promise<Result> {
  tried++
  const { log } = each.work.runtime
  const { head } = log
  let refused: string | null = null
  const code = await each.deliver(async (context) => {
    try {
      await handle(context, make() as never)
    } catch (error) {
      refused = String((error as { code?: unknown } | null)?.code)
      throw error
    }
  })
  if (refused === null) return { readBack: undefined }
  assert.match(refused, /^DRAMATIS_/)
  assert.equal(code, refused, 'it is parked with what it was told')
  if (sends) assert.equal(log.head, head + 1, 'nothing was written')
  return { code: refused }
}

/** An event is handled, and what its handler sends arrives. */
async function assertUsable(each: Handling): Promise<void> {
  const { runtime } = each.work
  assert.equal(await each.deliver(({ send }) => send(Shelf, 'probe', 'put', { value: 1 })), null)
  assert.equal((await collect(runtime.actor(Shelf, 'probe').events())).length, 1)
  assert.deepEqual((await runtime.deadLetters.list()).entries, [])
}

describe('of what a handler sends each value is refused, or reads as it was, in', () => {
  for (const [name, handle] of Object.entries(valueEntries)) {
    test(name, async (t) => {
      const each = await Handling.open(t)
      const { work } = each
      await withEach(smallValues, async (value) => {
        const head = work.runtime.log.head + 2
        const result = await tryOut(each, handle, value, true)
        if ('code' in result) return assertFate(value, result)
        await work.passTime('it has arrived', () => work.runtime.log.head === head, 1)
        const [sent] = await collect(
          work.runtime.actor(Shelf, 'put').events({ backward: true, limit: 1 }),
        )
        assertFate(value, { readBack: (sent!.data as { value: unknown }).value })
      })

      await assertUsable(each)
    })
  }
})

describe('of what a handler asks for each value is refused, or taken for what it says, as', () => {
  for (const [name, handle] of Object.entries({ ...sentEntries, ...timerEntries })) {
    test(name, async (t) => {
      const each = await Handling.open(t)
      await withEach(valuesAndTexts, async (value) => {
        await tryOut(each, handle, value, name in sentEntries)
      })

      await assertUsable(each)
    })
  }
})

describe('of a handler each value ends its delivery, as', () => {
  for (const [name, handle] of Object.entries(ownEntries)) {
    test(name, async (t) => {
      const each = await Handling.open(t)
      await withEach(valuesAndTexts, async ({ make }) => {
        tried++
        await each.deliver((context) => handle(context, make() as never))
      })

      await assertUsable(each)
    })
  }
})
