/** Kept events: each is offered again once for each time that it is recalled, however often that is delivered. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Decisions, namesOf } from './decisions.js'
import { tripSaga } from './trips.js'

const waits = tripSaga(({ step }) => [
  step('gate', { until: { TripEnded: (state) => state } }),
  step('one', { until: { TripPaid: (state) => state } }),
  step('two', { until: { TripPaid: (state) => state } }),
])

test('a recalled event that is delivered twice ends one step', () => {
  const decisions = new Decisions(waits).start()
  const paid = decisions.event('TripPaid', { cents: 1 })
  decisions.receive(paid)
  const begun = decisions.receive(decisions.event('TripEnded', { how: 'now' }))
  assert.ok(namesOf(begun).includes('Recalled'))
  decisions.receive(paid, true)

  const again = decisions.receive(paid, true)

  assert.deepEqual(again, [])
  assert.equal(decisions.instance.steps.one!.status, 'completed')
  assert.equal(decisions.instance.steps.two!.status, 'waiting')
})

test('a recalled event that no step took is kept once, however often it is delivered', () => {
  const saga = tripSaga(({ step }) => [
    step('gate', { until: { TripEnded: (state) => state } }),
    step('one', {
      until: {
        TripPaid: (state, event, { ignore }) => (event.data.cents === 2 ? state : ignore()),
      },
    }),
    step('two', { until: { TripEnded: (state) => state } }),
    step('three', { until: { TripPaid: (state) => state } }),
  ])
  const decisions = new Decisions(saga).start()
  const paid = decisions.event('TripPaid', { cents: 1 })
  decisions.receive(paid)
  decisions.receive(decisions.event('TripEnded', { how: 'now' }))

  for (let delivery = 0; delivery < 3; delivery++) decisions.receive(paid, true)

  assert.equal(decisions.instance.steps.one!.status, 'waiting')
  assert.deepEqual(
    decisions.instance.inbox.map(({ position }) => position),
    [paid.position],
  )
})

test('an event that was offered while nobody waited any more is not lost', () => {
  const decisions = new Decisions(waits).start()
  const early = [1, 2].map((cents) => decisions.event('TripPaid', { cents }))
  for (const event of early) decisions.receive(event)
  decisions.receive(decisions.event('TripEnded', { how: 'now' }))
  // What comes anew may be delivered before what is recalled.
  decisions.receive(decisions.event('TripPaid', { cents: 3 }))
  decisions.receive(early[0]!, true)

  decisions.receive(early[1]!, true)

  assert.equal(decisions.instance.status, 'completed')
})

test('of an event that an upcaster split, each part is kept for itself', () => {
  const saga = tripSaga(({ step }) => [
    step('gate', { until: { TripAsked: (state) => state } }),
    step('one', { until: { TripPaid: (state) => state } }),
    step('two', { until: { TripPaid: (state) => state } }),
    step('three', { until: { TripEnded: (state) => state } }),
  ])
  const decisions = new Decisions(saga).start()
  const whole = decisions.event('TripPaid', { cents: 1 })
  const parts = [
    { ...whole, part: 0 },
    { ...whole, part: 1 },
    { ...whole, part: 2, type: 'TripEnded', data: { how: 'split' } },
  ]
  for (const part of parts) decisions.receive(part as never)
  const begun = decisions.receive(decisions.event('TripAsked', { rooms: [], cents: 1 }))

  const recalled = begun.flatMap(({ name, data }) => (name === 'Recalled' ? [data.part] : []))
  for (const part of recalled) decisions.receive(parts[part]! as never, true)
  decisions.receive(parts[2] as never, true)

  assert.deepEqual(recalled, [0, 1])
  assert.equal(decisions.instance.status, 'completed')
})

test('an event that no step can wait for any more is not kept', () => {
  const saga = tripSaga(({ step }) => [
    step('one', { until: { TripPaid: (state) => state } }),
    step('two', { until: { TripEnded: (state) => state } }),
  ])
  const decisions = new Decisions(saga).start()
  decisions.receive(decisions.event('TripPaid', { cents: 1 }))

  const late = Array.from({ length: 200 }, () =>
    decisions.receive(decisions.event('TripPaid', { cents: 2 })),
  )

  assert.deepEqual(late.flat(), [])
  assert.deepEqual(decisions.instance.inbox, [])
})
