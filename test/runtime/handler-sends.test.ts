/**
 * Commands of handlers that come again later than their actor remembers them.
 */

import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { createDeferred } from '../../src/base/deferred.js'
import { ManualClock } from '../../src/base/manual-clock.js'
import {
  defineActor,
  defineApp,
  defineEvent,
  defineHandler,
  type HandlerContext,
  type HandlerReceipt,
  openRuntime,
  type Runtime,
  TerminalError,
} from '../../src/index.js'
import { HandlerSends } from '../../src/runtime/handler-sends.js'
import { openMemoryEventStore } from '../../src/store/memory/memory-event-store.js'
import { abandonAfterMs } from '../../src/subscriptions/delivery.js'
import type { SendRequest } from '../../src/subscriptions/pump-messages.js'
import { SimulatedDisk } from '../../src/testing/simulated-disk.js'
import { TemporaryDirectory } from '../store/temporary.js'
import { onEnd, type Scope } from '../support/scope.js'
import { Count, copying as copyingApart } from './apps/copying.js'

const limits = { commandWindowEvents: 2 }
const sources = ['a', 'b', 'c', 'd', 'e', 'f']

/** What a copy adds. */
let cents = 1
/** Called before an account decides what a copy adds to it. */
let prepare: () => Promise<void> = async () => {}

const Account = defineActor('Account', {
  initialState: () => ({ cents: 0 }),
  events: { Added: defineEvent({ cents: 'number' }), Copied: defineEvent({ cents: 'number' }) },
  evolve: {
    Added: (state, { data }) => ({ cents: state.cents + data.cents }),
    Copied: (state, { data }) => ({ cents: state.cents + data.cents }),
  },
  commands: {
    add: {
      schema: { cents: 'number' },
      decide: (_state, command, { events }) => events.Added(command),
    },
    copy: {
      schema: { cents: 'number' },
      prepare: async (command) => {
        await prepare()
        return command
      },
      decide: (_state, command, { events }) => events.Copied(command),
    },
  },
})

interface Copying {
  readonly before?: (context: HandlerContext) => void
  readonly after?: (context: HandlerContext, receipt: HandlerReceipt) => Promise<void>
}

/** Copies what is added to the account `all`; a test may do more before and after. */
function copying({ before = () => {}, after = async () => {} }: Copying = {}) {
  return defineHandler('copying', {
    from: [Account],
    on: {
      Added: async (event, context) => {
        if (!sources.includes(event.aggregateId)) return
        before(context)
        await after(context, await context.send(Account, 'all', 'copy', { cents }))
      },
    },
    timeoutMs: 1_000,
    retry: { attemptsMax: 2, retriesAtOnce: 1 },
  })
}

/** More events of the account `all` than it remembers. */
async function forget(runtime: Runtime): Promise<void> {
  for (let at = 0; at < 3; at++) await runtime.actor(Account, 'all').send('add', { cents: 0 })
}

async function copied(runtime: Runtime): Promise<number> {
  return (await runtime.actor(Account, 'all').state()).cents
}

for (const inFlight of ['lost', 'kept'] as const) {
  test(`commands of handlers to an actor that remembers two act once, whatever crashes (${inFlight})`, async () => {
    const copies = copying()
    const options = { app: defineApp({ actors: [Account], handlers: [copies] }), limits }
    const copyAll = async (runtime: Runtime): Promise<void> => {
      const adding = sources.map((id) =>
        runtime.actor(Account, id).send('add', { cents: 1 }, { commandId: id }),
      )
      await Promise.all(adding)
      await runtime.caughtUp(runtime.log.head, { handler: copies, timeoutMs: 3_600_000 })
    }
    for (let write = 1, end = 'crashed'; end === 'crashed'; write++) {
      const disk = new SimulatedDisk()

      disk.crashAfter(write, inFlight)
      end = await disk.live(options, copyAll)
      if (end === 'crashed') await disk.live(options, copyAll)

      await disk.live(options, async (runtime) => {
        assert.equal(await copied(runtime), sources.length, `write ${write}`)
      })
    }
  })
}

describe('a command of a handler acts once beyond what its actor remembers', () => {
  /** A runtime, and what hands its handler one event and waits until that is done or parked. */
  async function open(t: Scope, what: Copying) {
    const clock = new ManualClock()
    const copies = copying(what)
    const app = defineApp({ actors: [Account], handlers: [copies] })
    const runtime = await openRuntime({ app, workers: 'inline', limits, clock })
    onEnd(t, () => runtime.close())
    const add = async (): Promise<void> => {
      const { position } = await runtime.actor(Account, 'a').send('add', { cents: 1 })
      await runtime.caughtUp(position, { handler: copies })
    }
    return { runtime, copies, add, clock }
  }

  test('when its delivery is tried again', async (t) => {
    const receipts: HandlerReceipt[] = []
    const { runtime, add } = await open(t, {
      after: async ({ attempt }, receipt) => {
        receipts.push(receipt)
        await forget(runtime)
        if (attempt === 1) throw new Error('not yet')
      },
    })

    await add()

    const [first, second] = receipts
    assert.deepEqual([await copied(runtime), first?.duplicate], [1, false])
    assert.deepEqual(second, { ...first, duplicate: true })
  })

  test('when its event is redriven', async (t) => {
    const redriven = createDeferred<HandlerReceipt>()
    const { runtime, copies, add } = await open(t, {
      after: async ({ redrives }, receipt) => {
        if (redrives === 0) throw new TerminalError('not yet')
        redriven.resolve(receipt)
      },
    })
    await add()
    await forget(runtime)

    await runtime.deadLetters.redrive({ handler: copies })

    assert.equal((await redriven.promise).duplicate, true)
    assert.equal(await copied(runtime), 1)
  })

  test('when its event is replayed', async (t) => {
    const { runtime, copies, add } = await open(t, {})
    await add()
    await forget(runtime)

    const { failures } = await runtime.handler(copies).replay()

    assert.deepEqual([failures, await copied(runtime)], [[], 1])
  })

  test('when a delivery that was given up sends it after the next one began', async (t) => {
    const [asked, release, again] = [createDeferred(), createDeferred(), createDeferred()]
    let preparations = 0
    prepare = async () => {
      if (preparations++ > 0) return
      asked.resolve()
      await release.promise
    }
    onEnd(t, () => {
      prepare = async () => {}
    })
    const { runtime, add, clock } = await open(t, {
      before: ({ attempt }) => {
        if (attempt === 2) again.resolve()
      },
    })
    const added = add()
    await asked.promise
    clock.advance(1_000)
    clock.advance(abandonAfterMs)
    await again.promise
    await forget(runtime)

    release.resolve()
    await added

    assert.equal(await copied(runtime), 1)
  })

  test('and something else under its id is refused', async (t) => {
    onEnd(t, () => {
      cents = 1
    })
    const { runtime, copies, add } = await open(t, {
      after: async ({ attempt }) => {
        cents++
        await forget(runtime)
        if (attempt === 1) throw new Error('not yet')
      },
    })

    await add()

    const { entries } = await runtime.deadLetters.list({ handler: copies })
    assert.deepEqual(
      entries.map(({ error }) => error.code),
      ['DRAMATIS_COMMAND_ID_REUSED'],
    )
    assert.equal(await copied(runtime), 1)
  })
})

describe('on threads a command of a handler acts once beyond what its actor remembers', () => {
  async function open(t: TestContext, workers: number): Promise<Runtime> {
    const directory = await TemporaryDirectory.make(t)
    const app = new URL('./apps/copying.js', import.meta.url)
    return directory.closing(await openRuntime({ app, dataDir: directory.path, workers, limits }))
  }

  test('when its delivery is tried again', async (t) => {
    const runtime = await open(t, 2)
    const { position } = await runtime.actor(Count, 'fails').send('add', {})

    await runtime.caughtUp(position, { handler: copyingApart })

    assert.deepEqual(await runtime.actor(Count, 'copy').state(), { n: 4 })
  })

  test('when its thread dies after it was handled, before that was reported', async (t) => {
    const runtime = await open(t, 1)
    const handler = runtime.handler(copyingApart)
    await handler.pause()
    await runtime.actor(Count, 'works').send('add', {})
    const { position } = await runtime.actor(Count, 'exit').send('add', {})

    await handler.resume()
    await runtime.caughtUp(position, { handler: copyingApart })

    assert.deepEqual(await runtime.actor(Count, 'copy').state(), { n: 4 })
  })
})

test('a first delivery has nothing read before it sends', async (t) => {
  const store = await openMemoryEventStore({ clock: new ManualClock() })
  onEnd(t, () => store.close())
  let reads = 0
  const watched = {
    head: store.head,
    readStream: (...asked: Parameters<typeof store.readStream>) => {
      reads++
      return store.readStream(...asked)
    },
  }
  const receipt = { streamId: 'Account-all', version: 1, position: 2, duplicate: false }
  const actors = { check: () => ({}), send: async () => ({ ...receipt, events: [] }) }
  const sends = new HandlerSends(actors as never, watched)
  const request: SendRequest = {
    ...{ type: 'send', id: 1, causationId: 'Account-a@1', correlationId: 'c', userId: null },
    ...{ actor: 'Account', aggregateId: 'all', command: 'copy', data: { cents: 1 } },
    ...{ commandId: 'Account-a@1:copying:1', position: 1, isRepeated: false },
  }

  const first = await sends.send(request)
  const readsAtFirst = reads
  await sends.send({ ...request, isRepeated: true })

  assert.deepEqual([first, readsAtFirst, reads], [receipt, 0, 1])
})
