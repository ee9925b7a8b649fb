/** Forgetting while others are at work, when it cannot be finished, and when it was cut short. */

import assert from 'node:assert/strict'
import { cpSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { systemClock } from '../../src/base/clock.js'
import { createDeferred } from '../../src/base/deferred.js'
import {
  defineActor,
  defineApp,
  defineEvent,
  defineHandler,
  defineProjector,
  type ForgetProgress,
  openRuntime,
  rowType,
} from '../../src/index.js'
import { openLmdbEventStore } from '../../src/store/lmdb/lmdb-event-store.js'
import { TemporaryDirectory } from '../store/temporary.js'
import { turns, until } from '../subscriptions/until.js'
import { onEnd } from '../support/scope.js'
import { app, Journal, People, Person, Touches } from './apps/people.js'
import { ada, bob, caughtUp, PeopleDirectory, register } from './people-directory.js'

test('what a handler had read ahead is read anew: it is called with nothing that is forgotten', async (t) => {
  const gate = createDeferred()
  const seen: string[] = []
  const slow = defineHandler('slow', {
    from: [Person],
    partitions: 1,
    on: {
      Registered: async ({ data }) => {
        seen.push(data.name)
        if (data.name === bob.name) await gate.promise
      },
    },
  })
  const runtime = await openRuntime({ app: defineApp({ actors: [Person], handlers: [slow] }) })
  onEnd(t, () => runtime.close())
  await runtime.actor(Person, 'bob').send('register', { ...bob, country: 'AT' })
  await runtime.actor(Person, 'ada').send('register', { ...ada, country: 'UK' })
  await until('the first is being handled', () => seen.length === 1)
  await turns()

  let isForgotten = false
  const forgetting = runtime.forget('ada').then(() => {
    isForgotten = true
  })
  await turns()
  const before = isForgotten
  gate.resolve()
  await forgetting
  await runtime.caughtUp(2, { handler: slow, timeoutMs: 60_000 })

  assert.equal(before, false)
  assert.deepEqual(seen, [bob.name, '[forgotten]'])
})

test('a handler that is paused keeps its place and delivers nothing that is forgotten', async (t) => {
  const seen: string[] = []
  const noting = defineHandler('noting', {
    from: [Person],
    on: { Registered: ({ data }) => void seen.push(data.name) },
  })
  const runtime = await openRuntime({ app: defineApp({ actors: [Person], handlers: [noting] }) })
  onEnd(t, () => runtime.close())
  await runtime.handler(noting).pause()
  await runtime.actor(Person, 'ada').send('register', { ...ada, country: 'UK' })
  await turns()

  await runtime.forget('ada')
  await runtime.handler(noting).resume()
  await runtime.caughtUp(1, { handler: noting, timeoutMs: 60_000 })

  assert.deepEqual(seen, ['[forgotten]'])
})

test('a rebuild that was under way before is not taken for the one that is needed', async (t) => {
  const runtime = await (await PeopleDirectory.make(t, 'inline')).open()
  await register(runtime)
  let forgetting: Promise<unknown> | null = null

  await runtime.rebuild(People, {
    onProgress: () => {
      forgetting ??= runtime.forget('ada')
    },
  })
  await forgetting

  assert.equal((await runtime.view(People).get('ada'))?.name, '[forgotten]')
})

test('rows that are being filled meanwhile are in use, and are not removed', async (t) => {
  const directory = await PeopleDirectory.make(t, 'inline')
  const runtime = await directory.open()
  await register(runtime)
  let rebuilding: Promise<unknown> | null = null

  const { directories } = await runtime.forget('ada', {
    onProgress: () => {
      rebuilding ??= runtime.rebuild(Touches)
    },
  })
  await rebuilding

  assert.deepEqual(directories, [])
  assert.deepEqual(readdirSync(join(directory.path, 'views')).sort(), ['People@1.1', 'Touches@1.1'])
})

test('forgettings asked for at the same time are done one after the other', async (t) => {
  const runtime = await (await PeopleDirectory.make(t, 'inline')).open()
  await register(runtime)

  const reports = await Promise.all([
    runtime.forget('ada'),
    runtime.forget('bob'),
    runtime.forget(['bob', 'ada']),
  ])

  assert.deepEqual(
    reports.map(({ subjects, views }) => [subjects, views]),
    [
      [1, ['People']],
      [1, ['People']],
      [0, []],
    ],
  )
  assert.equal(runtime.status().forgetting.subjectsPending, 0)
})

test('progress names the view and how far it is', async (t) => {
  const runtime = await (await PeopleDirectory.make(t, 'inline')).open()
  await register(runtime)
  const reports: ForgetProgress[] = []

  await runtime.forget('ada', { onProgress: (progress) => reports.push(progress) })

  const { rebuild, ...where } = reports.at(-1)!
  assert.deepEqual(where, { view: 'People', viewsDone: 0, views: 1 })
  assert.equal(rebuild.position, runtime.log.head)
})

const fussy = { isFussy: true }
const Fussy = defineProjector('Fussy', {
  version: 1,
  from: [Person],
  row: rowType<{ readonly email: string }>(),
  on: {
    Registered: ({ aggregateId, data }, view) => {
      if (data.email === null && fussy.isFussy) throw new Error('no email')
      view.put(aggregateId, { email: data.email ?? 'none' })
    },
  },
})
const fussyApp = defineApp({ actors: [Person, Journal], projectors: [Fussy, People] })

test('a view that cannot do without leaves the forgetting incomplete, and it can be finished', async (t) => {
  fussy.isFussy = true
  const runtime = await openRuntime({ app: fussyApp })
  onEnd(t, () => runtime.close())
  await runtime.actor(Person, 'ada').send('register', { ...ada, country: 'UK' })
  await runtime.caughtUp(1, { view: Fussy, timeoutMs: 60_000 })

  await assert.rejects(runtime.forget('ada'), {
    code: 'DRAMATIS_FORGET_INCOMPLETE',
    keysDestroyed: true,
    views: ['Fussy', 'People'],
  })
  const row = await runtime.view(Fussy).get('ada')
  const { subjectsPending } = runtime.status().forgetting
  fussy.isFussy = false
  const { subjects, views } = await runtime.forget('ada')

  assert.deepEqual([row?.email, subjectsPending], [ada.email, 1])
  assert.deepEqual([subjects, views], [0, ['Fussy', 'People']])
  assert.deepEqual(await runtime.view(Fussy).get('ada'), { email: 'none' })
  assert.equal(runtime.status().forgetting.subjectsPending, 0)
})

test('a signal that is aborted already leaves everything as it was', async (t) => {
  const runtime = await (await PeopleDirectory.make(t, 'inline')).open()
  await register(runtime)

  await assert.rejects(runtime.forget('ada', { signal: AbortSignal.abort() }), {
    code: 'DRAMATIS_FORGET_INCOMPLETE',
    keysDestroyed: false,
    views: [],
  })

  assert.equal((await runtime.actor(Person, 'ada').state()).name, ada.name)
})

test('a signal that is aborted on the way leaves the rest for the next opening', async (t) => {
  const directory = await PeopleDirectory.make(t, 'inline')
  const runtime = await directory.open()
  await register(runtime)
  const controller = new AbortController()
  controller.signal.throwIfAborted()

  const forgetting = runtime.forget('ada', { signal: controller.signal })
  await until('the key is destroyed', () => runtime.status().forgetting.subjectsPending === 1)
  controller.abort()
  const code = await forgetting.then(
    () => 'done before it was aborted',
    (error: { code: string }) => error.code,
  )
  const again = await directory.open()
  await until('it is finished', () => again.status().forgetting.subjectsPending === 0)

  assert.equal(code, 'DRAMATIS_FORGET_INCOMPLETE')
  assert.equal((await again.view(People).get('ada'))?.name, '[forgotten]')
  assert.deepEqual(directory.filesWith(ada.email), [])
})

test('one that a crash cut short behind the keys is finished by the next opening', async (t) => {
  const directory = await PeopleDirectory.make(t, 'on threads')
  await register(await directory.open())
  await directory.close()
  // The store alone, as if the process had died right after the keys.
  const store = await openLmdbEventStore(directory.path, { clock: systemClock })
  await store.subjects.destroy(['ada'], async () => {})
  await store.close()
  assert.deepEqual(directory.filesWith(ada.email), ['views/People@1/data.mdb'])

  const runtime = await directory.open()
  await until('it is finished', () => runtime.status().forgetting.subjectsPending === 0)

  assert.deepEqual(directory.filesWith(ada.email), [])
  assert.equal((await runtime.view(People).get('ada'))?.name, '[forgotten]')
  assert.equal((await runtime.actor(Person, 'ada').state()).name, '[forgotten]')
})

test('rows of views that are no more are removed', async (t) => {
  const directory = await PeopleDirectory.make(t, 'inline')
  await register(await directory.open())
  await directory.close()
  const views = join(directory.path, 'views')
  cpSync(join(views, 'People@1'), join(views, 'Removed@1'), { recursive: true })
  const runtime = await directory.open()
  await caughtUp(runtime)

  const { directories } = await runtime.forget('ada')

  assert.deepEqual(directories, ['Removed@1'])
  assert.deepEqual(readdirSync(views).sort(), ['People@1.1', 'Touches@1'])
})

test('fields that were recorded before they became personal are read, and stay', async (t) => {
  const directory = await TemporaryDirectory.make(t)
  const store = await directory.openStore()
  const metadata = { commandId: 'c', correlationId: 'c', causationId: 'c' }
  const data = { ...ada, country: 'UK' }
  const event = { type: 'Registered', schemaVersion: 1, data, metadata }
  const place = { aggregateType: 'Person', aggregateId: 'ada', expectedVersion: 'any' as const }
  store.stage([{ ...place, events: [event] }])
  await store.commit()
  await store.close()
  const runtime = directory.closing(
    await openRuntime({ app, dataDir: directory.path, workers: 'inline' }),
  )

  assert.equal((await runtime.actor(Person, 'ada').state()).name, ada.name)
  await assert.rejects(runtime.forget('ada'), { code: 'DRAMATIS_UNKNOWN_SUBJECT' })
})

test('what cannot be a subject, or an option, is refused', async (t) => {
  const runtime = await openRuntime({ app })
  onEnd(t, () => runtime.close())
  const invalid = { code: 'DRAMATIS_INVALID_ARGUMENT' }

  for (const subjects of ['', [], null, 7, ['ada', ''], ['\ud800'], 'x'.repeat(513), new Set()]) {
    await assert.rejects(runtime.forget(subjects as never), invalid)
  }
  await assert.rejects(runtime.forget('ada', { onProgess: () => {} } as never), invalid)
  await assert.rejects(runtime.forget('ada', { onProgress: 7 } as never), invalid)
  await assert.rejects(runtime.forget('ada'), { code: 'DRAMATIS_UNKNOWN_SUBJECT' })
  await runtime.close()
  await assert.rejects(runtime.forget('ada'), { code: 'DRAMATIS_CLOSED' })
})

test('a replay under way ends before anybody is forgotten, and says where to go on', async (t) => {
  const gate = createDeferred()
  const replayed: string[] = []
  const again = defineHandler('again', {
    from: [Person],
    partitions: 1,
    on: {
      Registered: async ({ data }, { isReplay }) => {
        if (!isReplay) return
        replayed.push(data.name)
        await gate.promise
      },
    },
  })
  const runtime = await openRuntime({ app: defineApp({ actors: [Person], handlers: [again] }) })
  onEnd(t, () => runtime.close())
  await runtime.actor(Person, 'bob').send('register', { ...bob, country: 'AT' })
  await runtime.actor(Person, 'ada').send('register', { ...ada, country: 'UK' })
  await runtime.caughtUp(2, { handler: again, timeoutMs: 60_000 })
  const replaying = runtime.handler(again).replay({ from: 1, to: 2 })
  const ended = assert.rejects(replaying, { code: 'DRAMATIS_REPLAY_FAILED' })
  await until('a replayed event is being handled', () => replayed.length > 0)

  const forgetting = runtime.forget('ada')
  await turns()
  gate.resolve()
  await forgetting
  const before = replayed.length
  await ended
  await runtime.handler(again).replay({ from: 2, to: 2 })

  assert.deepEqual(replayed.slice(before), ['[forgotten]'])
})

test('rows of an older version that still serve are gone with what they held', async (t) => {
  const directory = await PeopleDirectory.make(t, 'inline')
  await register(await directory.open())
  const raised = defineProjector('People', {
    version: 2,
    from: [Person],
    row: rowType<{ readonly called: string }>(),
    on: {
      Registered: ({ aggregateId, data }, view) => view.put(aggregateId, { called: data.name }),
    },
  })
  const changed = defineApp({ actors: [Person, Journal], projectors: [raised, Touches] })

  const runtime = await directory.open(changed)
  await runtime.forget('ada')

  assert.deepEqual(await runtime.view(raised).get('ada'), { called: '[forgotten]' })
  assert.equal(runtime.view(raised).status().versionServed, 2)
  await directory.close()
  assert.deepEqual(directory.filesWith(ada.name), [])
})

test('a field of a Standard Schema is forgotten like any', async (t) => {
  const Guest = defineActor('Guest', {
    initialState: () => ({ name: '' }),
    events: {
      Arrived: defineEvent(z.object({ name: z.string(), room: z.number() }), {
        personal: { name: (_data, { aggregateId }) => aggregateId },
      }),
    },
    evolve: { Arrived: (_state, { data }) => ({ name: data.name }) },
    commands: {
      arrive: {
        schema: z.object({ name: z.string() }),
        decide: (_state, { name }, { events }) => events.Arrived({ name, room: 7 }),
      },
    },
  })
  const runtime = await openRuntime({ app: defineApp({ actors: [Guest] }) })
  onEnd(t, () => runtime.close())
  await runtime.actor(Guest, 'ada').send('arrive', { name: ada.name })
  const before = await runtime.actor(Guest, 'ada').state()

  await runtime.forget('ada')

  assert.deepEqual(before, { name: ada.name })
  assert.deepEqual(await runtime.actor(Guest, 'ada').state(), { name: '[forgotten]' })
  for await (const event of runtime.log.read()) {
    assert.deepEqual([event.data, event.forgotten], [{ name: '[forgotten]', room: 7 }, ['name']])
  }
})
