/** Which rows serve when a view is opened, and which are filled: the decision alone. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type AnyProjector, defineProjector, rowType } from '../../src/index.js'
import { projectorCodeOf } from '../../src/subscriptions/projector-code.js'
import { planOpening } from '../../src/subscriptions/view-opening.js'
import type { ViewFilling, ViewRecord } from '../../src/subscriptions/work-store.js'
import { Counter } from './workplace.js'

function projector(whileFilling: 'old' | 'new' = 'old', n = 1): AnyProjector {
  return defineProjector('Sums', {
    version: 2,
    whileFilling,
    from: [Counter],
    row: rowType<{ sum: number }>(),
    indexes: { bySum: (row) => [row.sum] },
    on: n === 1 ? { Added: (event, view) => view.put(event.id, { sum: 1 }) } : {},
  })
}

const indexes = ['bySum']
const old: ViewRecord = { version: 1, generation: 3, indexes: ['byName'], filling: null }
const own: ViewRecord = { version: 2, generation: 4, indexes, filling: null }

function filling(version: number, generation: number, code = 'code'): ViewFilling {
  return { version, generation, code, eventsPerSecondMax: null }
}

interface Case {
  readonly what: string
  readonly before: ViewRecord | undefined
  readonly whileFilling?: 'old' | 'new'
  readonly gone?: boolean
  readonly record: ViewRecord
  readonly resumes?: boolean
}

const cases: readonly Case[] = [
  {
    what: 'a new view serves its first rows',
    before: undefined,
    record: { version: 2, generation: 0, indexes, filling: null },
  },
  { what: 'rows of the version serve', before: own, record: own },
  {
    what: 'rows of the version without known indexes have those of now',
    before: { version: 2, generation: 4 },
    record: own,
  },
  {
    what: 'an interrupted rebuild goes on',
    before: { ...own, filling: filling(2, 5) },
    record: { ...own, filling: filling(2, 5) },
    resumes: true,
  },
  {
    what: 'a rebuild that other code began is begun anew',
    before: { ...own, filling: filling(2, 5, 'other') },
    record: { ...own, filling: filling(2, 6) },
  },
  {
    what: 'what is filled for another version is given up',
    before: { ...own, filling: filling(3, 0) },
    record: own,
  },
  {
    what: 'rows of another version serve while those of this one are filled',
    before: old,
    record: { ...old, filling: filling(2, 0) },
  },
  {
    what: 'rows of another version without known indexes serve without any',
    before: { version: 1, generation: 3 },
    record: { ...old, indexes: [], filling: filling(2, 0) },
  },
  {
    what: 'filling for this version goes on while others serve',
    before: { ...old, filling: filling(2, 1) },
    record: { ...old, filling: filling(2, 1) },
    resumes: true,
  },
  {
    what: 'rows of another version that are gone do not serve',
    before: old,
    gone: true,
    record: { version: 2, generation: 0, indexes, filling: null },
  },
  {
    what: 'a projector may serve its own rows at once',
    before: old,
    whileFilling: 'new',
    record: { version: 2, generation: 0, indexes, filling: null },
  },
  {
    what: 'a projector that serves its own rows takes those that are there',
    before: { ...old, filling: filling(2, 1) },
    whileFilling: 'new',
    record: { version: 2, generation: 1, indexes, filling: null },
    resumes: true,
  },
]

describe('opening a view', () => {
  for (const { what, before, whileFilling, gone = false, record, resumes = false } of cases) {
    test(what, () => {
      const found = planOpening(projector(whileFilling), 'code', before, () => !gone)

      assert.deepEqual(found, { record, resumes })
    })
  }
})

describe('the code of a projector', () => {
  test('is the same as long as its functions are', () => {
    assert.equal(projectorCodeOf(projector()), projectorCodeOf(projector('new')))
  })

  test('is another with other functions', () => {
    assert.notEqual(projectorCodeOf(projector()), projectorCodeOf(projector('old', 2)))
  })
})
