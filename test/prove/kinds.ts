/**
 * The kinds of faults that are counted: what is done, what must be true then, and how many are enough.
 *
 * Sizes are chosen by the harnesses (`test/support/size.ts`); here stands what they have to reach.
 */

import type { CountName } from '../support/counts.js'

export interface Kind {
  readonly name: CountName
  /** What is done, and what must be true then. Markdown; links are relative to docs/. */
  readonly what: string
  /** So many are tried after every change. */
  readonly daily: number
  /** So many have to be tried before a row counts as whole. */
  readonly full: number
}

export const kinds: readonly Kind[] = [
  {
    name: 'random kills',
    what:
      'Processes that do something of everything are killed by SIGKILL at any moment, one life after the other in ' +
      'directories that live on ([test](../test/crash/any-moment.test.ts), and the others of its folder). After each, log, ' +
      'views and deliveries are held against [the laws](../test/support/invariants/index.ts).',
    daily: 150,
    full: 2_000,
  },
  {
    name: 'failpoints',
    what:
      'Processes are killed at each of the named places between steps that write, in another order each time ' +
      '([test](../test/crash/failpoints.test.ts)). A place that is not reached is a failure.',
    daily: 50,
    full: 500,
  },
  {
    name: 'system call kills',
    what:
      'Processes are killed in place of each system call by which three workloads change their disk, from the first to the last, and ' +
      'once more while they recover ([test](../test/crash/storage-calls.test.ts)). Calls of one name to one file are counted on each ' +
      'thread: two with the same number are one place.',
    daily: 60,
    full: 1_200,
  },
  {
    name: 'power-cut images',
    what:
      'Disks as a power cut could have left them, built of recorded system calls: everything that was flushed, and a drawn part of ' +
      'what was not, torn at 512 bytes ([test](../test/disk/power-loss.test.ts)). Every receipt is there, nothing is torn.',
    daily: 2_000,
    full: 50_000,
  },
  {
    name: 'injected I/O errors',
    what:
      'Writes and flushes that fail with EIO or ENOSPC, once, for a while or for ever, in the log or beside it ' +
      '([test](../test/disk/faults.test.ts)). Callers are told by code, reads go on, nothing acknowledged is lost. ' +
      "That LMDB's binding ends the process ([why](guarantees.md#a-commit-that-fails)) is no violation, and counted by the harness.",
    daily: 40,
    full: 500,
  },
  {
    name: 'corruptions',
    what:
      'Copies of a directory with flipped bits, overwritten sectors, misplaced pages and missing ends ' +
      '([test](../test/disk/damage.test.ts)). Each does not open, is an error where the damage is, or reads as before; ' +
      'none reads as anything else, and no process ends by it.',
    daily: 300,
    full: 5_000,
  },
  {
    name: 'worker terminations',
    what:
      'Worker threads that end while they read, project and handle ([test](../test/workers/terminations.test.ts)). Views and ' +
      'deliveries are as if they had not: no event is lost, or projected twice, or out of order.',
    daily: 100,
    full: 2_000,
  },
  {
    name: 'hostile handlers',
    what:
      'Handlers that throw whatever can be thrown, loop, never settle, leak, exit or leave behind what does, and apps that no ' +
      'worker can load ([test](../test/workers/hostile-handlers.test.ts)). Other keys never wait for them.',
    daily: 60,
    full: 60,
  },
  {
    name: 'workers started and stopped',
    what:
      'Worker threads one after the other, with open files, readers and memory as they were ' +
      '([test](../test/workers/comings-and-goings.test.ts)).',
    daily: 20,
    full: 1_000,
  },
  {
    name: 'simulation seeds',
    what:
      'Whole histories on one thread, with a disk that loses its power and fails, a clock that is set and handlers that fail, all ' +
      'of it drawn from a seed ([test](../test/simulation/simulation.test.ts)). Each is held against the laws; one of twenty ' +
      'runs twice, to the same bytes.',
    daily: 1_000,
    full: 20_000,
  },
  {
    name: 'model runs',
    what:
      'Sequences of operations, drawn, on both stores and on a model of lists and maps ' +
      '([test](../test/model/model.test.ts)). Runtime and model answer the same.',
    daily: 600,
    full: 10_000,
  },
  {
    name: 'hostile values',
    what: 'Values, ids, paths and schemas that somebody made to do harm. A typed error, or what was sent.',
    daily: 2_000,
    full: 2_000,
  },
  {
    name: 'fuzz inputs',
    what: 'Damaged records for the decoder. The record as it was, or a typed error.',
    daily: 200_000,
    full: 5_000_000,
  },
  {
    name: 'backups under load',
    what:
      'Backups while commands, sagas, timers and forgetting go on ([test](../test/runtime/operations/backup.test.ts)). Each is ' +
      'sound, is a prefix of the log, opens, and goes on.',
    daily: 20,
    full: 200,
  },
]
