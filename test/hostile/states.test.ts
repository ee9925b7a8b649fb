/**
 * Hostile values from what makes states: `evolve`, rules of snapshots, upcasters. Each is one typed error, and
 * nothing was written; or it is the state, or the event, from then on.
 */

import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { UpcastTable } from '../../src/events/upcasting.js'
import { defineActor, defineApp, defineEvent, openRuntime, type Runtime } from '../../src/index.js'
import { recorded } from '../events/recorded.js'
import { count } from '../support/counts.js'
import { onEnd, type Scope } from '../support/scope.js'
import { plain, smallValues, valuesAndTexts, withEach } from './fate.js'

let tried = 0

after(() => count('hostile values', tried))

/** What the actor's functions do. */
const code: { evolve: () => unknown; when: () => unknown } = {
  evolve: () => ({}),
  when: () => false,
}

const Stateful = defineActor('Stateful', {
  initialState: () => ({}),
  events: { Changed: defineEvent({}) },
  evolve: { Changed: () => code.evolve() as object },
  commands: { change: { schema: {}, decide: (_s, _c, { events }) => events.Changed({}) } },
  snapshot: { everyEvents: 1, onPassivation: true, when: () => code.when() as boolean },
})

/** Every actor is let go when another one is asked. */
async function open(scope: Scope): Promise<Runtime> {
  const app = defineApp({ actors: [Stateful] })
  const runtime = await openRuntime({ app, limits: { actorsMax: 1 } })
  onEnd(scope, () => runtime.close())
  return runtime
}

/** What it resolves with, or the code of its typed error. */
async function told(asked: Promise<unknown>): Promise<unknown> {
  try {
    return await asked
  } catch (error) {
    const errorCode = String((error as { code?: unknown } | null)?.code)
    assert.match(errorCode, /^DRAMATIS_/, String(error))
    return errorCode
  }
}

const stateEntries: Readonly<Record<string, (value: unknown) => void>> = {
  'a state': (value) => {
    code.evolve = () => value
  },
  'a part of a state': (value) => {
    code.evolve = () => ({ list: [value] })
  },
  'the answer of a rule for snapshots': (value) => {
    code.when = () => value
  },
  'what a rule for snapshots throws': (value) => {
    code.when = () => {
      throw value
    }
  },
}

describe('what makes a state is refused with a typed error, or taken, with', () => {
  for (const [name, set] of Object.entries(stateEntries)) {
    test(name, async (t) => {
      const runtime = await open(t)
      await withEach(valuesAndTexts, async ({ make }) => {
        const actor = runtime.actor(Stateful, `${++tried}`)
        const { head } = runtime.log
        set(make())
        const answer = await told(actor.send('change', {}))
        if (typeof answer === 'string') assert.equal(runtime.log.head, head, 'nothing was written')
        await told(actor.state())
        await told(runtime.actor(Stateful, 'another').state())
        await told(actor.state())
        code.evolve = () => ({})
        code.when = () => false

        await actor.send('change', {})

        assert.deepEqual(await actor.state(), {})
      })
    })
  }
})

test('a state that is kept comes back from its snapshot as it was', async (t) => {
  const runtime = await open(t)
  await withEach(smallValues, async ({ make, fate }) => {
    tried++
    if (fate !== 'kept') return
    const actor = runtime.actor(Stateful, `${tried}`)
    const value = make()
    code.evolve = () => ({ value })
    if (typeof (await told(actor.send('change', {}))) === 'string') return
    await runtime.actor(Stateful, 'another').state()

    const { value: again } = (await actor.state()) as { value: unknown }

    assert.ok(again === value || isDeepStrictEqual(plain(again), plain(value)))
  })
  code.evolve = () => ({})
})

const { Changed: Noted } = { Changed: defineEvent({}) }

/** What an upcaster returns. */
const upcastEntries: Readonly<
  Record<string, (value: never, tools: { next: (data: never) => never }) => unknown>
> = {
  'what it returns': (value) => value,
  'a field of what it returns': (value) => ({ value }),
  'one of several': (value) => [value],
  'the next version': (value, { next }) => [next(value)],
  'another event': (value, tools) => [(tools as never as Into).into.Noted(value)],
  'what it throws': (value) => {
    throw value
  },
}

interface Into {
  readonly into: { readonly Noted: (data: unknown) => unknown }
}

describe('of an upcaster each value is refused with a typed error, or is the event, with', () => {
  for (const [name, entry] of Object.entries(upcastEntries)) {
    test(name, async () => {
      await withEach(valuesAndTexts, async ({ make }) => {
        tried++
        const Changed = defineEvent(
          {},
          {
            version: 2,
            into: { Noted },
            upcast: {
              1: (_data, _event, tools) => entry(make() as never, tools as never) as never,
            },
          },
        )
        const table = new UpcastTable([{ name: 'Order', events: { Changed, Noted } }])

        const parts = await told(Promise.resolve().then(() => table.upcast(recorded('Changed', 1))))

        if (typeof parts === 'string') assert.equal(parts, 'DRAMATIS_UPCAST_FAILED')
        else for (const { data } of parts as { data: object }[]) assert.ok(Object.isFrozen(data))
      })
    })
  }
})
