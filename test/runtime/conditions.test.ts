/**
 * Tags, decisions and claims through a whole runtime: on disk and in memory, over restarts.
 */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import {
  type AppDefinition,
  defineActor,
  defineApp,
  defineEvent,
  importLog,
  openRuntime,
  type Runtime,
} from '../../src/index.js'
import { collect } from '../../src/testing/index.js'
import { onEnd } from '../support/scope.js'

const joined = { courseId: 'string', studentId: 'string' } as const

const Course = defineActor('Course', {
  initialState: () => ({ title: null as string | null, students: 0 }),
  events: {
    CourseNamed: defineEvent({ title: 'string' }),
    StudentJoined: defineEvent(joined, {
      tags: ({ courseId, studentId }) => [`course:${courseId}`, `student:${studentId}`],
    }),
  },
  evolve: {
    CourseNamed: (state, event) => ({ ...state, title: event.data.title }),
    StudentJoined: (state) => ({ ...state, students: state.students + 1 }),
  },
  commands: {
    name: {
      schema: { title: 'string' },
      decide: (_state, command, { events }) => events.CourseNamed(command),
    },
  },
  unique: { title: (state) => state.title },
})
const app = defineApp({ actors: [Course] })
const { StudentJoined } = Course.creators

/** The same events before they had tags, in their first version and under their first name. */
const OldCourse = defineActor('Course', {
  initialState: () => ({ students: 0 }),
  events: { PupilJoined: defineEvent({ course: 'string', pupil: 'string' }) },
  evolve: { PupilJoined: (state) => state },
  commands: {
    join: {
      schema: { course: 'string', pupil: 'string' },
      decide: (_state, command, { events }) => events.PupilJoined(command),
    },
  },
})

const NewCourse = defineActor('Course', {
  initialState: () => ({ students: 0 }),
  events: {
    StudentJoined: defineEvent(joined, {
      version: 2,
      formerly: ['PupilJoined'],
      upcast: {
        1: (data: { course: string; pupil: string }) => ({
          courseId: data.course,
          studentId: data.pupil,
        }),
      },
      tags: ({ courseId, studentId }) => [`course:${courseId}`, `student:${studentId}`],
    }),
  },
  evolve: { StudentJoined: (state) => ({ students: state.students + 1 }) },
  commands: {},
})

function temporaryDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'dramatis-conditions-'))
  onEnd(t, () => rmSync(directory, { recursive: true, force: true }))
  return directory
}

async function open(
  t: TestContext,
  dataDir: string | undefined,
  definition: AppDefinition = app,
): Promise<Runtime> {
  const runtime = await openRuntime({
    app: definition,
    ...(dataDir === undefined ? {} : { dataDir }),
  })
  onEnd(t, () => runtime.close())
  return runtime
}

function joinCourse(runtime: Runtime, courseId: string, studentId: string, seats = 2) {
  return runtime.decide(
    { types: [StudentJoined], tags: [`course:${courseId}`] },
    (events, { reject }) => {
      if (events.some(({ data }) => data.studentId === studentId)) return []
      if (events.length >= seats) return reject('FULL')
      return runtime.actor(Course, courseId).append(StudentJoined({ courseId, studentId }))
    },
  )
}

for (const kind of ['in memory', 'on disk'] as const) {
  const directory = (t: TestContext) => (kind === 'on disk' ? temporaryDirectory(t) : undefined)

  test(`${kind}, the last seats go to exactly as many as there are`, async (t) => {
    const runtime = await open(t, directory(t))

    const sent = Array.from({ length: 30 }, (_, at) => joinCourse(runtime, 'c1', `s${at}`, 3))
    const settled = await Promise.allSettled(sent)

    assert.equal(settled.filter(({ status }) => status === 'fulfilled').length, 3)
    assert.equal(runtime.log.head, 3)
    assert.deepEqual(await runtime.actor(Course, 'c1').state(), { title: null, students: 3 })
  })

  test(`${kind}, the log is read by tags, types and range`, async (t) => {
    const runtime = await open(t, directory(t))
    await runtime.actor(Course, 'c1').send('name', { title: 'one' })
    for (const [course, student] of ['c1 s1', 'c2 s1', 'c1 s2'].map((each) => each.split(' '))) {
      await joinCourse(runtime, course!, student!)
    }
    const read = async (options: object) =>
      (await collect(runtime.log.read(options))).map(({ position }) => position)

    assert.deepEqual(await read({ tags: ['course:c1'] }), [2, 4])
    assert.deepEqual(await read({ tags: ['course:c1', 'student:s1'] }), [2])
    assert.deepEqual(await read({ tags: ['student:s1'], after: 2 }), [3])
    assert.deepEqual(await read({ tags: ['student:s1'], to: 2, raw: true }), [2])
    assert.deepEqual(await read({ tags: ['student:s1'], types: ['CourseNamed'] }), [])
    assert.deepEqual(await read({ tags: ['student:s1'], signal: AbortSignal.abort() }), [])
  })
}

test('tags, and what was decided over them, survive a restart', async (t) => {
  const dataDir = temporaryDirectory(t)
  const first = await open(t, dataDir)
  for (const student of ['s1', 's2']) await joinCourse(first, 'c1', student)
  await first.close()

  const second = await open(t, dataDir)

  await assert.rejects(joinCourse(second, 'c1', 's3'), { code: 'DRAMATIS_COMMAND_REJECTED' })
  assert.deepEqual(await joinCourse(second, 'c1', 's1'), { events: [], position: 0 })
})

test('claims survive a restart', async (t) => {
  const dataDir = temporaryDirectory(t)
  const first = await open(t, dataDir)
  await first.actor(Course, 'c1').send('name', { title: 'one' })
  await first.actor(Course, 'c1').send('name', { title: 'two' })
  await first.close()

  const second = await open(t, dataDir)

  assert.equal(await second.claims.owner(Course, 'title', 'two'), 'Course-c1')
  assert.equal(await second.claims.owner(Course, 'title', 'one'), undefined)
  await assert.rejects(second.actor(Course, 'c2').send('name', { title: 'two' }), {
    code: 'DRAMATIS_CLAIM_TAKEN',
    owner: 'Course-c1',
  })
  assert.deepEqual(await second.claims.rebuild(Course), {
    ...{ actors: 1, released: 0, conflictsTotal: 0, conflicts: [] },
  })
})

test('a deleted stream holds nothing, and its events are found by no tag', async (t) => {
  const runtime = await open(t, temporaryDirectory(t))
  await runtime.actor(Course, 'c1').send('name', { title: 'one' })
  for (const student of ['s1', 's2']) await joinCourse(runtime, 'c1', student)

  await runtime.actor(Course, 'c1').deleteStream({ reason: 'over' })
  await runtime.actor(Course, 'c2').send('name', { title: 'one' })

  assert.equal(await runtime.claims.owner(Course, 'title', 'one'), 'Course-c2')
  assert.deepEqual(await collect(runtime.log.read({ tags: ['course:c1'] })), [])
  await assert.rejects(joinCourse(runtime, 'c1', 's3'), { code: 'DRAMATIS_STREAM_ENDED' })
  const { actors, conflictsTotal } = await runtime.claims.rebuild(Course)
  assert.deepEqual([actors, conflictsTotal], [2, 0])
})

test('tags and claims of an imported log are made anew', async (t) => {
  const directory = temporaryDirectory(t)
  const first = await open(t, join(directory, 'one'))
  await first.actor(Course, 'c1').send('name', { title: 'one' })
  await joinCourse(first, 'c1', 's1')
  const file = join(directory, 'events.ndjson')
  await first.log.export({ file })
  await importLog({ file, dataDir: join(directory, 'two') })

  const second = await open(t, join(directory, 'two'))
  await second.reindexTags()
  await second.claims.rebuild(Course)

  assert.equal(await second.claims.owner(Course, 'title', 'one'), 'Course-c1')
  assert.equal((await collect(second.log.read({ tags: ['student:s1'] }))).length, 1)
})

test('events from before there were tags are found once they are indexed', async (t) => {
  const dataDir = temporaryDirectory(t)
  const old = await open(t, dataDir, defineApp({ actors: [OldCourse] }))
  for (let at = 0; at < 1_500; at++) {
    const course = `c${at % 3}`
    await old.actor(OldCourse, course).send('join', { course, pupil: `s${at}` })
  }
  await old.close()
  const runtime = await open(t, dataDir, defineApp({ actors: [NewCourse] }))
  const found = async (tag: string) => (await collect(runtime.log.read({ tags: [tag] }))).length
  const progress: number[] = []

  const before = await found('course:c1')
  const indexed = await runtime.reindexTags({
    onProgress: ({ position }) => progress.push(position),
  })
  await runtime.reindexTags()

  assert.deepEqual([before, await found('course:c1'), await found('student:s7')], [0, 500, 1])
  assert.deepEqual(indexed, { position: 1_500, head: 1_500, events: 1_500 })
  assert.deepEqual(progress, [1_024, 1_500])
  const seen = await runtime
    .decide(
      { types: [NewCourse.creators.StudentJoined], tags: ['student:s7'] },
      ([event], { reject }) => reject(event?.data.courseId ?? 'none'),
    )
    .catch((error) => error.reason)
  assert.equal(seen, 'c1')
})

test('indexing can be ended early, and begun again', async (t) => {
  const dataDir = temporaryDirectory(t)
  const old = await open(t, dataDir, defineApp({ actors: [OldCourse] }))
  for (let at = 0; at < 1_100; at++) {
    await old.actor(OldCourse, 'c1').send('join', { course: 'c1', pupil: `s${at}` })
  }
  await old.close()
  const runtime = await open(t, dataDir, defineApp({ actors: [NewCourse] }))
  const controller = new AbortController()

  const partly = await runtime.reindexTags({
    signal: controller.signal,
    onProgress: () => controller.abort(),
  })
  const found = (await collect(runtime.log.read({ tags: ['course:c1'] }))).length
  await runtime.reindexTags()

  assert.deepEqual([partly.position, found], [1_024, 1_024])
  assert.equal((await collect(runtime.log.read({ tags: ['course:c1'] }))).length, 1_100)
})

const badQueries: readonly unknown[] = [
  undefined,
  null,
  'course:c1',
  [],
  {},
  { tags: [] },
  { tags: 'course:c1' },
  { tags: [''] },
  { tags: [7] },
  { tags: ['x'.repeat(201)] },
  { tags: ['\ud800'] },
  { tags: ['a'], types: [] },
  { tags: ['a'], types: [7] },
  { tags: ['a'], types: [() => {}] },
  { tags: ['a'], type: 'X' },
  { tags: Array.from({ length: 21 }, (_, at) => `${at}`) },
  Array.from({ length: 21 }, () => ({ tags: ['a'] })),
]

for (const [at, query] of badQueries.entries()) {
  test(`bad query ${at} is refused, and its function is not called`, async (t) => {
    const runtime = await open(t, undefined)

    const refused = runtime.decide(query as never, () => assert.fail())

    await assert.rejects(refused, { code: 'DRAMATIS_INVALID_ARGUMENT' })
  })
}

test('what is misspelt or closed is refused', async (t) => {
  const runtime = await open(t, undefined)
  const invalid = { code: 'DRAMATIS_INVALID_ARGUMENT' }
  const bare = defineActor('Bare', {
    ...{ initialState: () => 0 },
    events: {},
    evolve: {},
    commands: {},
  })

  assert.throws(() => runtime.log.read({ tags: [] }), invalid)
  assert.throws(() => runtime.log.read({ tags: ['a'], live: true }), invalid)
  await assert.rejects(runtime.decide({ tags: ['a'] }, 'x' as never), invalid)
  await assert.rejects(runtime.reindexTags({ signals: 1 } as never), invalid)
  await assert.rejects(runtime.claims.owner(Course, 'titel' as never, 'a'), invalid)
  await assert.rejects(runtime.claims.owner(Course, 'title', 7 as never), invalid)
  await assert.rejects(runtime.claims.rebuild(bare), { code: 'DRAMATIS_UNKNOWN_ACTOR' })
  await runtime.close()
  const closed = { code: 'DRAMATIS_CLOSED' }
  await assert.rejects(
    runtime.decide({ tags: ['a'] }, () => []),
    closed,
  )
  await assert.rejects(runtime.reindexTags(), closed)
  await assert.rejects(runtime.claims.owner(Course, 'title', 'a'), closed)
  await assert.rejects(runtime.claims.rebuild(Course), closed)
})

const badTags: readonly [string, unknown][] = [
  ['nothing', undefined],
  ['a text', 'course:c1'],
  ['a list with a number', ['a', 7]],
  ['an empty text', ['']],
  ['a long text', ['x'.repeat(201)]],
  ['too many', Array.from({ length: 21 }, (_, at) => `${at}`)],
  ['a promise', Promise.resolve([])],
]

for (const [what, tags] of badTags) {
  test(`tags that are ${what} fail their command, and nothing is written`, async (t) => {
    let isBad = true
    const Odd = defineActor('Odd', {
      initialState: () => 0,
      events: { Bumped: defineEvent({}, { tags: () => (isBad ? (tags as never) : ['fine']) }) },
      evolve: { Bumped: (count) => count + 1 },
      commands: { bump: { schema: {}, decide: (_s, _c, { events }) => events.Bumped({}) } },
    })
    const runtime = await open(t, undefined, defineApp({ actors: [Odd] }))

    await assert.rejects(runtime.actor(Odd, '1').send('bump', {}), {
      code: 'DRAMATIS_INVALID_TAGS',
      type: 'Bumped',
      streamId: 'Odd-1',
    })
    isBad = false
    await runtime.actor(Odd, '1').send('bump', {})

    assert.equal((await collect(runtime.log.read({ tags: ['fine'] }))).length, 1)
  })
}

test('definitions refuse what can be no tags and no claims', () => {
  const rest = { initialState: () => 0, events: {}, evolve: {}, commands: {} }

  for (const unique of [{ email: 'x' }, [], { 'a-b': () => 'x' }, 7]) {
    assert.throws(() => defineActor('X', { ...rest, unique } as never), {
      code: 'DRAMATIS_INVALID_ARGUMENT',
    })
  }
  assert.throws(() => defineEvent({}, { tags: ['a'] } as never), {
    code: 'DRAMATIS_INVALID_ARGUMENT',
  })
})
