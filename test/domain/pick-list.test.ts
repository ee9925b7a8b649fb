/** The rules of `PickList`, the join of the choreography: who counts, and who comes first. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { PickList } from '../../actors/fulfilment/choreographed/pick-list.js'
import { lastOf, live, type Step } from './actor-run.js'

const pieces = [
  { productId: 'p1', quantity: 1 },
  { productId: 'p2', quantity: 2 },
]
const open: Step = ['open', { pieces, amountCents: 500 }]
const setAside = (productId: string, reservedVersion = 2): Step => [
  'setAside',
  { productId, reservedVersion },
]
const pick: Step = ['pick']
const drop: Step = ['drop', { reason: 'why not' }]
const complete = [open, setAside('p1'), setAside('p2')]

test('a list is complete with its last piece, whichever that is', () => {
  for (const [first, last] of [
    ['p1', 'p2'],
    ['p2', 'p1'],
  ] as const) {
    const { outcomes, events } = live(PickList, [open, setAside(first), setAside(last), pick])

    assert.deepEqual(outcomes.slice(1), [
      'PieceSetAside',
      'PieceSetAside+PickListCompleted',
      'PiecesPicked',
    ])
    assert.deepEqual(
      events.slice(-2).map(({ data }) => data),
      [{ amountCents: 500 }, { pieces }],
    )
  }
})

test('a list that is dropped says which pieces were set aside until then', () => {
  const { events } = live(PickList, [open, setAside('p2'), drop])

  assert.deepEqual(events.at(-1), {
    type: 'PickListDropped',
    data: { reason: 'why not', setAside: [pieces[1]] },
  })
})

describe('a list refuses', () => {
  const refusals: readonly [what: string, reason: string, ...steps: Step[]][] = [
    ['to be opened twice', 'PICK_LIST_EXISTS', open, open],
    ['a piece before it is opened', 'PICK_LIST_UNKNOWN', setAside('p1')],
    ['to be picked before it is opened', 'PICK_LIST_UNKNOWN', pick],
    ['to be dropped before it is opened', 'PICK_LIST_UNKNOWN', drop],
    ['the same piece, told twice', 'PIECE_SET_ASIDE', open, setAside('p1'), setAside('p1')],
    [
      'the same piece, told again once it is dropped',
      'PIECE_SET_ASIDE',
      open,
      setAside('p1'),
      drop,
      setAside('p1'),
    ],
    [
      'a piece that was reserved once more',
      'PIECE_NOT_WANTED',
      open,
      setAside('p1', 2),
      setAside('p1', 9),
    ],
    [
      'a piece that was reserved once more, when it is picked',
      'PIECE_NOT_WANTED',
      ...complete,
      pick,
      setAside('p1', 9),
    ],
    ['a piece that comes too late', 'PIECE_NOT_WANTED', open, drop, setAside('p1')],
    ['a piece of something else', 'PIECE_NOT_WANTED', open, setAside('p9')],
    ['to be picked before it is complete', 'PICK_LIST_NOT_COMPLETE', open, setAside('p1'), pick],
    ['to be picked twice', 'PICK_LIST_NOT_COMPLETE', ...complete, pick, pick],
    ['to be picked once it is dropped', 'PICK_LIST_DROPPED', ...complete, drop, pick],
    ['to be dropped once it is picked', 'PICK_LIST_PICKED', ...complete, pick, drop],
    ['to be dropped twice', 'PICK_LIST_DROPPED', open, drop, drop],
  ]
  for (const [what, reason, ...steps] of refusals) {
    test(what, () => {
      assert.equal(lastOf(PickList, ...steps), reason)
    })
  }
})
