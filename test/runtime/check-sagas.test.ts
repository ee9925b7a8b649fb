/** What a deploy would break of sagas under way: each difference, and nothing for what is harmless. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type AppDefinition,
  checkSchemas,
  defineActor,
  defineApp,
  defineEvent,
  defineSaga,
  describeSchemas,
  type SchemaFinding,
  type SchemaLock,
} from '../../src/index.js'

const Order = defineActor('Order', {
  initialState: () => ({}),
  events: { Placed: defineEvent({}), Paid: defineEvent({}) },
  evolve: { Placed: (state) => state, Paid: (state) => state },
  commands: { close: { schema: {}, decide: () => [] } },
})

// biome-ignore lint/suspicious/noExplicitAny: flows of any shape.
type Anything = any
type Steps = (flow: Anything) => unknown

const send = (_state: unknown, tools: Anything) => tools.send(Order, tools.sagaId, 'close', {})
const undo = { compensate: { call: () => null } }

interface Parts {
  readonly name?: string
  readonly startOn?: readonly string[]
  readonly steps?: Steps
  readonly messages?: Readonly<Record<string, () => []>>
  readonly on?: object
}

function appOf(parts: Parts | null): AppDefinition {
  if (parts === null) return defineApp({ actors: [Order] })
  const { name = 'Fulfilment', startOn = ['Placed'], ...rest } = parts
  const saga = defineSaga(name, {
    from: [Order],
    startOn,
    state: () => null,
    steps: plain,
    messages: { remind: () => [], stop: () => [] },
    ...rest,
  } as never)
  return defineApp({ actors: [Order], sagas: [saga] })
}

/** Every kind of step, some repeated. */
const plain: Steps = ({ each, step }) => [
  step('send', { send, ...undo }),
  step('call', { call: () => null, ...undo }),
  step('wait', { until: { Paid: (state: unknown) => state } }),
  each(
    'items',
    () => [],
    (item: Anything) => item.step('take', { call: () => null, ...undo }),
  ),
]

/** What is found when an app of one saga becomes another, leaving out what is said of its actor. */
function check(after: Parts | null, before: Parts = {}): readonly SchemaFinding[] {
  const lock = JSON.parse(JSON.stringify(describeSchemas(appOf(before)))) as SchemaLock
  return checkSchemas(appOf(after), lock).filter(({ kind }) => kind.startsWith('saga-'))
}

const cases: readonly (readonly [why: string, after: Parts | null, ...expected: string[]])[] = [
  ['a saga is gone', null, 'breaks saga-removed saga Fulfilment'],
  ['a saga is renamed', { name: 'Delivery' }, 'breaks saga-removed saga Fulfilment'],
  [
    'a step is gone',
    { steps: (flow) => (plain(flow) as unknown[]).slice(1) },
    'breaks saga-step-removed step Fulfilment.send',
  ],
  [
    'a step is renamed',
    { steps: (flow) => [flow.step('sent', { send }), ...(plain(flow) as unknown[]).slice(1)] },
    'breaks saga-step-removed step Fulfilment.send',
  ],
  [
    'all steps are gone, and reactions come instead',
    { steps: undefined as never, on: { Paid: () => [] } },
    ...['call', 'send', 'take', 'wait'].map((step) => {
      return `breaks saga-step-removed step Fulfilment.${step}`
    }),
  ],
  [
    'a command becomes a call',
    {
      steps: (flow) => [
        flow.step('send', { call: () => null, ...undo }),
        ...(plain(flow) as unknown[]).slice(1),
      ],
    },
    'breaks saga-step-changed step Fulfilment.send',
  ],
  [
    'a step is not repeated any more',
    {
      steps: (flow) => [
        ...(plain(flow) as unknown[]).slice(0, 3),
        flow.step('take', { call: () => null, ...undo }),
      ],
    },
    'breaks saga-step-changed step Fulfilment.take',
  ],
  [
    'what a step is repeated for has another name',
    {
      steps: (flow) => [
        ...(plain(flow) as unknown[]).slice(0, 3),
        flow.each(
          'goods',
          () => [],
          (item: Anything) => item.step('take', { call: () => null, ...undo }),
        ),
      ],
    },
    'breaks saga-step-changed step Fulfilment.take',
  ],
  [
    'a compensation is gone',
    { steps: (flow) => [flow.step('send', { send }), ...(plain(flow) as unknown[]).slice(1)] },
    'warns saga-compensation-removed step Fulfilment.send',
  ],
  [
    'a step changes and loses its compensation',
    {
      steps: (flow) => [
        flow.step('send', { call: () => null }),
        ...(plain(flow) as unknown[]).slice(1),
      ],
    },
    'breaks saga-step-changed step Fulfilment.send',
    'warns saga-compensation-removed step Fulfilment.send',
  ],
  [
    'a message is gone',
    { messages: { remind: () => [] } },
    'breaks saga-message-removed message Fulfilment.stop',
  ],
]

const harmless: readonly (readonly [why: string, after: Parts])[] = [
  ['nothing changes', {}],
  ['a step is added before the others', added((flow, steps) => [flow.step('new'), ...steps])],
  ['a step is added behind the others', added((flow, steps) => [...steps, flow.step('new')])],
  ['steps come in another order', added((_flow, steps) => [...steps].reverse())],
  ['steps come at the same time', added((flow, steps) => [flow.all('together', steps)])],
  [
    'steps come to depend on something',
    added((flow, steps) => [flow.when('if', () => true, steps)]),
  ],
  [
    'policies, times and answers change',
    {
      steps: (flow) => [
        flow.step('send', { send, ...undo, retry: { attemptsMax: 9 }, withinMs: 1_000 }),
        flow.step('call', {
          call: () => null,
          ...undo,
          whenExhausted: 'park',
          onAnswer: (state: unknown) => state,
        }),
        ...(plain(flow) as unknown[]).slice(2),
      ],
    },
  ],
  [
    'a step waits for an event beside what it does',
    {
      steps: (flow) => [
        flow.step('send', { send, ...undo, until: { Paid: (state: unknown) => state } }),
        ...(plain(flow) as unknown[]).slice(1),
      ],
    },
  ],
  [
    'a compensation is added, and one does something else',
    {
      steps: (flow) => [
        flow.step('send', { send, compensate: { send } }),
        flow.step('call', { call: () => null, ...undo }),
        flow.step('wait', { until: { Paid: (state: unknown) => state }, ...undo }),
        ...(plain(flow) as unknown[]).slice(3),
      ],
    },
  ],
  ['a message is added', { messages: { remind: () => [], stop: () => [], more: () => [] } }],
  ['reactions are added', { on: { Paid: () => [] } }],
  ['more events start it', { startOn: ['Placed', 'Paid'] }],
]

function added(change: (flow: Anything, steps: unknown[]) => unknown): Parts {
  return { steps: (flow) => change(flow, plain(flow) as unknown[]) }
}

describe('checking the sagas of an app against its lock', () => {
  for (const [why, after, ...expected] of cases) {
    test(`finds it when ${why}`, () => {
      const found = check(after)

      assert.deepEqual(
        found.map(({ severity, kind, where }) => `${severity} ${kind} ${where}`),
        expected,
      )
      for (const { what, advice } of found) assert.ok(what.endsWith('.') && advice.endsWith('.'))
    })
  }

  for (const [why, after] of harmless) {
    test(`finds nothing when ${why}`, () => {
      assert.deepEqual(check(after), [])
    })
  }

  test('knows every kind of finding about sagas', () => {
    const kinds = new Set(cases.flatMap(([, after]) => check(after).map(({ kind }) => kind)))

    assert.deepEqual([...kinds].sort(), [
      ...['saga-compensation-removed', 'saga-message-removed', 'saga-removed'],
      ...['saga-step-changed', 'saga-step-removed'],
    ])
  })

  test('takes a lock of before there were sagas', () => {
    const { sagas: _none, ...lock } = describeSchemas(appOf(null))

    assert.deepEqual(checkSchemas(appOf({}), JSON.stringify(lock)), [])
  })

  test('is not misled by names that every object has', () => {
    const steps: Steps = ({ step }) => step('constructor')
    const was = { name: 'toString', steps, messages: { valueOf: (): [] => [] } }

    assert.deepEqual(
      check({ steps: ({ step }) => step('other') }, was).map(({ kind }) => kind),
      ['saga-removed'],
    )
    assert.deepEqual(
      check({ ...was, steps: ({ step }) => step('other'), messages: {} }, was).map(
        ({ kind }) => kind,
      ),
      ['saga-message-removed', 'saga-step-removed'],
    )
  })
})
