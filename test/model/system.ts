/**
 * What the model is compared with: a runtime on a store that can be restarted, and crashed.
 *
 * A crash comes when nothing is under way, so that the model knows what is left: all that was acknowledged.
 * Crashes in the middle of things are the simulation's.
 */

import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ManualClock } from '../../src/base/manual-clock.js'
import {
  type AppDefinition,
  defineActor,
  defineApp,
  defineEvent,
  defineHandler,
  defineProjector,
  type HandlerContext,
  openRuntime,
  type Runtime,
  rowType,
} from '../../src/index.js'
import { SimulatedDisk } from '../../src/testing/index.js'
import { turns } from '../subscriptions/until.js'
import { type AccountId, accounts, attemptsMax, stepMs } from './model.js'

export const Account = defineActor('Account', {
  initialState: () => ({ sum: 0 }),
  events: { Added: defineEvent({ amount: 'number' }), Rung: defineEvent({}) },
  evolve: {
    Added: (state, { data }) => ({ sum: state.sum + data.amount }),
    Rung: (state) => state,
  },
  commands: {
    add: {
      schema: { amount: 'number', parts: 'number' },
      decide: (_state, { amount, parts }, { events }) =>
        Array.from({ length: parts }, () => events.Added({ amount })),
    },
    spend: {
      schema: { amount: 'number' },
      decide: ({ sum }, { amount }, { events, reject }) =>
        amount > sum ? reject('TOO_LITTLE') : events.Added({ amount: -amount }),
    },
    ring: { schema: {}, decide: (_state, _command, { events }) => events.Rung({}) },
  },
  snapshot: { everyEvents: 3 },
})

export const Sums = defineProjector('Sums', {
  version: 1,
  from: [Account],
  row: rowType<{ readonly id: string; readonly sum: number; readonly events: number }>(),
  indexes: { bySum: (row) => [row.sum, row.id] },
  on: {
    Added: ({ aggregateId: id, data }, view) =>
      view.upsert(id, (row = { id, sum: 0, events: 0 }) => ({
        ...{ id, sum: row.sum + data.amount, events: row.events + 1 },
      })),
    Rung: ({ aggregateId: id }, view) =>
      view.upsert(id, (row = { id, sum: 0, events: 0 }) => ({ ...row, events: row.events + 1 })),
  },
})

/** What a store is to the system that stands on it. */
export interface Ground {
  readonly clock: ManualClock
  open(app: AppDefinition): Promise<Runtime>
  /** Leaves what the runtime has written, as a crash would. */
  crash(runtime: Runtime): Promise<void>
  release(): void
}

export function memoryGround(): Ground {
  const disk = new SimulatedDisk()
  return {
    clock: disk.clock,
    open: (app) => disk.openRuntime({ app }),
    crash: async () => disk.cutPower(),
    release: () => disk.cutPower(),
  }
}

/** Where files are in memory, if anywhere: what a flush does is looked at elsewhere, and takes its time. */
const memoryPath = '/dev/shm'

export function lmdbGround(): Ground {
  const root = mkdtempSync(join(existsSync(memoryPath) ? memoryPath : tmpdir(), 'dramatis-model-'))
  const clock = new ManualClock()
  let crashes = 0
  const dataDir = (): string => join(root, `${crashes}`)
  return {
    clock,
    open: (app) =>
      openRuntime({ app, dataDir: dataDir(), workers: 'inline', clock, freeBytesMin: 0 }),
    crash: async (runtime) => {
      const before = dataDir()
      // Snapshots are written off the path of commands: behind them comes this, which changes nothing.
      await turns()
      await runtime.actor(Account, 'nobody').deleteSnapshot()
      crashes += 1
      // The files as they are while the runtime has them open; only its lock it would not have left.
      cpSync(before, dataDir(), { recursive: true })
      rmSync(join(dataDir(), 'lock'), { force: true })
      await runtime.close()
      rmSync(before, { recursive: true })
    },
    release: () => rmSync(root, { recursive: true, force: true }),
  }
}

export class System {
  readonly broken = new Set<AccountId>()
  readonly handled: Readonly<Record<AccountId, number[]>> = { a: [], b: [], c: [] }
  readonly #ground: Ground
  readonly #app: AppDefinition
  runtime!: Runtime

  private constructor(ground: Ground) {
    this.#ground = ground
    const handle = (
      { aggregateId, version }: { readonly aggregateId: string; readonly version: number },
      _context: HandlerContext,
    ): void => {
      const id = accounts.find((each) => each === aggregateId)!
      if (this.broken.has(id)) throw new Error(`${id} is broken`)
      this.handled[id].push(version)
    }
    const noting = defineHandler('noting', {
      from: [Account],
      partitions: 2,
      retry: { attemptsMax, retriesAtOnce: 0, delayMs: stepMs, delayMsMax: stepMs },
      on: { Added: handle, Rung: handle },
    })
    this.#app = defineApp({ actors: [Account], projectors: [Sums], handlers: [noting] })
  }

  static async open(ground: Ground): Promise<System> {
    const system = new System(ground)
    system.runtime = await ground.open(system.#app)
    return system
  }

  get nowMs(): number {
    return this.#ground.clock.nowMs()
  }

  advance(byMs: number): void {
    this.#ground.clock.advance(byMs)
  }

  async restart(): Promise<void> {
    await this.runtime.close()
    this.runtime = await this.#ground.open(this.#app)
  }

  async crash(): Promise<void> {
    await this.#ground.crash(this.runtime)
    this.runtime = await this.#ground.open(this.#app)
  }

  async close(): Promise<void> {
    await this.runtime.close()
    this.#ground.release()
  }
}
