/**
 * What the runtime has to reach, as data: which figure of which answer, and how much of it.
 *
 * On two cores, with everything on: validation, metadata, checksums, receipts, fsync before the receipt.
 * Figures are named as the benchmarks name them.
 */

import type { Unit } from '../suite/answer.js'

/** One figure, and what it has to be. */
export interface Bound {
  /** The id of an answer. */
  readonly answer: string
  /** The name of a figure in it. */
  readonly figure: string
  /** The figure has to be in it. */
  readonly unit: Unit
  readonly is: 'at least' | 'at most'
  readonly value: number
  /** Of what, or until what: continues `at least 0.6`. */
  readonly says: string
}

/** One row of the table. */
export interface Target {
  /** Unique; what {@link remarks} are found by. */
  readonly id: string
  readonly what: string
  /** What the figures of this row survive. */
  readonly durability: string
  readonly bounds: readonly Bound[]
}

const perGroup = 'power loss: fsync per group, before the receipt'
const perEvent = 'power loss: fsync per command, before the receipt'
const readOnly = 'nothing is written; the log is durable'

/** A ratio that should be large. */
function atLeast(value: number, answer: string, figure: string, says: string): Bound {
  return { answer, figure, unit: 'ratio', is: 'at least', value, says }
}

function atMost(value: number, unit: Unit, answer: string, figure: string, says: string): Bound {
  return { answer, figure, unit, is: 'at most', value, says }
}

export const targets: readonly Target[] = [
  {
    id: 'commands',
    what: 'Durable commands, 1,000 actors, 1,000 in flight',
    durability: perGroup,
    bounds: [
      atLeast(0.6, 'commands', 'of bare, records and heads', 'of bare lmdb and msgpackr'),
      atLeast(2, 'peers', 'of better-sqlite3', 'of better-sqlite3 in batches, by hand'),
      atLeast(1, 'peers', 'of nact', 'of nact, which is in memory'),
      atLeast(300, 'peers', 'of emmett-sqlite', 'of emmett on SQLite'),
    ],
  },
  {
    id: 'with-subscriptions',
    what: 'The same, with a view and a handler on worker threads that keep up',
    durability: perGroup,
    bounds: [
      atLeast(0.6, 'with-subscriptions', 'of without', 'of the same without them'),
      atMost(
        20_000,
        'count',
        'with-subscriptions',
        'lag of the view, one worker',
        'events that the view is behind at the end',
      ),
      atMost(
        20_000,
        'count',
        'with-subscriptions',
        'lag of the handler, one worker',
        'events that the handler is behind at the end',
      ),
    ],
  },
  {
    id: 'hot-actor',
    what: 'One hot actor, 1,000 commands in flight',
    durability: perGroup,
    bounds: [atLeast(0.7, 'hot-actor', 'of 1,000 actors', 'of 1,000 actors')],
  },
  {
    id: 'one-in-flight',
    what: 'One command in flight: median latency',
    durability: perEvent,
    bounds: [
      atMost(1.5, 'ratio', 'one-in-flight', 'p50 of bare', 'of a bare transaction with fsync'),
    ],
  },
  {
    id: 'latency',
    what: '10,000 commands/s, open loop, a view and a handler running: 99th percentile',
    durability: perGroup,
    bounds: [
      atMost(10, 'ms', 'latency', 'receipt p99 at 10,000/s', 'to the receipt'),
      atMost(50, 'ms', 'latency', 'view p99 at 10,000/s', 'to the view'),
    ],
  },
  {
    id: 'random-actors',
    what: '100,000 actors touched at random, 10 million events in the store: cost of a command',
    durability: perGroup,
    bounds: [
      atMost(
        1.5,
        'ratio',
        'random-actors',
        'in memory: of the small store',
        'of 100,000 events and 1,000 actors',
      ),
    ],
  },
  {
    id: 'log-scan',
    what: 'Reading the whole log',
    durability: readOnly,
    bounds: [
      atLeast(0.7, 'log-scan', 'of bare, decoded', 'of a bare loop that reads and decodes'),
      atLeast(
        0.7,
        'log-scan',
        'of bare, not decoded',
        'with 1 % wanted, of a bare loop that decodes nothing',
      ),
    ],
  },
  {
    id: 'view',
    what: 'A persistent view, exactly once, 10,000 rows',
    durability: 'power loss: fsync per transaction of rows and cursor',
    bounds: [
      atLeast(1, 'view', 'of bare', 'of a bare loop on one thread that keeps the same rows'),
    ],
  },
  {
    id: 'rebuild',
    what: 'Rebuilding a view of 10,000 rows from 10 million events',
    durability: 'power loss: fsync per transaction of rows and cursor',
    bounds: [
      atLeast(
        1,
        'rebuild',
        'ten million events, of 10,000 rows',
        'of the speed with 200,000 events',
      ),
      atMost(
        1.2,
        'ratio',
        'rebuild',
        'ten million events, memory of the first fifth',
        'of the memory in the first fifth of the log, in any fifth',
      ),
    ],
  },
  {
    id: 'handler',
    what: 'A handler that does nothing, with a durable cursor, per worker',
    durability: 'power loss: fsync per report',
    bounds: [
      atLeast(0.4, 'handler', 'of bare read and decode', 'of a bare loop that reads and decodes'),
    ],
  },
  {
    id: 'poison',
    what: 'The same with 1 % of its keys poisoned',
    durability: 'power loss: fsync per report',
    bounds: [atLeast(0.8, 'poison', 'of without poison', 'of the same without poison')],
  },
  {
    id: 'opening',
    what: 'Opening a store of 10 million events in a new process',
    durability: perGroup,
    bounds: [
      atMost(200, 'ms', 'opening', 'open', 'until it is open'),
      atMost(250, 'ms', 'opening', 'first command', 'until the first receipt'),
    ],
  },
  {
    id: 'memory',
    what: 'Idle resident actors',
    durability: 'no time is taken: end of the process',
    bounds: [
      atMost(1_024, 'bytes', 'memory', '1,000,000 actors', 'each, beyond its state'),
      atMost(
        1_144,
        'MiB',
        'memory',
        'the process with 1,000,000 actors',
        'for the whole process with a million of them',
      ),
    ],
  },
  {
    id: 'disk',
    what: 'Log and heads on the disk',
    durability: perGroup,
    bounds: [
      atMost(
        1.6,
        'ratio',
        'disk',
        'file of objects',
        'of the events as MessagePack, with the names of their fields',
      ),
    ],
  },
]
