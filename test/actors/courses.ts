/** Courses and students: events that are found by tags, and a rule that is nobody's own. */

import type { DecisionQuery } from '../../src/actors/decisions.js'
import { defineActor } from '../../src/define/actor.js'
import { defineEvent } from '../../src/define/event.js'

const opened = { courseId: 'string', seats: 'number|integer' } as const
const joined = { courseId: 'string', studentId: 'string' } as const

export const Course = defineActor('Course', {
  initialState: () => ({ seats: 0, students: 0 }),
  events: {
    CourseOpened: defineEvent(opened, { tags: ({ courseId }) => [`course:${courseId}`] }),
    StudentJoined: defineEvent(joined, {
      tags: ({ courseId, studentId }) => [`course:${courseId}`, `student:${studentId}`],
    }),
    CourseNoted: defineEvent({}),
  },
  evolve: {
    CourseOpened: (state, event) => ({ ...state, seats: event.data.seats }),
    StudentJoined: (state) => ({ ...state, students: state.students + 1 }),
    CourseNoted: (state) => state,
  },
  commands: {
    open: { schema: opened, decide: (_state, command, { events }) => events.CourseOpened(command) },
    force: {
      schema: joined,
      decide: (_state, command, { events }) => events.StudentJoined(command),
    },
    note: { schema: {}, decide: (_state, _command, { events }) => events.CourseNoted({}) },
  },
  snapshot: { everyEvents: 5 },
})

/** Finds events with tags, whatever their types. */
export function eventsOf(...tags: readonly string[]): DecisionQuery {
  return { query: tags.map((tag) => ({ tags: [tag] })), partsOf: () => null }
}
