/**
 * A club with some of everything that a store can hold: snapshots, tags, claims, personal fields, closed and deleted
 * streams, a view with an index, a handler that parks keys, a saga that sets timers, timers of the host.
 */

import { cp } from 'node:fs/promises'
import {
  type AppDefinition,
  defineActor,
  defineApp,
  defineEvent,
  defineHandler,
  defineProjector,
  defineSaga,
  openRuntime,
  type Runtime,
  rowType,
  TerminalError,
} from '../../../src/index.js'
import { TemporaryDirectory } from '../../store/temporary.js'
import type { Scope } from '../../support/scope.js'

interface MemberState {
  readonly email: string | null
  readonly points: number
}

const joined = { name: 'string', email: 'string' } as const
const scored = { points: 'number|integer' } as const

export const Member = defineActor('Member', {
  initialState: (): MemberState => ({ email: null, points: 0 }),
  events: {
    Joined: defineEvent(joined, {
      tags: (_event) => ['club'],
      personal: { name: (_data, { aggregateId }) => aggregateId },
    }),
    Scored: defineEvent(scored),
  },
  evolve: {
    Joined: (state, { data }) => ({ ...state, email: data.email }),
    Scored: (state, { data }) => ({ ...state, points: state.points + data.points }),
  },
  commands: {
    join: { schema: joined, decide: (_state, command, { events }) => events.Joined(command) },
    score: { schema: scored, decide: (_state, command, { events }) => events.Scored(command) },
  },
  unique: { email: (state) => state.email },
  snapshot: { everyEvents: 3 },
})

export const Points = defineProjector('Points', {
  version: 1,
  from: [Member],
  row: rowType<{ readonly id: string; readonly points: number }>(),
  indexes: { byPoints: (row) => [row.points] },
  on: {
    Joined: ({ aggregateId }, view) => view.put(aggregateId, { id: aggregateId, points: 0 }),
    Scored: ({ aggregateId, data }, view) =>
      view.update(aggregateId, (row) => ({ ...row, points: row.points + data.points })),
  },
})

/** Refuses members whose id ends with 7. */
export const cheering = defineHandler('cheering', {
  from: [Member],
  partitions: 4,
  on: {
    Scored: ({ aggregateId }) => {
      if (aggregateId.endsWith('7')) throw new TerminalError('no cheers for sevens')
    },
  },
})

export const Renewing = defineSaga('Renewing', {
  from: [Member],
  startOn: 'Joined',
  state: () => ({ reminded: 0 }),
  on: {
    Joined: (_state, _event, { schedule, message }) =>
      schedule('renew', { afterMs: 86_400_000 }, message('renew')),
  },
  messages: { renew: (_state, _data, { complete }) => complete() },
})

export const club: AppDefinition = defineApp({
  actors: [Member],
  projectors: [Points],
  handlers: [cheering],
  sagas: [Renewing],
})

export async function openClub(directory: TemporaryDirectory, dataDir?: string): Promise<Runtime> {
  const path = dataDir ?? directory.path
  return directory.closing(await openRuntime({ app: club, dataDir: path, workers: 'inline' }))
}

/** Members join, and score; some leave, some are forgotten. */
export async function keepBusy(runtime: Runtime, members: number, rounds: number): Promise<void> {
  const ids = Array.from({ length: members }, (_each, at) => String(at))
  await Promise.all(
    ids.map((id) => {
      const member = { name: `name ${id}`, email: `${id}@club.test` }
      return runtime.actor(Member, id).send('join', member)
    }),
  )
  for (let round = 0; round < rounds; round++) {
    await Promise.all(
      ids.map((id) => runtime.actor(Member, id).send('score', { points: round + Number(id) })),
    )
  }
}

/** A copy of a closed directory: making one takes longer. */
export async function copyOf(t: Scope, original: TemporaryDirectory): Promise<TemporaryDirectory> {
  const directory = await TemporaryDirectory.make(t)
  await cp(original.path, directory.path, { recursive: true })
  return directory
}

/** A closed directory with some of everything. */
export async function busyDirectory(t: Scope): Promise<TemporaryDirectory> {
  const directory = await TemporaryDirectory.make(t)
  const runtime = await openClub(directory)
  await keepBusy(runtime, 20, 6)
  // One commit each: so many that heads go to their table.
  for (let n = 0; n < 70; n++) await runtime.actor(Member, '0').send('score', { points: n })
  await runtime.actor(Member, '1').closeStream()
  await runtime.actor(Member, '2').deleteStream({ reason: 'left' })
  await runtime.forget('3')
  const bonus = runtime.actor(Member, '4').command('score', { points: 1 })
  await runtime.schedule('bonus', bonus, { afterMs: 3_600_000 })
  const position = runtime.log.head
  await runtime.caughtUp(position, { view: Points })
  await runtime.caughtUp(position, { handler: cheering })
  await runtime.close()
  return directory
}
