/**
 * A small actor that the tests of definitions build on.
 */

import { defineActor } from '../../src/define/actor.js'
import { defineEvent } from '../../src/define/event.js'

export const Counter = defineActor('Counter', {
  initialState: () => ({ count: 0 }),
  events: {
    CountChanged: defineEvent({ by: 'number|integer' }),
    CountReset: defineEvent({}, { version: 2, upcast: { 1: () => ({}) } }),
  },
  evolve: {
    CountChanged: (state, event) => ({ count: state.count + event.data.by }),
    CountReset: () => ({ count: 0 }),
  },
  commands: {
    change: {
      schema: { by: 'number|integer' },
      decide: (_state, command, { events }) => events.CountChanged(command),
    },
    reset: { schema: {}, decide: (_state, _command, { events }) => [events.CountReset({})] },
  },
})

/** The definition that {@link Counter} is made of, with changes that its types would not allow. */
export function counterWith(changes: Readonly<Record<string, unknown>>): never {
  return {
    initialState: Counter.initialState,
    events: { ...Counter.events },
    evolve: { ...Counter.evolve },
    commands: { ...Counter.commands },
    ...changes,
  } as never
}

/** What an invalid argument throws. */
export function invalid(argument: string, message: RegExp): object {
  return { code: 'DRAMATIS_INVALID_ARGUMENT', argument, message }
}

/** Names that are none, for anything that has the name of a type. */
export const badTypeNames: readonly unknown[] = [
  '',
  '1a',
  'a-b',
  'a b',
  'é',
  '_a',
  'x'.repeat(101),
  undefined,
  null,
  7,
  {},
]
