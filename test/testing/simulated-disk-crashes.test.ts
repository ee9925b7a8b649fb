/** An app whose power is cut at every write there is, and what is left of it. */

import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import fc from 'fast-check'
import type { Receipt } from '../../src/index.js'
import { defineActor, defineApp, defineEvent, type Runtime } from '../../src/index.js'
import { collect, type SimulatedDisk } from '../../src/testing/index.js'
import { seed } from '../support/seed.js'
import { makeDisk, Sales, sell, shop, stateOf } from './shop-on-disk.js'

const app = { app: shop }
const modes = ['kept', 'lost'] as const

/** Lives until one finishes. @returns how many there were. */
async function liveOn(disk: SimulatedDisk, lifeEnds?: () => void): Promise<number> {
  for (let lives = 1; ; lives++) {
    if ((await disk.live(app, sell)) === 'finished') return lives
    lifeEnds?.()
  }
}

async function look(disk: SimulatedDisk): Promise<unknown> {
  let seen: unknown
  await disk.live(app, async (runtime) => {
    seen = await stateOf(runtime)
  })
  return seen
}

/** What the shop comes to when nothing fails, and how many writes that takes. */
async function undisturbed(t: TestContext): Promise<{ writes: number; state: unknown }> {
  const disk = makeDisk(t)
  await liveOn(disk)
  const { writes } = disk
  return { writes, state: await look(disk) }
}

describe(`an app whose disk loses its power (seed ${seed})`, () => {
  for (const inFlight of modes) {
    test(`comes to the same end from a crash at any write that is ${inFlight}`, async (t) => {
      const { writes, state } = await undisturbed(t)
      assert.ok(writes >= 20)

      for (let at = 1; at <= writes; at++) {
        const disk = makeDisk(t)
        disk.crashAfter(at, inFlight)
        const lives = await liveOn(disk)

        assert.equal(lives, 2, `write ${at}`)
        assert.deepEqual(await look(disk), state, `a crash at write ${at}`)
      }
    })

    test(`comes to the same end when every life lasts a few writes, the last ${inFlight}`, async (t) => {
      const { state } = await undisturbed(t)

      for (const writes of [4, 5, 7]) {
        const disk = makeDisk(t)
        disk.crashAfter(writes, inFlight)
        const lives = await liveOn(disk, () => disk.crashAfter(writes, inFlight))
        disk.cancelCrash()

        assert.ok(lives >= 4)
        assert.deepEqual(await look(disk), state, `lives of ${writes} writes`)
      }
    })
  }

  test('leaves the same bytes after the same crash', async (t) => {
    for (let at = 1; at <= 30; at++) {
      const digests: string[] = []
      for (let run = 0; run < 2; run++) {
        const disk = makeDisk(t, { seed })
        disk.crashAfter(at)
        await disk.live(app, sell)
        digests.push(disk.digest())
      }

      assert.equal(digests[0], digests[1], `a crash at write ${at}`)
    }
  })

  test('has built its view anew, or still has the old one, after a crash in a rebuild', async (t) => {
    const grown = async (): Promise<SimulatedDisk> => {
      const disk = makeDisk(t)
      await liveOn(disk)
      return disk
    }
    const rebuild = (runtime: Runtime): Promise<unknown> => runtime.rebuild(Sales)
    const state = await look(await grown())
    const crashed: string[] = []

    for (let at = 1; ; at++) {
      const disk = await grown()
      disk.crashAfter(at, modes[at % 2])
      if ((await disk.live(app, rebuild)) === 'finished') break
      crashed.push(disk.lastWrite!)

      assert.deepEqual(await look(disk), state, `a crash at write ${at}`)
      assert.equal(await disk.live(app, rebuild), 'finished')
      assert.deepEqual(await look(disk), state, `rebuilt after a crash at write ${at}`)
    }
    assert.ok(crashed.includes('views/Sales@1.1') && crashed.includes('work'), crashed.join())
  })
})

const Entry = defineActor('Entry', {
  initialState: () => ({}),
  events: { Noted: defineEvent({ part: 'number', of: 'number' }) },
  evolve: { Noted: (state) => state },
  commands: {
    note: {
      schema: { of: 'number|integer|min:1' },
      decide: (_state, { of }, { events }) =>
        Array.from({ length: of }, (_, part) => events.Noted({ part, of })),
    },
  },
})
const entries = { app: defineApp({ actors: [Entry] }) }

/** Commands to these actors, each of so many events; those of one round at the same time. */
const rounds = fc.array(
  fc.array(fc.record({ id: fc.constantFrom('a', 'b', 'c'), of: fc.integer({ min: 1, max: 4 }) }), {
    maxLength: 5,
  }),
  { maxLength: 5 },
)

test('what was acknowledged is there, and of every command all or nothing', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      rounds,
      fc.integer({ min: 1, max: 12 }),
      fc.constantFrom(...modes),
      async (plan, at, mode) => {
        const disk = makeDisk(t)
        const acknowledged: Receipt[] = []
        disk.crashAfter(at, mode)
        await disk.live(entries, async (runtime) => {
          for (const round of plan) {
            const receipts = round.map(async ({ id, of }) => {
              acknowledged.push(await runtime.actor(Entry, id).send('note', { of }))
            })
            await Promise.all(receipts)
          }
        })
        disk.cancelCrash()

        await disk.live(entries, async (runtime) => {
          const events = await collect(runtime.log.read())
          for (const receipt of acknowledged) {
            const { position } = receipt
            const found = events.slice(position - receipt.events.length, position)
            assert.deepEqual(found, receipt.events)
          }
          assert.deepEqual(
            events.map(({ position }) => position),
            events.map((_, index) => index + 1),
          )
          for (const { data, metadata } of events) {
            const parts = events.filter((each) => each.metadata.commandId === metadata.commandId)
            assert.equal(parts.length, (data as { of: number }).of)
          }
        })
      },
    ),
    { seed, numRuns: 150 },
  )
})
