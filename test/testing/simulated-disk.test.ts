/** A simulated disk: what it counts, what it keeps, and how dead a life is that lost its power. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { defineApp, defineHandler, type Runtime } from '../../src/index.js'
import { collect, SimulatedDisk } from '../../src/testing/index.js'
import { People, Person, app as peopleApp } from '../runtime/apps/people.js'
import { onEnd } from '../support/scope.js'
import { buy, makeDisk, Purchase, Sales, shop } from './shop-on-disk.js'

const app = { app: shop }
const tea = { article: 'tea', count: 1 }
/** An app that writes when it is told to, and otherwise only when it is opened. */
const quiet = { app: defineApp({ actors: [...shop.actors] }) }

/** Whether a promise settles although nothing else is left to do. */
async function settles(promise: Promise<unknown>): Promise<boolean> {
  let isSettled = false
  const settle = (): void => {
    isSettled = true
  }
  promise.then(settle, settle)
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
  return isSettled
}

async function countEvents(disk: SimulatedDisk): Promise<number> {
  let events = 0
  await disk.live(quiet, async (runtime) => {
    events = (await collect(runtime.log.read())).length
  })
  return events
}

describe('a simulated disk', () => {
  test('keeps everything from one opening to the next, whose epoch is higher', async (t) => {
    const disk = makeDisk(t)
    const first = await disk.openRuntime(app)
    const { position } = await buy(first, '1', tea)
    await first.caughtUp(position, { view: Sales })
    const before = first.status().store
    await first.close()

    const second = await disk.openRuntime(app)
    onEnd(t, () => second.close())

    const { storeId, epoch, head } = second.status().store
    assert.deepEqual([storeId, epoch, head], [before.storeId, before.epoch + 1, before.head])
    assert.deepEqual(await second.view(Sales).get('tea'), { sold: 1 })
    assert.deepEqual(await second.actor(Purchase, '1').state(), { items: 1 })
  })

  test('has one runtime at a time', async (t) => {
    const disk = makeDisk(t)
    const runtime = await disk.openRuntime(quiet)

    await assert.rejects(disk.openRuntime(quiet), { code: 'DRAMATIS_STORE_LOCKED' })

    await runtime.close()
    assert.equal(await disk.live(quiet, async () => {}), 'finished')
  })

  test('is free again when a runtime could not be opened', async (t) => {
    const disk = makeDisk(t)
    const [reserving] = shop.handlers
    const other = defineHandler('reserving', { from: [Purchase], partitions: 3, on: {} })
    assert.equal(reserving!.partitions, 2)
    await disk.live(app, async () => {})

    const changed = { app: defineApp({ actors: shop.actors, handlers: [other] }) }
    await assert.rejects(disk.openRuntime(changed), { code: 'DRAMATIS_PARTITIONS_CHANGED' })

    assert.equal(await disk.live(app, async () => {}), 'finished')
  })

  test('counts the writes of all lives', async (t) => {
    const disk = makeDisk(t)
    const opening = await disk.openRuntime(quiet)
    const { writes } = disk

    await Promise.all([buy(opening, '1', tea), buy(opening, '2', tea)])
    const atOnce = disk.writes - writes
    await buy(opening, '3', tea)
    await opening.close()

    assert.deepEqual([atOnce, disk.writes - writes, disk.lastWrite], [1, 2, 'log'])
    await disk.live(quiet, async () => {})
    assert.equal(disk.writes - writes, 3)
  })

  test('holds the same for the same seed, and something else for another', async (t) => {
    const digests = await Promise.all(
      [1, 1, 2].map(async (seed) => {
        const disk = makeDisk(t, { seed })
        await disk.live(quiet, (runtime) => buy(runtime, '1', tea))
        return disk.digest()
      }),
    )

    assert.equal(digests[0], digests[1])
    assert.notEqual(digests[0], digests[2])
  })

  for (const [inFlight, events] of [
    ['kept', 4],
    ['lost', 2],
  ] as const) {
    test(`has what was in flight when the power failed ${inFlight}, and tells nobody`, async (t) => {
      const disk = makeDisk(t)
      const runtime = await disk.openRuntime(quiet)
      await buy(runtime, '1', tea)

      disk.crashAfter(1, inFlight)
      const second = buy(runtime, '2', tea)

      assert.equal(await settles(second), false)
      assert.equal(disk.hasLostPower, true)
      assert.equal(await countEvents(disk), events)
    })
  }

  for (const [inFlight, events] of [
    ['kept', 4],
    ['lost', 2],
  ] as const) {
    test(`has a commit that failed ${inFlight}, says that nobody knows, and goes on`, async (t) => {
      const disk = makeDisk(t)
      const runtime = await disk.openRuntime(quiet)
      await buy(runtime, '1', tea)

      disk.failAfter(1, inFlight)
      await assert.rejects(buy(runtime, '2', tea), { code: 'DRAMATIS_COMMIT_UNKNOWN' })
      await settles(Promise.resolve())

      assert.deepEqual([disk.failures, runtime.log.head], [1, events])
      assert.equal((await buy(runtime, '2', tea)).duplicate, inFlight === 'kept')
      await runtime.close()
    })
  }

  test('takes a failure back', async (t) => {
    const disk = makeDisk(t)
    disk.failAfter(2)
    disk.cancelFailure()

    const end = await disk.live(quiet, (runtime) => buy(runtime, '1', tea))

    assert.deepEqual([end, disk.failures], ['finished', 0])
  })

  test('fails once', async (t) => {
    const disk = makeDisk(t)
    disk.crashAfter(2)

    const first = await disk.live(quiet, (runtime) => buy(runtime, '1', tea))
    const second = await disk.live(quiet, (runtime) => buy(runtime, '1', tea))

    assert.deepEqual([first, second, disk.hasLostPower], ['crashed', 'finished', false])
  })

  test('can lose its power while a runtime is opened', async (t) => {
    const disk = makeDisk(t)
    disk.crashAfter(2)

    await assert.rejects(disk.openRuntime(app), { code: 'DRAMATIS_POWER_LOST', writes: 2 })

    assert.equal(await disk.live(app, async () => {}), 'finished')
  })

  test('does not fail where that was taken back', async (t) => {
    const disk = makeDisk(t)
    disk.crashAfter(1)

    disk.cancelCrash()

    assert.equal(await disk.live(quiet, (runtime) => buy(runtime, '1', tea)), 'finished')
  })

  test('loses its power between two writes, with what is on its way', async (t) => {
    const disk = makeDisk(t)
    const runtime = await disk.openRuntime(quiet)
    await buy(runtime, '1', tea)
    const second = runtime.actor(Purchase, '1').send('buy', tea)

    disk.cutPower()
    await disk.untilPowerLost()

    assert.equal(await settles(second), false)
    assert.equal(await countEvents(disk), 2)
  })

  test('refuses options that it does not have', async (t) => {
    const disk = makeDisk(t)
    const refusal = { code: 'DRAMATIS_INVALID_ARGUMENT' }

    assert.throws(() => new SimulatedDisk({ seed: -1 }), refusal)
    assert.throws(() => new SimulatedDisk({ sed: 1 } as object), refusal)
    assert.throws(() => new SimulatedDisk({ clock: {} as never }), refusal)
    for (const writes of [0, 1.5, Number.NaN]) assert.throws(() => disk.crashAfter(writes), refusal)
    assert.throws(() => disk.crashAfter(1, 'torn' as 'lost'), refusal)
    assert.throws(() => disk.failAfter(0), refusal)
    assert.throws(() => disk.failAfter(1, 'torn' as 'lost'), refusal)
    await assert.rejects(disk.openRuntime({ ...app, dataDir: 'data' } as typeof app), refusal)
    await assert.rejects(disk.live(app, undefined as never), refusal)
    assert.equal(disk.writes, 0)
  })
})

describe('one life on a simulated disk', () => {
  test('throws what its scenario throws, and is over', async (t) => {
    const disk = makeDisk(t)
    const failure = new Error('not as expected')

    const life = disk.live(quiet, async () => {
      throw failure
    })

    await assert.rejects(life, failure)
    assert.equal(await disk.live(quiet, async () => {}), 'finished')
  })

  test('passes the time of retries without waiting for it', async (t) => {
    const disk = makeDisk(t)
    const attempts: number[] = []
    const patient = defineHandler('patient', {
      from: [Purchase],
      retry: { attemptsMax: 3, retriesAtOnce: 0, delayMs: 600_000, delayMsMax: 600_000 },
      on: {
        Bought: (_event, { attempt }) => {
          attempts.push(disk.clock.elapsedMs())
          if (attempt < 3) throw new Error('not yet')
        },
      },
    })

    const end = await disk.live(
      { app: defineApp({ actors: shop.actors, handlers: [patient] }) },
      async (runtime) => {
        const { position } = await buy(runtime, '1', tea)
        const key = 'Purchase-1'
        await runtime.caughtUp(position, { handler: patient, key, timeoutMs: 3_600_000 })
      },
    )

    assert.equal(end, 'finished')
    assert.equal(attempts.length, 3)
    assert.ok(attempts[2]! - attempts[0]! >= 600_000)
  })
})

describe('a life that lost its power', () => {
  test('reads nothing more, and closes without doing anything', async (t) => {
    const disk = makeDisk(t)
    const runtime = await disk.openRuntime(app)
    await buy(runtime, '1', tea)
    const { writes } = disk

    disk.cutPower()

    const lost = { code: 'DRAMATIS_POWER_LOST', writes }
    await assert.rejects(runtime.view(Sales).get('tea'), lost)
    await assert.rejects(collect(runtime.log.read()), lost)
    await runtime.close()
    assert.equal(disk.writes, writes)
  })

  test('does nothing to the disk, whatever it is told to, while the next one goes on', async (t) => {
    const disk = makeDisk(t)
    const dead = await disk.openRuntime(app)
    await buy(dead, '1', tea)
    disk.cutPower()
    const next = await disk.openRuntime(quiet)
    onEnd(t, () => next.close())
    const digest = disk.digest()

    const late = [buy(dead, '2', tea), dead.deleteSnapshots(), dead.rebuild(Sales)]
    for (const each of late) each.catch(() => {})
    await settles(Promise.all(late))
    disk.clock.advance(3_600_000)
    await settles(Promise.all(late))

    assert.equal(disk.digest(), digest)
    assert.equal(disk.hasLostPower, false)
  })

  test('has no timers, and calls no handler', async (t) => {
    const disk = makeDisk(t)
    let calls = 0
    const failing = defineHandler('failing', {
      from: [Purchase],
      retry: { attemptsMax: 9, retriesAtOnce: 0, delayMs: 1_000 },
      on: {
        Bought: () => {
          calls++
          throw new Error('always')
        },
      },
    })
    const runtime = await disk.openRuntime({
      app: defineApp({ actors: shop.actors, handlers: [failing] }),
    })
    const { position } = await buy(runtime, '1', tea)
    await runtime.caughtUp(position, { handler: failing })
    assert.equal(calls, 1)

    disk.cutPower()

    assert.equal(disk.clock.pending, 0)
    disk.clock.advance(3_600_000)
    await settles(Promise.resolve())
    assert.equal(calls, 1)
  })

  test('calls no handler with what it had read already', async (t) => {
    const disk = makeDisk(t)
    const delivered: string[] = []
    const cutting = defineHandler('cutting', {
      from: [Purchase],
      partitions: 1,
      on: {
        Bought: ({ aggregateId }) => {
          delivered.push(aggregateId)
          disk.cutPower()
        },
      },
    })
    const first = await disk.live(quiet, async (runtime) => {
      for (const id of ['1', '2', '3']) await buy(runtime, id, tea)
    })

    const second = await disk.live(
      { app: defineApp({ actors: shop.actors, handlers: [cutting] }) },
      async (runtime) => runtime.caughtUp(runtime.log.head, { handler: cutting }),
    )

    await settles(Promise.resolve())
    assert.deepEqual([first, second, delivered], ['finished', 'crashed', ['1']])
  })

  test('keeps no process alive', async (t) => {
    const timers = (): number =>
      process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length
    const disk = makeDisk(t)
    const before = timers()
    await disk.openRuntime(app)
    const during = timers()

    disk.cutPower()

    assert.deepEqual([during - before, timers() - before], [1, 0])
  })

  test('is garbage', async (t) => {
    setFlagsFromString('--expose-gc')
    const collectGarbage = runInNewContext('gc') as () => void
    const disk = makeDisk(t)
    const dead: WeakRef<Runtime>[] = []
    for (let life = 0; life < 30; life++) {
      disk.crashAfter(6 + (life % 5))
      await disk.live(app, async (runtime) => {
        dead.push(new WeakRef(runtime))
        for (let at = 0; ; at++) await buy(runtime, `${life} ${at}`, tea)
      })
    }
    await disk.live(quiet, async () => {})

    for (let turn = 0; turn < 3; turn++) {
      await settles(Promise.resolve())
      collectGarbage()
    }

    assert.ok(dead.length >= 20)
    assert.equal(dead.filter((each) => each.deref() !== undefined).length, 0)
  })
})

test('somebody is forgotten, or can still be, after a crash at any write of it', async (t) => {
  const people = { app: peopleApp }
  const forget = (runtime: Runtime): Promise<unknown> => runtime.forget('ada')
  for (let at = 1; ; at++) {
    const disk = makeDisk(t)
    await disk.live(people, async (runtime) => {
      const ada = { name: 'Ada', email: 'ada@example.test', country: 'uk' }
      const { position } = await runtime.actor(Person, 'ada').send('register', ada)
      await runtime.caughtUp(position, { view: People })
    })
    disk.crashAfter(at, at % 2 === 0 ? 'kept' : 'lost')
    const end = await disk.live(people, forget)
    disk.cancelCrash()

    const again = await disk.live(people, async (runtime) => {
      await runtime.forget('ada')
      assert.equal(runtime.status().forgetting.subjectsPending, 0)
      const row = await runtime.view(People).get('ada')
      const [event] = await collect(runtime.actor(Person, 'ada').events())
      assert.equal(JSON.stringify([row, event]).includes('ada@example.test'), false, `write ${at}`)
    })

    assert.equal(again, 'finished')
    if (end === 'finished') break
  }
})
