/** A log in memory and the books of one handler beside it: what the parts of a subscription work on. */

import { ManualClock } from '../../src/base/manual-clock.js'
import { createSeededRandom, type Random } from '../../src/base/random.js'
import { UpcastTable } from '../../src/events/upcasting.js'
import {
  type AnyProjector,
  type AppDefinition,
  defineApp,
  defineHandler,
  type HandlerDefinition,
  type HandlerOptions,
} from '../../src/index.js'
import type { RunTask } from '../../src/pool/contracts.js'
import type { EventStore } from '../../src/store/contracts.js'
import { openMemoryEventStore } from '../../src/store/memory/memory-event-store.js'
import { openMemoryTables } from '../../src/store/memory/memory-tables.js'
import type { TableDatabase } from '../../src/store/tables.js'
import { HandlerLedger } from '../../src/subscriptions/handler-ledger.js'
import type { KeyChange } from '../../src/subscriptions/pump-messages.js'
import { SubscribedEvents } from '../../src/subscriptions/subscribed-events.js'
import { createSubscriptionRunner } from '../../src/subscriptions/task-runner.js'
import { viewTables } from '../../src/subscriptions/view-keys.js'
import { WorkStore, workTables } from '../../src/subscriptions/work-store.js'
import { sampleEvent } from '../../src/testing/sample-events.js'
import { type Added, Counter } from './workplace.js'

export interface BooksSetup extends HandlerOptions {
  /** Of counters that gain an event each, in this order; the key of `a` is `Counter-a`. */
  readonly ids: readonly string[]
  readonly handle?: (event: Added, context: never) => unknown
  readonly projector?: AnyProjector
}

export class Books {
  readonly definition: HandlerDefinition
  readonly app: AppDefinition
  readonly clock: ManualClock
  readonly random: Random = createSeededRandom(7)
  readonly log: EventStore
  readonly work: WorkStore
  readonly ledger: HandlerLedger
  /** Of the projector, if there is one. */
  readonly rows: TableDatabase = openMemoryTables(viewTables)

  private constructor(
    app: AppDefinition,
    clock: ManualClock,
    log: EventStore,
    work: WorkStore,
    ledger: HandlerLedger,
  ) {
    this.definition = ledger.definition
    this.app = app
    this.clock = clock
    this.log = log
    this.work = work
    this.ledger = ledger
  }

  /** The handler has one partition, unless it says otherwise. */
  static async open({ ids, handle = () => {}, projector, ...options }: BooksSetup): Promise<Books> {
    const definition = defineHandler('h', {
      from: [Counter],
      partitions: 1,
      on: { Added: handle as never },
      ...options,
    })
    const projectors = projector === undefined ? [] : [projector]
    const app = defineApp({ actors: [Counter], handlers: [definition], projectors })
    const clock = new ManualClock()
    const log = await openMemoryEventStore({ clock })
    const work = new WorkStore(openMemoryTables(workTables))
    const ledger = await HandlerLedger.open(definition, work, clock, 0)
    const books = new Books(app, clock, log, work, ledger)
    await books.append(ids)
    return books
  }

  /** What the handler sees of the log. */
  get events(): SubscribedEvents {
    return new SubscribedEvents(new UpcastTable([Counter]), this.definition)
  }

  /** What threads run, on this one. */
  get runner(): RunTask {
    const { app, log, work, clock, random } = this
    const openView = async (): Promise<TableDatabase> => this.rows
    return createSubscriptionRunner({ app, log, work, clock, random, openView })
  }

  async append(ids: readonly string[], type = 'Added'): Promise<void> {
    for (const aggregateId of ids) {
      const events = [sampleEvent({ n: 1 }, type)]
      this.log.stage([{ aggregateType: 'Counter', aggregateId, expectedVersion: 'any', events }])
    }
    if (ids.length > 0) await this.log.commit()
  }

  /** Writes down what a pump says that happened, with everything up to a position passed. */
  async report(passed: number, ...changes: readonly KeyChange[]): Promise<void> {
    const cursors = [[0, passed]] as const
    await this.ledger.apply({ sequence: 1, cursors, handled: 0, retried: 0, changes })
  }
}

/** The key of a counter, in the one partition. */
export function keyOf(id: string): { readonly partition: number; readonly key: string } {
  return { partition: 0, key: `Counter-${id}` }
}

/** An event of a counter has failed. */
export function failed(id: string, position: number, next: 'later' | 'park'): KeyChange {
  return {
    ...keyOf(id),
    type: 'failed',
    position,
    attempt: 1,
    error: { name: 'Error', message: 'oops' },
    next: next === 'park' ? { kind: 'park', cause: 'TERMINAL' } : { kind: 'later', delayMs: 1_000 },
  }
}
