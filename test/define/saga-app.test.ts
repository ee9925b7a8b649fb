/** Sagas in apps: they bring an actor, a view and a handler of their names, which nothing else may have. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type AppDefinition, defineApp } from '../../src/define/app.js'
import { defineHandler } from '../../src/define/handler.js'
import { defineProjector, rowType } from '../../src/define/projector.js'
import { type AnySaga, defineSaga } from '../../src/define/saga/saga.js'
import { Counter } from './counter.js'

function saga(name: string): AnySaga {
  return defineSaga(name, {
    from: [Counter],
    startOn: 'CountChanged',
    state: () => null,
    on: { CountReset: () => [] },
  })
}

const view = defineProjector('Counting.instances', {
  version: 1,
  from: [Counter],
  row: rowType<{ count: number }>(),
  on: { CountChanged: () => {} },
})
const handler = defineHandler('Counting', { from: [Counter], on: { CountReset: () => {} } })

const refusals: readonly (readonly [why: string, code: string, define: () => AppDefinition])[] = [
  [
    'two of one name',
    'DRAMATIS_DUPLICATE_NAME',
    () => defineApp({ actors: [Counter], sagas: [saga('Counting'), saga('Counting')] }),
  ],
  [
    'one named as an actor is',
    'DRAMATIS_DUPLICATE_NAME',
    () => defineApp({ actors: [Counter], sagas: [saga('Counter')] }),
  ],
  [
    'one named as a handler is',
    'DRAMATIS_DUPLICATE_NAME',
    () => defineApp({ actors: [Counter], handlers: [handler], sagas: [saga('Counting')] }),
  ],
  [
    'one whose view is named as another is',
    'DRAMATIS_DUPLICATE_NAME',
    () => defineApp({ actors: [Counter], projectors: [view], sagas: [saga('Counting')] }),
  ],
  [
    'one that reads an actor it has not',
    'DRAMATIS_INVALID_ARGUMENT',
    () => defineApp({ actors: [], sagas: [saga('A')] }),
  ],
  [
    'one that defineSaga has not made',
    'DRAMATIS_INVALID_ARGUMENT',
    () => defineApp({ actors: [Counter], sagas: [{ name: 'Counting' } as never] }),
  ],
]

describe('an app refuses of sagas', () => {
  for (const [why, code, define] of refusals) {
    test(why, () => {
      assert.throws(define, { code })
    })
  }
})
