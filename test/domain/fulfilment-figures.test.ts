/** What the fulfilment act makes of what its twins report: proofs, ends, moments of kills, text. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endsApart, lawOfEnds } from '../../actors/demo/fulfilment-ends.js'
import {
  type FulfilmentFigures,
  fulfilmentFigures,
  proofsOf,
  type TwinLives,
  type TwinReport,
} from '../../actors/demo/fulfilment-figures.js'
import { formatFulfilmentProgress } from '../../actors/demo/fulfilment-progress.js'
import { formatFulfilment } from '../../actors/demo/fulfilment-summary.js'
import { killMoments } from '../../actors/demo/kill-moments.js'
import { formatOpening } from '../../actors/demo/twin-run.js'
import { calmPlan, isShort } from '../../actors/fulfilment/outside/outside-plan.js'
import { orderOf } from './fulfilment-run.js'

const found: TwinReport & TwinLives = {
  orders: 4_966,
  delivered: 4_964,
  takenBack: { 'order-1': 'CARD_DECLINED', 'order-2': 'OUT_OF_STOCK' },
  events: 75_137,
  steps: 51_840,
  laws: [{ name: 'nothing is lost', holds: 'always', broken: 0, examples: [] }],
  sagasLeft: 0,
  parkedKeys: 0,
  timersLeft: 0,
  kills: 3,
  soundAfterKills: 3,
  seconds: 20,
}

function figuresWith(orchestrated: Partial<TwinReport & TwinLives>): FulfilmentFigures {
  return fulfilmentFigures(4_966, {
    choreographed: found,
    orchestrated: { ...found, ...orchestrated },
  })
}

test('figures are held when every proof holds, and count by reason what was taken back', () => {
  const figures = figuresWith({ takenBack: { 'order-1': 'CARD_DECLINED' }, delivered: 4_965 })

  assert.equal(figures.held, true)
  assert.deepEqual(figures.twins.choreographed.compensated, { CARD_DECLINED: 1, OUT_OF_STOCK: 1 })
  assert.equal(figures.twins.choreographed.stepsPerSecond, 2_592)
  assert.equal(figures.endsApart, 1)
  assert.equal('takenBack' in figures.twins.choreographed, false)
})

const wrong: readonly (readonly [change: Partial<TwinReport & TwinLives>, statement: RegExp])[] = [
  [{ orders: 4_965 }, /every order was placed/],
  [{ sagasLeft: 1 }, /no saga is left behind/],
  [{ parkedKeys: 1 }, /no key is parked/],
  [{ timersLeft: 1 }, /no timer is left/],
  [{ soundAfterKills: 2 }, /the books held after every kill/],
  [{ laws: [{ ...found.laws[0]!, broken: 2, examples: ['a', 'b'] }] }, /nothing is lost/],
]

for (const [change, statement] of wrong) {
  test(`${JSON.stringify(change)} is not held, and is said of the one twin`, () => {
    const figures = figuresWith(change)

    const broken = proofsOf(figures).filter(({ brokenBy }) => brokenBy.length > 0)
    assert.equal(figures.held, false)
    assert.equal(broken.length, 1)
    assert.match(broken[0]!.statement, statement)
    assert.match(broken[0]!.brokenBy.join(), /^orchestrated(: 2, such as a)?$/)
    assert.match(formatFulfilment(figures, 'Demo').join('\n'), /✘ NOT TRUE: .*\n│ {5}orchestrated/)
  })
}

test('the summary has both twins side by side in a frame of one width', () => {
  const lines = formatFulfilment(figuresWith({ seconds: 49 }), 'Dramatis demo').slice(1)

  assert.deepEqual(new Set(lines.map((line) => line.length)), new Set([78]))
  const text = lines.join('\n')
  assert.match(text, /choreographed +orchestrated/)
  assert.match(text, /taken back: OUT_OF_STOCK +1 +1/)
  assert.match(text, /killed, started again +3 +3/)
  assert.match(text, /time +20\.0 s +49\.0 s/)
  assert.equal(text.includes('NOT TRUE'), false)
})

test('an order ends as its card, its parcel and its shelf have it', () => {
  const plan = { ...calmPlan, declined: 1, short: 0.5 }
  const products = Array.from({ length: 20 }, (_, at) => `product-${at}`)
  const scarce = orderOf('scarce', {
    productId: products.find((id) => isShort(plan, id))!,
    quantity: 1,
  })
  const plenty = orderOf('plenty', {
    productId: products.find((id) => !isShort(plan, id))!,
    quantity: 1,
  })
  const brokenBy = (takenBack: Readonly<Record<string, string>>): readonly string[] =>
    lawOfEnds([scarce, plenty], plan, takenBack).examples

  assert.deepEqual(brokenBy({ scarce: 'OUT_OF_STOCK', plenty: 'CARD_DECLINED' }), [])
  assert.deepEqual(brokenBy({ scarce: 'CARD_DECLINED', plenty: 'CARD_DECLINED' }), [])
  assert.deepEqual(brokenBy({ scarce: 'OUT_OF_STOCK', plenty: 'OUT_OF_STOCK' }), ['plenty'])
  assert.deepEqual(brokenBy({ plenty: 'CARD_DECLINED' }), ['scarce'])
  assert.deepEqual(brokenBy({ scarce: 'PARCEL_LOST', plenty: 'CARD_DECLINED' }), ['scarce'])
})

test('ends are apart where one delivered, and where the reasons differ', () => {
  assert.equal(endsApart({ a: 'LOST', b: 'LOST' }, { a: 'LOST', c: 'LOST' }), 2)
  assert.equal(endsApart({ a: 'LOST' }, { a: 'DECLINED' }), 1)
  assert.equal(endsApart({ a: 'LOST' }, { a: 'LOST' }), 0)
})

test('a twin is killed once in each of the first three quarters, at moments of its seed', () => {
  for (let seed = 0; seed < 200; seed++) {
    const moments = killMoments(4_000, seed, 'orchestrated')

    assert.deepEqual(
      moments.map((events) => Math.floor(events / 1_000)),
      [0, 1, 2],
    )
    assert.deepEqual(killMoments(4_000, seed, 'orchestrated'), moments)
  }
  assert.notDeepEqual(killMoments(4_000, 1, 'orchestrated'), killMoments(4_000, 2, 'orchestrated'))
})

test('a log that will stay tiny is killed at its first event at the earliest', () => {
  assert.deepEqual(killMoments(1, 1, 'orchestrated'), [1, 1, 1])
})

test('the live line says which twin, how far, how fast and how often killed, in any width', () => {
  const progress = {
    twin: 'orchestrated',
    events: 5_000,
    eventsAll: 10_000,
    kills: 1,
    elapsedMs: 2_500,
  }

  assert.equal(
    formatFulfilmentProgress(progress, 200),
    '██████████░░░░░░░░░░  50% · orchestrated · 5,000 events · 2,000 events/s · 1 kill · 2.5 s',
  )
  assert.match(formatFulfilmentProgress(progress, 79), /^█+░+ {2}50% .* 2\.5 s$/)
  assert.equal(formatFulfilmentProgress(progress, 40).length, 40)
})

test('a restart says what it found', () => {
  assert.equal(
    formatOpening({ brokenLaws: [], orders: 396, ended: 1 }),
    'opened again: books hold, 1 order done, 395 under way',
  )
  assert.match(
    formatOpening({ brokenLaws: ['nothing is lost'], orders: 1, ended: 0 }),
    /books BROKEN \(nothing is lost\)/,
  )
})
