/** Which fields of an event are sealed, for whom, and what is refused before anything is written. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AnyActor, defineActor } from '../../src/define/actor.js'
import { defineEvent } from '../../src/define/event.js'
import type { EventStore } from '../../src/store/contracts.js'
import { openWorkplace, readAll } from './account.js'

const schema = { name: 'string|optional', email: 'string|nullable', tags: 'string[]' } as const
type Subject = (data: object, tools: { readonly aggregateId: string }) => unknown

/** A person whose every field is about whoever `subject` says. */
function personOf(subject: Subject): AnyActor {
  const about = subject as (data: object, tools: { readonly aggregateId: string }) => string | null
  return defineActor('Person', {
    initialState: () => ({}),
    events: {
      Named: defineEvent(schema, {
        personal: {
          name: about,
          email: { subject: about, forgotten: null },
          tags: { subject: about, forgotten: ['none'] },
        },
      }),
    },
    evolve: { Named: (state) => state },
    commands: {
      name: { schema, decide: (_state, command, { events }) => events.Named(command) },
    },
  })
}

/** What reads as forgotten once everybody who was named is. */
async function forgottenOf(store: EventStore, subjectId: string): Promise<unknown> {
  if (store.subjects.stateOf(subjectId) === 'unknown') return 'nobody'
  await store.subjects.destroy([subjectId], async () => {})
  const [event] = await readAll(store, 'Person-1')
  return event!.forgotten
}

test('all fields of a subject are sealed, those that are absent are not', async (t) => {
  const Person = personOf((_data, { aggregateId }) => `person ${aggregateId}`)
  const { system, store } = await openWorkplace(t, { actors: [Person] })

  await system.send(Person, '1', 'name', { email: 'ada@example.test', tags: [] })

  assert.deepEqual(await forgottenOf(store, 'person 1'), ['email', 'tags'])
})

test('a field that reads as its replacement already is recorded as it is', async (t) => {
  const Person = personOf(() => 'ada')
  const { system, store } = await openWorkplace(t, { actors: [Person] })

  await system.send(Person, '1', 'name', { name: '[forgotten]', email: null, tags: ['none'] })

  assert.equal(await forgottenOf(store, 'ada'), 'nobody')
})

test('an event about nobody is recorded as it is', async (t) => {
  const Person = personOf(() => null)
  const { system, store } = await openWorkplace(t, { actors: [Person] })

  await system.send(Person, '1', 'name', { name: 'Ada', email: null, tags: [] })

  assert.deepEqual(store.subjects.sealedTypes, [])
})

test('the function is given the checked payload, frozen', async (t) => {
  const seen: unknown[] = []
  const Person = personOf((data) => {
    seen.push(data, Object.isFrozen(data))
    return 'ada'
  })
  const { system } = await openWorkplace(t, { actors: [Person] })
  const payload = { name: 'Ada', email: null, tags: ['a'] }

  await system.send(Person, '1', 'name', payload)

  assert.deepEqual(seen.slice(0, 2), [payload, true])
})

test('a subject that is no id is refused, and nothing is written', async (t) => {
  const failing = (): never => {
    throw new Error('no id')
  }
  const found: unknown[] = [undefined, '', 7, {}, '\ud800', 'x'.repeat(513), 'é'.repeat(257)]
  const subjects: Subject[] = [...found.map((each) => () => each), failing, async () => 'ada']
  for (const subject of subjects) {
    const Person = personOf(subject)
    const { system, store } = await openWorkplace(t, { actors: [Person] })

    const sent = system.send(Person, '1', 'name', { name: 'Ada', email: null, tags: [] })

    await assert.rejects(sent, { code: 'DRAMATIS_INVALID_SUBJECT', type: 'Named', field: 'name' })
    assert.equal(store.head, 0)
    assert.deepEqual(await system.state(Person, '1'), {})
  }
})

test('a replacement that does not fit its field is found when the actor is opened', async (t) => {
  const Person = defineActor('Person', {
    initialState: () => ({}),
    events: { Named: defineEvent({ email: 'email' }, { personal: { email: () => 'ada' } }) },
    evolve: { Named: (state) => state },
    commands: {},
  })

  await assert.rejects(openWorkplace(t, { actors: [Person] }), {
    code: 'DRAMATIS_INVALID_ARGUMENT',
    argument: 'what email of event Named reads as when forgotten',
  })
})
