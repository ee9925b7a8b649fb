/** Differences of states: what counts as one, and that they lead from one state to the other. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { copyValue } from '../../src/events/values.js'
import { applyChanges, diffStates } from '../../src/index.js'
import { arbitraryValue } from '../events/arbitrary-values.js'

class Money {
  readonly cents: number
  constructor(cents: number) {
    this.cents = cents
  }
}

const cases: readonly [name: string, before: unknown, after: unknown, changes: unknown][] = [
  [
    'a key that changed, deep down',
    { lines: [{ qty: 1, sku: 'a' }] },
    { lines: [{ qty: 2, sku: 'a' }] },
    [{ kind: 'changed', path: ['lines', 0, 'qty'], before: 1, after: 2 }],
  ],
  [
    'keys that came and went',
    { a: 1, b: 2 },
    { b: 2, c: 3 },
    [
      { kind: 'removed', path: ['a'], before: 1 },
      { kind: 'added', path: ['c'], after: 3 },
    ],
  ],
  [
    'an array that grew',
    { list: [1] },
    { list: [1, 2, 3] },
    [
      { kind: 'added', path: ['list', 1], after: 2 },
      { kind: 'added', path: ['list', 2], after: 3 },
    ],
  ],
  [
    'an array that shrank, from its end',
    [1, 2, 3],
    [1],
    [
      { kind: 'removed', path: [2], before: 3 },
      { kind: 'removed', path: [1], before: 2 },
    ],
  ],
  [
    'an element put in front',
    ['b'],
    ['a', 'b'],
    [
      { kind: 'changed', path: [0], before: 'b', after: 'a' },
      { kind: 'added', path: [1], after: 'b' },
    ],
  ],
  [
    'a key that holds undefined',
    {},
    { gone: undefined },
    [{ kind: 'added', path: ['gone'], after: undefined }],
  ],
  ['the whole state', null, 7, [{ kind: 'changed', path: [], before: null, after: 7 }]],
  [
    'an object that became an array',
    {},
    [],
    [{ kind: 'changed', path: [], before: {}, after: [] }],
  ],
  ['a number and a bigint', 1, 1n, [{ kind: 'changed', path: [], before: 1, after: 1n }]],
  ['zero and minus zero', [0], [-0], [{ kind: 'changed', path: [0], before: 0, after: -0 }]],
  [
    'Dates of different times',
    { at: new Date(1) },
    { at: new Date(2) },
    [{ kind: 'changed', path: ['at'], before: new Date(1), after: new Date(2) }],
  ],
  [
    'bytes of different content',
    Buffer.from([1, 2]),
    Buffer.from([1, 3]),
    [{ kind: 'changed', path: [], before: Buffer.from([1, 2]), after: Buffer.from([1, 3]) }],
  ],
  [
    'instances of classes, whole',
    { price: new Money(1) },
    { price: new Money(2) },
    [{ kind: 'changed', path: ['price'], before: new Money(1), after: new Money(2) }],
  ],
]

for (const [name, before, after, changes] of cases) {
  test(`the difference shows ${name}`, () => {
    assert.deepEqual(diffStates(before, after), changes)
  })
}

const equals: readonly [name: string, before: unknown, after: unknown][] = [
  ['the order of keys', { a: 1, b: 2 }, { b: 2, a: 1 }],
  ['NaN', [Number.NaN], [Number.NaN]],
  ['Dates of one time', { at: new Date(5) }, { at: new Date(5) }],
  ['invalid Dates', [new Date(Number.NaN)], [new Date(Number.NaN)]],
  ['bytes of one content', Buffer.from('ab'), Buffer.from('ab')],
  ['bigints', 2n ** 70n, 2n ** 70n],
  ['Maps of one content', new Map([['a', { n: 1 }]]), new Map([['a', { n: 1 }]])],
]

for (const [name, before, after] of equals) {
  test(`there is no difference in ${name}`, () => {
    assert.deepEqual(diffStates(before, after), [])
  })
}

test('states that contain themselves are compared, not followed for ever', () => {
  const cyclic = (n: number): object => {
    const state: Record<string, unknown> = { n }
    state.self = state
    return state
  }

  assert.deepEqual(diffStates(cyclic(1), cyclic(1)), [])
  assert.notDeepEqual(diffStates(cyclic(1), cyclic(2)), [])
})

const nested = fc.oneof(
  arbitraryValue,
  fc.object({ withNullPrototype: true, withSparseArray: false, withBigInt: true, withDate: true }),
  fc.constantFrom(undefined, Number.NaN, -0, Number.POSITIVE_INFINITY),
)

/** Pairs that share much, as two states of one actor do, and pairs that do not. */
const pairs = fc.oneof(
  fc.tuple(nested, nested),
  fc
    .tuple(fc.array(nested, { maxLength: 6 }), fc.array(nested, { maxLength: 6 }))
    .map(([shared, own]) => [
      { shared, list: [...shared, ...own] },
      { shared: [...own, ...shared], list: shared, own },
    ]),
  fc
    .tuple(fc.dictionary(fc.string(), nested), fc.dictionary(fc.string(), nested))
    .map(([first, second]) => [
      { ...first, nested: { ...first, ...second } },
      { ...second, nested: { ...second, ...first } },
    ]),
)

test('applying the changes to the state before gives the state after', () => {
  fc.assert(
    fc.property(pairs, ([before, after]) => {
      const changes = diffStates(before, after)

      const applied = applyChanges(before, changes)

      assert.deepStrictEqual(applied, after)
      assert.deepEqual(diffStates(applied, after), [])
    }),
    { numRuns: 500 },
  )
})

test('a state has no difference to a copy of itself', () => {
  fc.assert(
    fc.property(arbitraryValue, (state) => {
      const kept = copyValue(state, 'state')

      assert.deepEqual(diffStates(kept, copyValue(kept, 'state')), [])
    }),
  )
})

test('applying changes leaves the state before as it was, frozen or not', () => {
  const before = Object.freeze({ lines: Object.freeze([Object.freeze({ qty: 1 })]) })

  const after = applyChanges(before, [
    { kind: 'changed', path: ['lines', 0, 'qty'], before: 1, after: 2 },
    { kind: 'added', path: ['lines', 1], after: { qty: 3 } },
  ])

  assert.deepEqual(before, { lines: [{ qty: 1 }] })
  assert.deepEqual(after, { lines: [{ qty: 2 }, { qty: 3 }] })
})

test('a key named __proto__ is a key like any other', () => {
  const before = JSON.parse('{ "__proto__": { "a": 1 }, "b": 1 }') as object
  const after = JSON.parse('{ "__proto__": { "a": 2 }, "c": 1 }') as object

  const applied = applyChanges(before, diffStates(before, after))

  assert.deepStrictEqual(applied, after)
  assert.equal(Object.getPrototypeOf(applied), Object.prototype)
})

const misfits: readonly [name: string, change: unknown][] = [
  ['no kind', { path: ['a'], after: 1 }],
  ['no path', { kind: 'changed', after: 1 }],
  ['no object', null],
  ['a key that is not there', { kind: 'changed', path: ['b'], before: 1, after: 2 }],
  ['a key that is there already', { kind: 'added', path: ['a'], after: 2 }],
  ['a removal of nothing', { kind: 'removed', path: ['b'], before: 1 }],
  ['an index behind the end', { kind: 'added', path: ['list', 5], after: 1 }],
  ['an index that is a text', { kind: 'changed', path: ['list', '0'], before: 1, after: 2 }],
  ['a removal from the middle', { kind: 'removed', path: ['list', 0], before: 1 }],
  ['a path through a number', { kind: 'changed', path: ['a', 'x'], before: 1, after: 2 }],
  ['a removal of the whole state', { kind: 'removed', path: [], before: {} }],
]

for (const [name, change] of misfits) {
  test(`a change with ${name} is refused`, () => {
    assert.throws(() => applyChanges({ a: 1, list: [1, 2] }, [change as never]), {
      code: 'DRAMATIS_INVALID_ARGUMENT',
    })
  })
}
