/** Waiting for what was written: in views, in handlers, key by key, and in the call that writes. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import {
  defineProjector,
  type KeyParkedError,
  rowType,
  TerminalError,
  type Until,
} from '../../src/index.js'
import { TemporaryDirectory } from '../store/temporary.js'
import { turns } from './until.js'
import { Counter, type HandlerSetup, recording, Workplace } from './workplace.js'

/** What the projector and the handlers do; changed by tests, put back by `open`. */
let fault: (id: string) => unknown = () => {}

const Sums = defineProjector('Sums', {
  version: 1,
  from: [Counter],
  row: rowType<{ sum: number }>(),
  on: {
    Added: (event, view) => {
      fault(event.aggregateId)
      view.upsert(event.aggregateId, (row) => ({ sum: (row?.sum ?? 0) + event.data.n }))
    },
  },
})

async function open(
  t: TestContext,
  setup: Partial<HandlerSetup> = {},
): Promise<{ work: Workplace; handler: ReturnType<typeof recording>['handler'] }> {
  fault = () => {}
  const { handler } = recording({ handle: (event) => fault(event.aggregateId), ...setup })
  const work = await Workplace.open(t, { projectors: [Sums], handlers: [handler] })
  return { work, handler }
}

function refuse(...ids: readonly string[]): void {
  fault = (id) => {
    if (ids.includes(id)) throw new TerminalError('no such customer')
  }
}

/** Whether a promise has settled by the time everything that is due has run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false
  const note = (): void => {
    settled = true
  }
  promise.then(note, note)
  await turns()
  return settled
}

test('a key is caught up once its events are handled', async (t) => {
  const handled: string[] = []
  const { work, handler } = await open(t, {
    handle: (event) => {
      handled.push(event.id)
    },
  })
  const position = await work.add('a', 'b', 'a')

  await work.runtime.caughtUp(position, { handler, key: 'Counter-a' })

  assert.deepEqual(handled, ['Counter-a@1', 'Counter-b@1', 'Counter-a@2'])
})

test('a parked key is not caught up, and says where it stands and what to do', async (t) => {
  const { work, handler } = await open(t)
  refuse('bad')
  const position = await work.add('bad', 'good', 'bad')
  await work.through(handler)

  const waiting = work.runtime.caughtUp(position, { handler, key: 'Counter-bad' })

  await assert.rejects(waiting, (error: KeyParkedError) => {
    const { code, key, positionWanted, positionParked, receipt } = error
    assert.deepEqual(
      { code, handler: error.handler, key, positionWanted, positionParked, receipt },
      {
        code: 'DRAMATIS_KEY_PARKED',
        handler: 'recording',
        key: 'Counter-bad',
        positionWanted: 3,
        positionParked: 1,
        receipt: null,
      },
    )
    assert.match(error.message, /no such customer.*written all the same.*redrive/)
    return true
  })
})

test('a key that is parked while it is waited for rejects at that moment', async (t) => {
  const { work, handler } = await open(t, {
    retry: { attemptsMax: 2, delayMs: 1_000, retriesAtOnce: 0 },
  })
  fault = () => assert.fail('out of order')
  const position = await work.add('a')
  await work.through(handler)

  const waiting = work.runtime.caughtUp(position, { handler, key: 'Counter-a' })
  const rejected = assert.rejects(waiting, { code: 'DRAMATIS_KEY_PARKED' })
  const before = await isSettled(waiting)
  work.clock.advance(1_000)
  await rejected

  assert.equal(before, false)
})

test('a key that waits for a retry is waited for', async (t) => {
  const { work, handler } = await open(t, {
    retry: { attemptsMax: 3, delayMs: 1_000, retriesAtOnce: 0 },
    handle: (_event, { attempt }) => {
      if (attempt === 1) throw new Error('busy')
    },
  })
  const position = await work.add('a', 'a')
  await work.through(handler)

  const waiting = work.runtime.caughtUp(position, { handler, key: 'Counter-a' })
  const before = await isSettled(waiting)
  await work.settled(handler)
  await waiting

  assert.equal(before, false)
})

test('other keys are caught up while one is parked, and so is what came before', async (t) => {
  const { work, handler } = await open(t)
  const first = await work.add('bad', 'good')
  await work.through(handler)
  refuse('bad')
  const last = await work.add('bad', 'good')
  await work.through(handler)

  await work.runtime.caughtUp(last, { handler, key: 'Counter-good' })
  await work.runtime.caughtUp(first, { handler, key: 'Counter-bad' })
  await assert.rejects(work.runtime.caughtUp(last, { handler, key: 'Counter-bad' }), {
    code: 'DRAMATIS_KEY_PARKED',
  })
})

test('without a key, a handler is caught up with what is parked', async (t) => {
  const { work, handler } = await open(t)
  refuse('bad')
  const position = await work.add('bad', 'good')

  await work.runtime.caughtUp(position, { handler })

  assert.equal(work.runtime.handler(handler).status().parkedKeys, 1)
})

test('a key that was redriven, or discarded, is caught up', async (t) => {
  const { work, handler } = await open(t)
  refuse('lost', 'found')
  const position = await work.add('lost', 'found')
  await work.through(handler)
  await work.runtime.deadLetters.discard({ key: 'Counter-lost' }, { reason: 'gone' })
  refuse('lost')
  await work.runtime.deadLetters.redrive({ key: 'Counter-found' })

  await work.runtime.caughtUp(position, { handler, key: 'Counter-lost' })
  await work.runtime.caughtUp(position, { handler, key: 'Counter-found' })

  assert.equal(work.runtime.handler(handler).status().parkedKeys, 0)
})

test('where each event is its own key, the key is its id', async (t) => {
  const { work, handler } = await open(t, { deadLetter: 'event' })
  refuse('bad')
  const position = await work.add('bad', 'good')
  await work.through(handler)

  await work.runtime.caughtUp(position, { handler, key: 'Counter-good@1' })
  await assert.rejects(work.runtime.caughtUp(position, { handler, key: 'Counter-bad@1' }), {
    code: 'DRAMATIS_KEY_PARKED',
  })
})

test('a key of the handler’s own making is found', async (t) => {
  const { work, handler } = await open(t, { key: (event) => `customer ${event.aggregateId[0]}` })
  refuse('bad')
  const position = await work.add('bad', 'better', 'good')
  await work.through(handler)

  await work.runtime.caughtUp(position, { handler, key: 'customer g' })
  await assert.rejects(work.runtime.caughtUp(position, { handler, key: 'customer b' }), {
    code: 'DRAMATIS_KEY_PARKED',
    positionParked: 1,
  })
})

test('a wait for a key ends in time, and says how far the key is', async (t) => {
  const { work, handler } = await open(t, {
    retry: { attemptsMax: 2, delayMs: 60_000, retriesAtOnce: 0 },
  })
  await work.add('a')
  await work.through(handler)
  fault = () => assert.fail('busy')
  const position = await work.add('a')
  await work.through(handler)

  const waiting = work.runtime.caughtUp(position, { handler, key: 'Counter-a', timeoutMs: 100 })
  work.clock.advance(100)

  await assert.rejects(waiting, {
    code: 'DRAMATIS_CAUGHT_UP_TIMEOUT',
    subscription: 'handler recording',
    positionWanted: 2,
    positionReached: 1,
  })
})

test('a wait is given up by its signal', async (t) => {
  const { work } = await open(t)
  const controller = new AbortController()
  const waiting = work.runtime.caughtUp(1, { view: Sums, signal: controller.signal })
  const reason = new Error('the client left')

  controller.abort(reason)

  await assert.rejects(waiting, { code: 'DRAMATIS_WAIT_ABORTED', cause: reason })
})

test('a wait for a key is given up by its signal', async (t) => {
  const { work, handler } = await open(t)
  const controller = new AbortController()
  const { signal } = controller
  const waiting = work.runtime.caughtUp(1, { handler, key: 'Counter-a', signal })
  const reason = new Error('the client left')

  controller.abort(reason)

  await assert.rejects(waiting, { code: 'DRAMATIS_WAIT_ABORTED', cause: reason })
})

test('a wait whose signal was aborted before is given up at once, unless it is over', async (t) => {
  const { work } = await open(t)
  const reason = new Error('the client left')
  const signal = AbortSignal.abort(reason)
  const position = await work.add('a')
  await work.runtime.caughtUp(position, { view: Sums })

  await work.runtime.caughtUp(position, { view: Sums, signal })
  const waiting = work.runtime.caughtUp(position + 1, { view: Sums, signal })

  await assert.rejects(waiting, { code: 'DRAMATIS_WAIT_ABORTED', cause: reason })
})

test('a command that waits for a view is answered when the view shows it', async (t) => {
  const { work } = await open(t)
  const view = work.runtime.view(Sums)

  for (const n of [1, 2, 3]) {
    const { position } = await work.runtime
      .actor(Counter, 'a')
      .send('add', { n: 1 }, { until: Sums })

    assert.deepEqual([position, await view.get('a')], [n, { sum: n }])
  }
})

test('a command that waits for a handler is answered when its own events are handled', async (t) => {
  const handled: string[] = []
  const { work, handler } = await open(t, {
    handle: async (event) => {
      await turns(2)
      if (event.aggregateId === 'bad') throw new TerminalError('never')
      handled.push(event.id)
    },
  })
  await work.add('bad')
  await work.through(handler)

  await work.runtime.actor(Counter, 'a').send('add', { n: 1 }, { until: { handler } })

  assert.deepEqual(handled, ['Counter-a@1'])
})

test('a command whose event is parked says so, with its receipt', async (t) => {
  const { work, handler } = await open(t)
  refuse('bad')

  const sent = work.runtime.actor(Counter, 'bad').send('add', { n: 1 }, { until: handler })

  await assert.rejects(sent, (error: KeyParkedError) => {
    assert.equal(error.code, 'DRAMATIS_KEY_PARKED')
    assert.deepEqual([error.receipt?.position, error.receipt?.streamId], [1, 'Counter-bad'])
    return true
  })
  assert.equal(work.runtime.log.head, 1)
})

test('a command whose view does not follow in time says that it was written, with its receipt', async (t) => {
  const { work } = await open(t)
  fault = () => assert.fail('cannot')
  const counter = work.runtime.actor(Counter, 'a')

  const sent = counter.send('add', { n: 7 }, { until: { view: Sums, timeoutMs: 100 } })
  const rejected = assert.rejects(sent, (error: Error & { receipt?: { position: number } }) => {
    assert.match(error.message, /written all the same: do not send the command again/)
    assert.equal((error as { code?: string }).code, 'DRAMATIS_CAUGHT_UP_TIMEOUT')
    assert.equal(error.receipt?.position, 1)
    return true
  })
  await turns()
  work.clock.advance(100)
  await rejected

  assert.deepEqual(await counter.state(), { sum: 7 })
})

test('a repeated command waits as the first one did', async (t) => {
  const { work, handler } = await open(t)
  const counter = work.runtime.actor(Counter, 'a')
  await counter.send('add', { n: 1 }, { commandId: 'once' })

  for (const until of [Sums, handler, { view: 'Sums' }, { handler: 'recording' }] as Until[]) {
    const receipt = await counter.send('add', { n: 1 }, { commandId: 'once', until })

    assert.deepEqual([receipt.duplicate, receipt.position], [true, 1])
  }
})

test('a command that a handler does not want is not waited for', async (t) => {
  const { work, handler } = await open(t)
  await work.runtime.handler(handler).pause()

  const counter = work.runtime.actor(Counter, 'a')
  const receipt = await counter.send('rename', { name: 'x' }, { until: handler })

  assert.equal(receipt.position, 1)
})

test('closing gives up the wait of a command, which was written', async (t) => {
  const { path: dataDir } = await TemporaryDirectory.make(t)
  fault = () => assert.fail('cannot')
  const work = await Workplace.open(t, { dataDir, projectors: [Sums] })
  const sent = work.runtime.actor(Counter, 'a').send('add', { n: 1 }, { until: Sums })
  const rejected = assert.rejects(sent, (error: Error & { receipt?: { position: number } }) => {
    assert.equal((error as { code?: string }).code, 'DRAMATIS_WAIT_ABORTED')
    assert.equal(error.receipt?.position, 1)
    return true
  })
  await work.passTime('it is written', () => work.runtime.log.head === 1, 0)

  await work.close()
  await rejected
})

const badUntils: Readonly<Record<string, unknown>> = {
  null: null,
  'a name alone': 'Sums',
  nothing: {},
  'a view of another app': { view: 'Nothing' },
  'an actor': Counter,
  'a view and a handler': { view: Sums, handler: 'recording' },
  'a key': { handler: 'recording', key: 'Counter-a' },
  'a negative time': { view: Sums, timeoutMs: -1 },
}

for (const [what, until] of Object.entries(badUntils)) {
  test(`${what} is nothing to wait for, and nothing is written`, async (t) => {
    const { work } = await open(t)

    const sent = work.runtime.actor(Counter, 'a').send('add', { n: 1 }, { until: until as Until })

    await assert.rejects(sent, { code: 'DRAMATIS_INVALID_ARGUMENT' })
    assert.equal(work.runtime.log.head, 0)
  })
}

const badWaits: Readonly<Record<string, object>> = {
  'a key of a view': { view: Sums, key: 'Counter-a' },
  'an empty key': { handler: 'recording', key: '' },
  'a key that is no text': { handler: 'recording', key: 7 },
  'a signal that is none': { view: Sums, signal: 'stop' },
  'an option that there is not': { view: Sums, timeout: 1 },
}

for (const [what, options] of Object.entries(badWaits)) {
  test(`${what} is refused`, async (t) => {
    const { work } = await open(t)

    await assert.rejects(work.runtime.caughtUp(0, options as never), {
      code: 'DRAMATIS_INVALID_ARGUMENT',
    })
  })
}

test('a command without something to wait for, spelled out, is sent as ever', async (t) => {
  const { work } = await open(t)
  const counter = work.runtime.actor(Counter, 'a')

  const receipt = await counter.send('add', { n: 1 }, { until: undefined } as never)

  assert.equal(receipt.position, 1)
})
