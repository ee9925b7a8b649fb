/** Forgetting somebody: what everybody reads afterwards, and what the disk still holds. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Runtime } from '../../src/index.js'
import { collect } from '../../src/testing/collect.js'
import { until } from '../subscriptions/until.js'
import { Journal, People, Person, Touches } from './apps/people.js'
import {
  ada,
  bob,
  caughtUp,
  durableModes,
  modes,
  note,
  PeopleDirectory,
  register,
} from './people-directory.js'

interface Read {
  readonly streamId: string
  readonly type: string
  readonly data: unknown
  readonly forgotten?: readonly string[]
}

/** Of the events with personal fields: stream, payload, and what is forgotten. */
async function read(events: AsyncIterable<unknown>): Promise<unknown[]> {
  const list = (await collect(events)) as Read[]
  return list
    .filter(({ type }) => type === 'Registered' || type === 'Introduced')
    .map(({ streamId, data, forgotten }) => [streamId, data, forgotten ?? null])
}

const bobRegistered = ['Person-bob', { ...bob, country: 'AT' }, null]
const known = [
  ['Person-ada', { ...ada, country: 'UK' }, null],
  bobRegistered,
  ['Person-bob', { friendId: 'ada', friendName: ada.name, note }, null],
]
const forgotten = [
  ['Person-ada', { name: '[forgotten]', email: null, country: 'UK' }, ['name', 'email']],
  bobRegistered,
  ['Person-bob', { friendId: 'ada', friendName: '[forgotten]', note }, ['friendName']],
]
const knownState = { ...ada, friends: [], touches: 3 }
const forgottenState = { name: '[forgotten]', email: null, friends: [], touches: 3 }

async function rows(runtime: Runtime): Promise<unknown[]> {
  return (await runtime.view(People).find({ index: 'byName' })).rows.map((row) => ({ ...row }))
}

for (const mode of modes) {
  describe(`forgetting, ${mode}`, () => {
    test('everybody reads what was recorded, until it is forgotten', async (t) => {
      const runtime = await (await PeopleDirectory.make(t, mode)).open()
      await register(runtime)

      assert.deepEqual(await read(runtime.log.read()), known)
      assert.deepEqual(await runtime.actor(Person, 'ada').state(), knownState)
      assert.deepEqual(await rows(runtime), [
        { ...ada, friends: [] },
        { ...bob, friends: [ada.name] },
      ])
    })

    test('the log gives replacements, and says which fields they stand in', async (t) => {
      const runtime = await (await PeopleDirectory.make(t, mode)).open()
      await register(runtime)

      await runtime.forget('ada')

      assert.deepEqual(await read(runtime.log.read()), forgotten)
      assert.deepEqual(await read(runtime.log.read({ raw: true })), forgotten)
      assert.deepEqual(await read(runtime.actor(Person, 'ada').events()), forgotten.slice(0, 1))
    })

    test('an actor in memory and one read back later hold nothing of it', async (t) => {
      const runtime = await (await PeopleDirectory.make(t, mode)).open()
      await register(runtime)

      const { actors } = await runtime.forget('ada')

      assert.equal(actors, 2)
      assert.deepEqual(await runtime.actor(Person, 'ada').state(), forgottenState)
      const { friends } = await runtime.actor(Person, 'bob').state()
      assert.deepEqual(friends, ['[forgotten]'])
    })

    test('views with it are rebuilt, their indexes too, and no others', async (t) => {
      const runtime = await (await PeopleDirectory.make(t, mode)).open()
      await register(runtime)

      const { views } = await runtime.forget('ada')

      assert.deepEqual(views, ['People'])
      assert.deepEqual(await rows(runtime), [
        { ...bob, friends: ['[forgotten]'] },
        { name: '[forgotten]', email: null, friends: [] },
      ])
      assert.deepEqual(await runtime.view(Touches).get('ada'), { touches: 4 })
    })

    test('a dead letter is tried again with what is left of it', async (t) => {
      const runtime = await (await PeopleDirectory.make(t, mode)).open()
      await register(runtime)
      await until('both are parked', () => runtime.status().deadLetters.parkedKeys === 2)

      await runtime.forget('ada')
      await runtime.deadLetters.redrive()
      await until('bob is parked again', () => runtime.status().handlers[0]!.retryingKeys === 0)

      const journal = await runtime.actor(Journal, 'mailer').state()
      assert.deepEqual(journal, ['[forgotten] null name,email'])
      assert.equal(runtime.status().deadLetters.parkedKeys, 1)
    })

    test('several are forgotten at once, in one event too', async (t) => {
      const runtime = await (await PeopleDirectory.make(t, mode)).open()
      await register(runtime)

      const { subjects } = await runtime.forget(['ada', 'bob', 'ada'])

      assert.equal(subjects, 2)
      assert.deepEqual((await read(runtime.log.read())).slice(1), [
        ['Person-bob', { name: '[forgotten]', email: null, country: 'AT' }, ['name', 'email']],
        [
          'Person-bob',
          { friendId: 'ada', friendName: '[forgotten]', note: '[forgotten]' },
          ['friendName', 'note'],
        ],
      ])
    })

    test('forgetting again does nothing, and is no error', async (t) => {
      const runtime = await (await PeopleDirectory.make(t, mode)).open()
      await register(runtime)
      await runtime.forget('ada')

      const again = await runtime.forget('ada')

      assert.deepEqual(
        { ...again, durationMs: 0 },
        {
          subjects: 0,
          actors: 0,
          views: [],
          directories: [],
          durationMs: 0,
        },
      )
    })

    test('one unknown subject among others leaves all of them as they were', async (t) => {
      const runtime = await (await PeopleDirectory.make(t, mode)).open()
      await register(runtime)

      await assert.rejects(runtime.forget(['ada', 'eve']), {
        code: 'DRAMATIS_UNKNOWN_SUBJECT',
        subjectId: 'eve',
      })

      assert.deepEqual(await read(runtime.log.read()), known)
      assert.deepEqual(await runtime.actor(Person, 'ada').state(), knownState)
    })

    test('nothing personal is recorded of the forgotten, and the command writes nothing', async (t) => {
      const runtime = await (await PeopleDirectory.make(t, mode)).open()
      await register(runtime)
      await runtime.forget('ada')
      const { head } = runtime.log

      const registered = runtime.actor(Person, 'ada').send('register', { ...ada, country: 'UK' })
      await assert.rejects(registered, { code: 'DRAMATIS_SUBJECT_FORGOTTEN', subjectId: 'ada' })
      const again = { friendId: 'ada', friendName: 'A.', note }
      await assert.rejects(runtime.actor(Person, 'bob').send('introduce', again), {
        code: 'DRAMATIS_SUBJECT_FORGOTTEN',
      })

      assert.equal(runtime.log.head, head)
    })

    test('an actor whose subject is forgotten goes on with what it knows', async (t) => {
      const runtime = await (await PeopleDirectory.make(t, mode)).open()
      await register(runtime)
      await runtime.forget('ada')

      const { events } = await runtime.actor(Person, 'ada').send('repeat', {})

      const data = { name: '[forgotten]', email: null, country: 'again' }
      assert.deepEqual(
        events.map((each) => each.data),
        [data],
      )
      assert.deepEqual((await read(runtime.log.read())).at(-1), ['Person-ada', data, null])
    })

    test('commands sent meanwhile all take effect, on a state that knows nothing', async (t) => {
      const runtime = await (await PeopleDirectory.make(t, mode)).open()
      await register(runtime)
      const person = runtime.actor(Person, 'ada')

      const before = Array.from({ length: 50 }, () => person.send('touch', {}))
      const forgetting = runtime.forget('ada')
      const meanwhile = Array.from({ length: 50 }, () => person.send('touch', {}))
      await Promise.all([...before, ...meanwhile, forgetting])
      await caughtUp(runtime)

      assert.deepEqual(await person.state(), { ...forgottenState, touches: 103 })
    })

    test('a subject whose first event is on its way to the disk can be forgotten', async (t) => {
      const runtime = await (await PeopleDirectory.make(t, mode)).open()
      const sent = runtime.actor(Person, 'ada').send('register', { ...ada, country: 'UK' })
      await until('it was staged', () => runtime.status().actors.commandsInFlight === 1)
      await until('its actor is active', () => runtime.status().actors.mailboxDepth === 0)

      await runtime.forget('ada').catch(() => runtime.forget('ada'))
      await sent

      assert.deepEqual(await read(runtime.log.read()), forgotten.slice(0, 1))
    })
  })
}

for (const mode of durableModes) {
  describe(`what the disk holds, ${mode}`, () => {
    test('no bytes of it after it was forgotten: no values, no key', async (t) => {
      const directory = await PeopleDirectory.make(t, mode)
      const runtime = await directory.open()
      await register(runtime)
      await until('both are parked', () => runtime.status().deadLetters.parkedKeys === 2)
      await until('snapshots', () => runtime.status().actors.snapshotsWritten >= 2)
      const keys = [1, 2, 3].map((slot) => Buffer.from(directory.keyAt(slot)))
      assert.deepEqual(directory.filesWith(ada.email), ['views/People@1/data.mdb'])
      assert.deepEqual(directory.filesWithBytes(keys), ['keys/slots'])

      await runtime.forget('ada')

      const secrets = [ada.name, ada.email]
      for (const each of secrets) assert.deepEqual(directory.filesWith(each), [])
      await directory.close()
      for (const each of secrets) assert.deepEqual(directory.filesWith(each), [])
      // Ada's, and that of the snapshots.
      const left = keys.filter((key) => directory.filesWithBytes([key]).length > 0)
      assert.equal(left.length, 1)
      assert.deepEqual(directory.filesWith(bob.email), ['views/People@1.1/data.mdb'])
    })

    test('it stays forgotten after a restart', async (t) => {
      const directory = await PeopleDirectory.make(t, mode)
      const first = await directory.open()
      await register(first)
      await first.forget('ada')

      const runtime = await directory.open()

      assert.deepEqual(await read(runtime.log.read()), forgotten)
      assert.deepEqual(await runtime.actor(Person, 'ada').state(), forgottenState)
      assert.deepEqual((await rows(runtime)).length, 2)
      assert.equal(runtime.status().forgetting.subjectsPending, 0)
      await assert.rejects(runtime.forget('eve'), { code: 'DRAMATIS_UNKNOWN_SUBJECT' })
    })
  })
}
