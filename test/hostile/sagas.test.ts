/**
 * Hostile values from a saga's functions: its effects, states and keys, what its timers bring. What it decides is
 * refused with one typed error, of which nothing is recorded, or it is taken and reads as it was; the event waits
 * among the dead letters, or the instance is halted, until the code is mended; other instances go on.
 */

import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { collect } from '../../src/testing/index.js'
import { count } from '../support/counts.js'
import { assertFate, type Result, smallValues, valuesAndTexts, withEach } from './fate.js'
import { Call, type Code, Reacting, type Tools } from './reacting.js'
import type { HostileValue } from './values.js'

let tried = 0

after(() => count('hostile values', tried))

const keep = {
  kind: 'send',
  actor: 'Call',
  aggregateId: 'kept',
  command: 'keep',
  data: { value: 1 },
}
const soon = { afterMs: 1 }

/** What a reaction returns for a value. */
type Effect = (tools: Tools, value: never) => unknown

/** Where an effect holds any value, and where to read it back. */
const valueEntries: Readonly<
  Record<string, { readonly effect: Effect; readonly readBack: (each: Reacting) => unknown }>
> = {
  'a field of a state': {
    effect: ({ become }, value) => become({ value }),
    readBack: valueOfState,
  },
  'a field of a command': {
    effect: ({ send }, value) => send(Call, 'kept', 'keep', { value }),
    readBack: lastKept,
  },
  'a field of a command that a timer sends': {
    effect: ({ schedule, send }, value) =>
      schedule('soon', soon, send(Call, 'kept', 'keep', { value })),
    readBack: lastKept,
  },
  'what a timer says': {
    effect: ({ schedule, message }, value) => schedule('soon', soon, message('keep', [value])),
    readBack: async (each) => ((await valueOfState(each)) as unknown[])[0],
  },
}

async function valueOfState({ runtime, saga, decided }: Reacting): Promise<unknown> {
  return ((await runtime.saga(saga, `${decided - 1}`).state()) as { value?: unknown }).value
}

async function lastKept({ runtime }: Reacting): Promise<unknown> {
  let value: unknown
  for await (const event of runtime.actor(Call, 'kept').events({ backward: true, limit: 1 })) {
    if (event.type === 'Kept') value = (event.data as { value: unknown }).value
  }
  return value
}

/** Where something of its own is expected, whether the tools were asked for it or not. */
const effectEntries: Readonly<Record<string, Effect>> = {
  'what a reaction returns': (_tools, value) => value,
  'an effect among others': ({ become }, value) => [become({ other: true }), value],
  'what a reaction throws': (_tools, value) => {
    throw value
  },
  'a state': ({ become }, value) => become(value),
  'the actor of a command': ({ send }, value) => send(value, 'kept', 'keep', { value: 1 }),
  'the id of a command': ({ send }, value) => send(Call, value, 'keep', { value: 1 }),
  'the name of a command': ({ send }, value) => send('Call', 'kept', value, { value: 1 }),
  'the data of a command': ({ send }, value) => send(Call, 'kept', 'keep', value),
  'the name of a timer': ({ schedule, message }, value) => schedule(value, soon, message('keep')),
  'the time of a timer': ({ schedule, message }, value) => schedule('t', value, message('keep')),
  'when a timer fires': ({ schedule, message }, value) =>
    schedule('t', { at: value }, message('keep')),
  'how long a timer waits': ({ schedule, message }, value) =>
    schedule('t', { afterMs: value }, message('keep')),
  'what a timer does': ({ schedule }, value) => schedule('t', soon, value),
  'the message of a timer': ({ schedule, message }, value) => schedule('t', soon, message(value)),
  'a timer to cancel': ({ cancelTimer }, value) => cancelTimer(value),
  'a reason to fail': ({ fail }, value) => fail(value),
  'the message of a failure': ({ fail }, value) => fail('FAILED', value),
  'a kind that it made': (_tools, kind) => ({ kind }),
  'a state that it made': (_tools, state) => ({ kind: 'become', state }),
  'an actor that it made': (_tools, actor) => ({ ...keep, actor }),
  'an id that it made': (_tools, aggregateId) => ({ ...keep, aggregateId }),
  'a command that it made': (_tools, command) => ({ ...keep, command }),
  'data that it made': (_tools, data) => ({ ...keep, data }),
  'a timer that it made': (_tools, timer) => ({ kind: 'schedule', timer, when: soon, what: keep }),
  'a time that it made': (_tools, when) => ({ kind: 'schedule', timer: 't', when, what: keep }),
  'a delay that it made': (_tools, afterMs) => {
    return { kind: 'schedule', timer: 't', when: { afterMs }, what: keep }
  },
  'what fires that it made': (_tools, what) => {
    return { kind: 'schedule', timer: 't', when: soon, what }
  },
  'a message that it made': (_tools, message) => {
    return { kind: 'schedule', timer: 't', when: soon, what: { kind: 'message', message, data: 1 } }
  },
  'a timer to cancel that it made': (_tools, timer) => ({ kind: 'cancelTimer', timer }),
  'a reason that it made': (_tools, reason) => ({ kind: 'fail', reason, message: null }),
  'a failure that it made': (_tools, message) => ({ kind: 'fail', reason: 'FAILED', message }),
}

/** Has the instance decide, and says what its sender was told. Once it has, another one is the next. */
async function decide(each: Reacting, effect: Effect, { make }: HostileValue): Promise<Result> {
  const { runtime, saga } = each
  tried++
  const id = await nextOf(each)
  const instance = runtime.saga(saga, id)
  each.does({ react: (tools) => effect(tools, make() as never) })
  try {
    await instance.send('tell')
  } catch (error) {
    assert.equal((error as { code?: unknown }).code, 'DRAMATIS_SAGA_CODE', String(error))
    const recorded = await collect(runtime.actor(saga.actor, id).events())
    assert.deepEqual(
      recorded.map(({ type }) => type),
      ['Reacting.Started'],
    )
    return { code: 'DRAMATIS_SAGA_CODE' }
  }
  each.decided++
  return { readBack: undefined }
}

/** Lets happen what was decided. */
async function carriedOut(each: Reacting): Promise<void> {
  each.does({})
  await each.rest()
  each.clock.advance(1)
  await each.restAfterOutage()
}

/** The instance that decides next: one that has begun, and decided nothing. They begin several at a time. */
async function nextOf(each: Reacting): Promise<string> {
  const at = each.decided % together
  if (
    at === 0 &&
    (await each.runtime.saga(each.saga, String(each.decided)).state()) === undefined
  ) {
    each.does({})
    await each.call(...Array.from({ length: together }, (_id, next) => String(each.decided + next)))
  }
  return String(each.decided)
}

const together = 25

/** An instance that is halted says why, in one typed error, and can be cancelled. */
async function assertAnswers({ runtime, saga }: Reacting, id: number): Promise<void> {
  const instance = runtime.saga(saga, String(id))
  const { status, halted, parked } = await instance.status()
  for (const { error } of halted) assert.match(`${error.code}`, /^DRAMATIS_/)
  assert.equal(parked === null, halted.length === 0)
  if (status === 'running') await instance.cancel({ reason: 'enough' })
}

/** An instance begins, decides, has its command sent and its timer fired. */
async function assertUsable(each: Reacting): Promise<void> {
  const { runtime, saga, clock } = each
  each.does({})
  await each.call('probe')
  each.does({
    react: ({ send, schedule, message }) => [
      send(Call, 'probed', 'keep', { value: 1 }),
      schedule('soon', soon, message('keep', 'probed')),
    ],
  })
  await runtime.actor(Call, 'probe').send('ask', {})
  await each.rest()
  clock.advance(1)
  await each.rest()
  assert.deepEqual(await runtime.actor(Call, 'probed').state(), { values: 1 })
  assert.deepEqual(await runtime.saga(saga, 'probe').state(), { value: 'probed' })
  assert.deepEqual((await runtime.deadLetters.list()).entries, [])
}

describe('in an effect each value is refused, or reads as it was, in', () => {
  for (const [name, { effect, readBack }] of Object.entries(valueEntries)) {
    test(name, async (t) => {
      const each = await Reacting.open(t)
      await withEach(smallValues, async (value) => {
        const result = await decide(each, effect, value)
        if ('code' in result) return assertFate(value, result)
        await carriedOut(each)
        assertFate(value, { readBack: await readBack(each) })
      })

      await assertUsable(each)
    })
  }
})

describe('of a reaction each value is refused with a typed error, or taken for what it says, as', () => {
  for (const [name, effect] of Object.entries(effectEntries)) {
    test(name, async (t) => {
      const each = await Reacting.open(t)
      await withEach(valuesAndTexts, async (value) => {
        await decide(each, effect, value)
      })
      await carriedOut(each)
      for (let id = 0; id < each.decided; id++) await assertAnswers(each, id)

      await each.rest()
      await assertUsable(each)
    })
  }
})

/** Where an event waits among the dead letters until the code is mended. */
const eventEntries: Readonly<Record<string, (value: unknown) => Partial<Code>>> = {
  'the id of an instance': (value) => ({ key: () => value }),
  'what key throws': (value) => ({
    key: () => {
      throw value
    },
  }),
  'the state of a new instance': (value) => ({ state: () => value }),
  'what state throws': (value) => ({
    state: () => {
      throw value
    },
  }),
}

const codesOfLetters = ['DRAMATIS_SAGA_CODE', 'DRAMATIS_INVALID_KEY']

describe('at an event each value parks it with a typed error, or is taken for what it says, as', () => {
  for (const [name, codeOf] of Object.entries(eventEntries)) {
    test(name, async (t) => {
      const each = await Reacting.open(t)
      const { runtime, saga } = each
      await withEach(valuesAndTexts, async ({ make }) => {
        const id = `${++tried}`
        each.does(codeOf(make()))
        await each.call(id)
        const { entries } = await runtime.deadLetters.list()
        each.does({})
        if (entries.length === 0) return
        assert.deepEqual(
          entries.map(({ error }) => codesOfLetters.includes(`${error.code}`)),
          [true],
        )
        assert.equal(await runtime.saga(saga, id).state(), undefined)

        await runtime.deadLetters.redrive()
        await each.restAfterOutage()

        assert.deepEqual(await runtime.saga(saga, id).state(), { begun: true })
      })

      await assertUsable(each)
    })
  }
})
