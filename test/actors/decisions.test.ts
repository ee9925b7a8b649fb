import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import type { ActorSystem } from '../../src/actors/actor-system.js'
import type { DecideOverEvents } from '../../src/actors/decisions.js'
import { ManualClock } from '../../src/base/manual-clock.js'
import type { RecordedEvent } from '../../src/events/event.js'
import { openMemoryEventStore } from '../../src/store/memory/memory-event-store.js'
import { readLog } from '../../src/store/read-log.js'
import { collect } from '../../src/testing/index.js'
import { onEnd } from '../support/scope.js'
import { openWorkplace, stateOf, turns, type Workplace, type WorkplaceOptions } from './account.js'
import { Course, eventsOf } from './courses.js'

const { CourseOpened, StudentJoined } = Course.creators

function openCourses(t: TestContext, options: WorkplaceOptions = {}): Promise<Workplace> {
  return openWorkplace(t, { actors: [Course], ...options })
}

function open(system: ActorSystem, courseId: string, seats: number): Promise<unknown> {
  return system.send(Course, courseId, 'open', { courseId, seats })
}

function to(courseId: string, ...events: readonly unknown[]): object {
  return { actor: Course, aggregateId: courseId, events }
}

/** A student joins while there are seats. At most one of each student. */
function joins(courseId: string, studentId: string): DecideOverEvents {
  return (events, { reject }) => {
    const ofCourse = events.filter(
      ({ data }) => (data as { courseId: string }).courseId === courseId,
    )
    const course = ofCourse.findLast(({ type }) => type === 'CourseOpened')
    const seats = (course?.data as { seats: number } | undefined)?.seats ?? 0
    const joined = ofCourse.filter(({ type }) => type === 'StudentJoined')
    if (joined.some(({ data }) => (data as { studentId: string }).studentId === studentId))
      return []
    if (joined.length >= seats) return reject('FULL', `${seats} seats`)
    return to(courseId, StudentJoined({ courseId, studentId }))
  }
}

function join(system: ActorSystem, courseId: string, studentId: string) {
  const query = eventsOf(`course:${courseId}`, `student:${studentId}`)
  return system.decide(query, joins(courseId, studentId))
}

function codeOf(sent: Promise<unknown>): Promise<string> {
  return sent.then(
    () => 'accepted',
    (error) => error.code,
  )
}

test('what is decided over the events of tags is recorded, and its actor knows', async (t) => {
  const { system, store } = await openCourses(t)
  await open(system, 'c1', 2)
  await open(system, 'c2', 2)

  const receipt = await join(system, 'c1', 's1')

  assert.equal(receipt.position, 3)
  assert.deepEqual(receipt.events, (await collect(readLog(store))).slice(2))
  assert.deepEqual(await system.state(Course, 'c1'), { seats: 2, students: 1 })
})

for (const [students, seats] of [
  [40, 1],
  [40, 7],
] as const) {
  test(`of ${students} who decide at once for ${seats} seats, exactly ${seats} get one`, async (t) => {
    const { system } = await openCourses(t)
    await open(system, 'c1', seats)

    const sent = Array.from({ length: students }, (_, at) => codeOf(join(system, 'c1', `s${at}`)))
    const codes = await Promise.all(sent)

    assert.equal(codes.filter((code) => code === 'accepted').length, seats)
    const refused = codes.filter((code) => code === 'DRAMATIS_COMMAND_REJECTED')
    assert.equal(refused.length, students - seats)
    const { accepted, rejected, failed } = system.status()
    assert.deepEqual([accepted, rejected, failed], [seats + 1, students - seats, 0])
    assert.deepEqual(await system.state(Course, 'c1'), { seats, students: seats })
  })
}

test('a rejection carries its reason, and the tags in place of a stream', async (t) => {
  const { system } = await openCourses(t)

  await assert.rejects(join(system, 'c1', 's1'), {
    code: 'DRAMATIS_COMMAND_REJECTED',
    reason: 'FULL',
    detail: '0 seats',
    streamId: 'course:c1, student:s1',
  })
})

test('events in between that the query finds have it decided again', async (t) => {
  const { system } = await openCourses(t)
  await open(system, 'c1', 5)
  const seen: number[] = []
  const payload = { courseId: 'c1', studentId: 'late' }

  await system.decide(eventsOf('course:c1'), (events) => {
    seen.push(events.length)
    // Sent from inside: it runs after this, and before the events of this one are staged.
    if (seen.length < 3) void system.send(Course, 'c1', 'force', payload)
    return to('c1', StudentJoined({ courseId: 'c1', studentId: 's1' }))
  })

  assert.deepEqual(seen, [1, 2, 3])
  assert.deepEqual(await system.state(Course, 'c1'), { seats: 5, students: 3 })
})

test('events in between that the query does not find are no reason to decide again', async (t) => {
  const { system } = await openCourses(t)
  await open(system, 'c1', 5)
  let calls = 0

  await system.decide(eventsOf('course:c1'), () => {
    calls++
    void system.send(Course, 'c1', 'note', {})
    void system.send(Course, 'c2', 'open', { courseId: 'c2', seats: 1 })
    return to('c1', StudentJoined({ courseId: 'c1', studentId: 's1' }))
  })

  assert.equal(calls, 1)
})

test('one that never comes through is given up after decisionAttemptsMax, with nothing written', async (t) => {
  const { system, store } = await openCourses(t, { limits: { decisionAttemptsMax: 3 } })
  await open(system, 'c1', 5)
  const payload = { courseId: 'c1', studentId: 'late' }

  const never = system.decide(eventsOf('course:c1'), () => {
    void system.send(Course, 'c1', 'force', payload)
    return to('c1', StudentJoined({ courseId: 'c1', studentId: 's1' }))
  })

  await assert.rejects(never, {
    code: 'DRAMATIS_BOUNDARY_CONFLICT',
    attempts: 3,
    tags: ['course:c1'],
  })
  await turns()
  assert.equal(store.head, 4)
  const { commandsInFlight, failed } = system.status()
  assert.deepEqual([commandsInFlight, failed], [0, 1])
})

test('it reads what is staged and not durable, and its own answer waits for that', async (t) => {
  const { system, holdCommits } = await openCourses(t)
  await open(system, 'c1', 1)
  const commit = holdCommits()

  const first = join(system, 'c1', 's1')
  await turns()
  const refused = codeOf(join(system, 'c1', 's2'))
  const nothing = join(system, 'c1', 's1')
  const before = [await stateOf(refused), await stateOf(nothing)]
  commit.resolve()

  assert.deepEqual(before, ['pending', 'pending'])
  assert.equal((await first).position, 2)
  assert.equal(await refused, 'DRAMATIS_COMMAND_REJECTED')
  assert.deepEqual(await nothing, { events: [], position: 0 })
})

test('when the commit that it rests on fails, so does its outcome', async (t) => {
  const { system, holdCommits } = await openCourses(t)
  await open(system, 'c1', 1)
  const commit = holdCommits()

  const first = codeOf(join(system, 'c1', 's1'))
  await turns()
  const refused = codeOf(join(system, 'c1', 's2'))
  const other = codeOf(
    system.decide(eventsOf('course:c1'), () =>
      to('c2', CourseOpened({ courseId: 'c2', seats: 1 })),
    ),
  )
  await turns()
  commit.reject(new Error('disk on fire'))

  assert.deepEqual(await Promise.all([first, refused, other]), [
    'DRAMATIS_COMMIT_UNKNOWN',
    'DRAMATIS_STORE_STOPPED',
    'DRAMATIS_STORE_STOPPED',
  ])
  await turns()
  assert.equal(await codeOf(join(system, 'c1', 's2')), 'accepted')
  assert.deepEqual(await system.state(Course, 'c1'), { seats: 1, students: 1 })
})

test('events for several actors are one commit, in the order of the log', async (t) => {
  const { system } = await openCourses(t)

  const { events } = await system.decide(eventsOf('course:c1'), () => [
    to('c2', CourseOpened({ courseId: 'c2', seats: 1 })),
    to('c1', CourseOpened({ courseId: 'c1', seats: 1 })),
    to('c2', StudentJoined({ courseId: 'c2', studentId: 's1' })),
  ])

  assert.deepEqual(
    events.map(({ id, position }) => [id, position]),
    [
      ['Course-c2@1', 1],
      ['Course-c2@2', 2],
      ['Course-c1@1', 3],
    ],
  )
  assert.equal(system.status().commits, 1)
})

const badDecisions: readonly [string, unknown, string][] = [
  ['nothing', undefined, 'DRAMATIS_INVALID_DECISION'],
  ['a text', 'x', 'DRAMATIS_INVALID_DECISION'],
  ['a promise', Promise.resolve([]), 'DRAMATIS_INVALID_DECISION'],
  ['a bare event', CourseOpened({ courseId: 'c', seats: 1 }), 'DRAMATIS_INVALID_DECISION'],
  ['an append of nothing', to('c1'), 'DRAMATIS_INVALID_DECISION'],
  ['an unknown actor', { ...to('c1', {}), actor: 'X' }, 'DRAMATIS_UNKNOWN_ACTOR'],
  ['a bad id', to('', CourseOpened({ courseId: 'c', seats: 1 })), 'DRAMATIS_INVALID_ID'],
  ['an unknown event', to('c1', { type: 'X', data: {} }), 'DRAMATIS_INVALID_DECISION'],
  ['a bad payload', to('c1', { type: 'CourseOpened', data: {} }), 'DRAMATIS_SCHEMA_MISMATCH'],
  [
    'an object that throws',
    new Proxy(
      {},
      {
        get: () => {
          throw new Error('no')
        },
      },
    ),
    'DRAMATIS_INVALID_DECISION',
  ],
]

for (const [what, decided, code] of badDecisions) {
  test(`a function that returns ${what} fails with ${code}, and nothing is written`, async (t) => {
    const { system, store } = await openCourses(t)

    const good = to('c1', CourseOpened({ courseId: 'c1', seats: 1 }))
    assert.equal(await codeOf(system.decide(eventsOf('a'), () => decided)), code)
    assert.equal(await codeOf(system.decide(eventsOf('a'), () => [good, decided])), code)

    assert.deepEqual([store.head, system.status().commandsInFlight], [0, 0])
    assert.equal((await system.decide(eventsOf('a'), () => good)).position, 1)
  })
}

test('a function that throws fails with its error as the cause', async (t) => {
  const { system } = await openCourses(t)
  const cause = new Error('broken')

  const failed = system.decide(eventsOf('a'), () => {
    throw cause
  })

  await assert.rejects(failed, { code: 'DRAMATIS_DECIDE_FAILED', cause })
})

test('bounds: events read, actors changed, options', async (t) => {
  const { system, store } = await openCourses(t, {
    limits: { decisionEventsMax: 1, transactActorsMax: 1 },
  })
  await open(system, 'c1', 1)
  await open(system, 'c1', 2)
  const events = ['c2', 'c3'].map((id) => to(id, CourseOpened({ courseId: id, seats: 1 })))

  await assert.rejects(
    system.decide(eventsOf('course:c1'), () => []),
    { code: 'DRAMATIS_OVERLOADED', limit: 'decisionEventsMax' },
  )
  await assert.rejects(
    system.decide(eventsOf('course:c2'), () => events),
    { code: 'DRAMATIS_OVERLOADED', limit: 'transactActorsMax' },
  )
  await assert.rejects(
    system.decide(eventsOf('a'), () => [], { commandId: 'x' } as object),
    { code: 'DRAMATIS_INVALID_ARGUMENT' },
  )
  assert.equal(store.head, 2)
})

test('a caller that gives up while it waits leaves the turn to the next', async (t) => {
  const { system, store, clock } = await openCourses(t)
  await open(system, 'c1', 5)
  const readTagged = store.readTagged.bind(store)
  const blocked = new Promise<void>((resolve) => onEnd(t, resolve))
  let isBlocked = true
  let free: () => void = () => {}
  const freed = new Promise<void>((resolve) => {
    free = resolve
  })
  store.readTagged = async function* (query, options) {
    if (isBlocked) await Promise.race([blocked, freed])
    yield* readTagged(query, options)
  }
  const controller = new AbortController()

  const decide = joins('c1', 's1')
  const late = system.decide(eventsOf('course:c1'), decide, { timeoutMs: 100 })
  const aborted = system.decide(eventsOf('course:c1'), decide, { signal: controller.signal })
  const next = join(system, 'c1', 's2')
  const codes = [codeOf(late), codeOf(aborted)]
  await turns()
  clock.advance(100)
  controller.abort()
  const givenUp = await Promise.all(codes)
  isBlocked = false
  free()

  assert.deepEqual(givenUp, ['DRAMATIS_COMMAND_TIMEOUT', 'DRAMATIS_COMMAND_ABORTED'])
  assert.equal((await next).events[0]?.version, 2)
  assert.equal(
    await codeOf(system.decide(eventsOf('a'), () => [], { signal: AbortSignal.abort() })),
    'DRAMATIS_COMMAND_ABORTED',
  )
})

test('one that has run when its caller gives up is recorded, and the error says so', async (t) => {
  const { system, store, clock, holdCommits } = await openCourses(t)
  await open(system, 'c1', 5)
  const commit = holdCommits()

  const late = system.decide(eventsOf('course:c1'), joins('c1', 's1'), { timeoutMs: 100 })
  const refused = assert.rejects(late, { code: 'DRAMATIS_COMMAND_TIMEOUT', accepted: true })
  await turns()
  clock.advance(100)
  await refused
  commit.resolve()
  await turns()

  assert.equal(store.head, 2)
  assert.equal(system.status().commandsInFlight, 0)
})

test('a closing system takes no decision', async (t) => {
  const { system } = await openCourses(t)
  await system.close()

  assert.equal(await codeOf(join(system, 'c1', 's1')), 'DRAMATIS_CLOSED')
})

test('events have the metadata of their decision', async (t) => {
  const { system } = await openCourses(t)
  const occurredAt = new Date(1_600_000_000_000)

  const { events } = await system.decide(
    eventsOf('a'),
    () => to('c1', CourseOpened({ courseId: 'c1', seats: 1 })),
    { userId: 'ann', correlationId: 'k', metadata: { tenant: 'acme' }, occurredAt },
  )

  const { userId, correlationId, tenant } = events[0]!.metadata
  assert.deepEqual([userId, correlationId, tenant], ['ann', 'k', 'acme'])
  assert.deepEqual(events[0]?.occurredAt, occurredAt)
})

interface Step {
  readonly course: number
  readonly student: number
  readonly isForced: boolean
  readonly turns: number
}

const step: fc.Arbitrary<Step> = fc.record({
  course: fc.nat(2),
  student: fc.nat(5),
  isForced: fc.boolean(),
  turns: fc.nat(2),
})

/** Replays the log one event at a time: each one that was decided is what deciding it then gives. */
function auditDecisions(log: readonly RecordedEvent[]): void {
  for (const [at, event] of log.entries()) {
    const { courseId, studentId } = event.data as { courseId: string; studentId: string }
    if (event.metadata.userId !== 'decided') continue
    const before = log.slice(0, at).filter(({ data }) => {
      const other = data as { courseId: string; studentId?: string }
      return other.courseId === courseId || other.studentId === studentId
    })
    const again = joins(courseId, studentId)(before, { reject: (rejected) => ({ rejected }) })
    assert.deepEqual(again, to(courseId, StudentJoined({ courseId, studentId })))
  }
}

test('every decision in the log is what the events before it lead to, and so is every refusal', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.boolean(), async (steps, isSmall) => {
      const ends: (() => unknown)[] = []
      const t = { after: (end: () => unknown) => ends.push(end) } as never
      const limits = isSmall ? { commitEventsMax: 2, actorsMax: 6 } : {}
      const { system, store } = await openCourses(t, { limits, commitTurns: 1 })
      const courses = ['0', '1', '2']
      for (const id of courses) await open(system, id, 3)

      const sent: Promise<string>[] = []
      for (const { course, student, isForced, turns: pause } of steps) {
        const payload = { courseId: `${course}`, studentId: `${student}` }
        const query = eventsOf(`course:${course}`, `student:${student}`)
        sent.push(
          codeOf(
            isForced
              ? system.send(Course, `${course}`, 'force', payload)
              : system.decide(query, joins(`${course}`, `${student}`), { userId: 'decided' }),
          ),
        )
        await turns(pause)
      }
      const codes = await Promise.all(sent)
      const log = await collect(readLog(store))
      for (const end of ends.reverse()) await end()

      auditDecisions(log)
      for (const [at, { course, isForced }] of steps.entries()) {
        if (isForced) assert.equal(codes[at], 'accepted')
        if (codes[at] !== 'DRAMATIS_COMMAND_REJECTED') continue
        const joined = log.filter(
          ({ type, aggregateId }) => type === 'StudentJoined' && aggregateId === `${course}`,
        )
        assert.ok(joined.length >= 3)
      }
    }),
    { numRuns: 60 },
  )
})

test('a decision is repeated over a store that was stopped and opened again', async (t) => {
  const clock = new ManualClock()
  let isFailing = false
  const store = await openMemoryEventStore({
    clock,
    failpoint: () => {
      if (isFailing) throw new Error('disk on fire')
    },
  })
  const { system } = await openCourses(t, { store, clock })
  await open(system, 'c1', 1)
  isFailing = true
  const code = await codeOf(join(system, 'c1', 's1'))
  isFailing = false
  await turns()

  assert.equal(code, 'DRAMATIS_COMMIT_UNKNOWN')
  assert.equal((await join(system, 'c1', 's2')).position, 2)
})
