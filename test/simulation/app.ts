/**
 * The app of the simulation: accounts whose events say what they are a part of and on which state they
 * were decided, a mirror of them that a handler keeps by commands, a handler that only notifies, and two
 * views that show it when an event is missing, doubled or out of order.
 */

import {
  type AnyActor,
  type AppDefinition,
  defineActor,
  defineApp,
  defineEvent,
  defineHandler,
  defineProjector,
  rowType,
} from '../../src/index.js'
import type { AppPlan } from './plan.js'
import type { DeliveredEvent, World } from './world.js'

const whole = 'number|integer'

/** Which command an event is of, and which part of it. */
const origin = { token: 'string', group: 'string', at: whole, of: whole } as const
/** The state that it was decided on. */
const basis = { eventsBefore: whole, sumBefore: whole } as const
const added = { ...origin, ...basis, amount: whole, part: whole, parts: whole } as const

export interface AccountState {
  readonly events: number
  readonly sum: number
  readonly name: string
}

/** Recorded by the accounts; the fields of all types of events together. */
export interface AccountData {
  readonly token: string
  readonly group: string
  readonly at: number
  readonly of: number
  readonly part: number
  readonly parts: number
  readonly amount: number
  readonly eventsBefore: number
  readonly sumBefore: number
  readonly name: string
  readonly dueAtMs: number
}

function defineAccount(plan: AppPlan, world: World) {
  return defineActor('Account', {
    initialState: (): AccountState => ({ events: 0, sum: 0, name: '' }),
    events: {
      Added: defineEvent(added),
      Named: defineEvent({ ...origin, ...basis, name: 'string|empty:true' }),
      Rung: defineEvent({ token: 'string', dueAtMs: whole }),
    },
    evolve: {
      Added: (state, { data }) => ({
        ...state,
        events: state.events + 1,
        sum: state.sum + data.amount,
      }),
      Named: (state, { data }) => ({ ...state, events: state.events + 1, name: data.name }),
      Rung: (state) => ({ ...state, events: state.events + 1 }),
    },
    commands: {
      add: {
        schema: { ...origin, amount: whole, parts: whole },
        decide: ({ events: eventsBefore, sum: sumBefore }, command, { events }) =>
          Array.from({ length: command.parts }, (_each, at) =>
            events.Added({ ...command, part: at + 1, eventsBefore, sumBefore }),
          ),
      },
      spend: {
        schema: { ...origin, amount: whole },
        decide: ({ events: eventsBefore, sum: sumBefore }, command, { events, reject }) =>
          sumBefore < command.amount
            ? reject('TOO_LITTLE', JSON.stringify([eventsBefore, sumBefore]))
            : events.Added({
                ...{ ...command, amount: -command.amount },
                ...{ part: 1, parts: 1, eventsBefore, sumBefore },
              }),
      },
      name: {
        schema: { ...origin, name: 'string|empty:true' },
        decide: ({ events: eventsBefore, sum: sumBefore }, command, { events }) =>
          events.Named({ ...command, eventsBefore, sumBefore }),
      },
      ring: {
        schema: { token: 'string', dueAtMs: whole },
        decide: (_state, command, { events, metadata }) => {
          world.noteFiring(metadata.commandId)
          return events.Rung(command)
        },
      },
    },
    snapshot: { everyEvents: plan.snapshotEvery, onPassivation: plan.snapshotOnPassivation },
    unique: { name: (state) => (state.name === '' ? null : state.name) },
  })
}

export type AccountActor = ReturnType<typeof defineAccount>

export const Mirror = defineActor('Mirror', {
  initialState: () => ({ sum: 0 }),
  events: { Mirrored: defineEvent({ from: whole, amount: whole }) },
  evolve: { Mirrored: (state, { data }) => ({ sum: state.sum + data.amount }) },
  commands: {
    mirror: {
      schema: { from: whole, amount: whole },
      decide: (_state, command, { events }) => events.Mirrored(command),
    },
  },
})

export interface TotalRow {
  readonly events: number
  readonly sum: number
  readonly lastVersion: number
}

/** How many rows the view of the newest events keeps. */
export const recentKept = 6

export interface SimulatedApp {
  readonly definition: AppDefinition
  readonly Account: AccountActor
}

/** The key under which handlers keep an event in order. */
export function keyOf(plan: AppPlan, event: { streamId: string; aggregateId: string }): string {
  return plan.sharesKeys ? `shard ${event.aggregateId.charCodeAt(0) % 2}` : event.streamId
}

/** @param world - What the handlers reach, and what they are kept from. */
export function defineSimulatedApp(plan: AppPlan, world: World): SimulatedApp {
  const Account = defineAccount(plan, world)
  const actors: readonly [AccountActor, typeof Mirror] = [Account, Mirror]
  const definition = defineApp({
    actors: [...actors] as AnyActor[],
    projectors: defineViews(actors),
    handlers: defineHandlers(plan, world, actors),
  })
  return { definition, Account }
}

function defineViews([Account, Copy]: readonly [AccountActor, typeof Mirror]) {
  const Totals = defineProjector('Totals', {
    version: 1,
    from: [Account],
    row: rowType<TotalRow>(),
    indexes: { bySum: (row) => [row.sum] },
    on: {
      Added: ({ aggregateId, version, data }, view) =>
        view.upsert(aggregateId, (row) => countedIn(row, version, data.amount)),
      Named: ({ aggregateId, version }, view) =>
        view.upsert(aggregateId, (row) => countedIn(row, version, 0)),
      Rung: ({ aggregateId, version }, view) =>
        view.upsert(aggregateId, (row) => countedIn(row, version, 0)),
    },
  })
  const keep = (
    position: number,
    view: { put(id: string, row: { position: number }): void; remove(id: string): void },
  ): void => {
    view.put(`${position}`, { position })
    view.remove(`${position - recentKept}`)
  }
  const Recent = defineProjector('Recent', {
    version: 1,
    from: [Account, Copy],
    row: rowType<{ readonly position: number }>(),
    indexes: {},
    on: {
      Added: ({ position }, view) => keep(position, view),
      Named: ({ position }, view) => keep(position, view),
      Rung: ({ position }, view) => keep(position, view),
      Mirrored: ({ position }, view) => keep(position, view),
    },
  })
  return [Totals, Recent]
}

function countedIn(row: TotalRow | undefined, version: number, amount: number): TotalRow {
  const { events, sum } = row ?? { events: 0, sum: 0 }
  return { events: events + 1, sum: sum + amount, lastVersion: version }
}

function defineHandlers(
  plan: AppPlan,
  world: World,
  [Account, Copy]: readonly [AccountActor, typeof Mirror],
) {
  const { partitions, deadLetter, attemptsMax, retriesAtOnce, delayMs } = plan
  const options = {
    partitions,
    deadLetter,
    retry: { attemptsMax, retriesAtOnce, delayMs },
    // Longer than the clock ever moves at once: no delivery is given up here.
    timeoutMs: 3_600_000,
    key: (event: DeliveredEvent) => keyOf(plan, event),
  }
  const mirroring = defineHandler('mirroring', {
    ...options,
    from: [Account],
    on: {
      Added: (event, context) =>
        world.deliver(event, context, async () => {
          const command = { from: event.position, amount: event.data.amount }
          await context.send(Copy, event.aggregateId, 'mirror', command)
        }),
    },
  })
  const notify = (event: DeliveredEvent, context: Parameters<World['deliver']>[1]) =>
    world.deliver(event, context, async () => {})
  const notifying = defineHandler('notifying', {
    ...options,
    from: [Account, Copy],
    on: { Added: notify, Named: notify, Rung: notify, Mirrored: notify },
  })
  return [mirroring, notifying]
}

/** The types of events that each handler wants. */
export const wantedTypes = {
  mirroring: ['Added'],
  notifying: ['Added', 'Named', 'Rung', 'Mirrored'],
} as const
