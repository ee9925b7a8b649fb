/**
 * The parts of a proof: which program counts which faults.
 *
 * Programs take their sizes from `DRAMATIS_PROVE` and tell what they counted: `test/support/counts.ts`.
 */

import type { CountName } from '../support/counts.js'
import { type Kind, kinds } from './kinds.js'

export interface PartContext {
  readonly seed: number
  /** Of the full sizes, for programs that are given theirs. */
  readonly share: number
}

export interface Part {
  readonly name: string
  readonly counts: readonly CountName[]
  /** What Node runs: a script under dist/test, and its arguments. */
  readonly command: (context: PartContext) => readonly string[]
  /** It uses every processor, or measures this process: nothing runs beside it. */
  readonly isAlone: boolean
}

/** Test files that take chances when to kill. */
const killing = [
  'crash/any-moment',
  'crash/conditions',
  'crash/forgetting',
  'crash/lives',
  'crash/ownership',
  'crash/raised-version',
  'crash/rebuild',
  'crash/resume',
]

/** Test files of hostile input, without the fuzzer. */
const hostile = [
  'hostile/handlers',
  'hostile/imports',
  'hostile/paths',
  'hostile/rows',
  'hostile/sagas',
  'hostile/schemas',
  'hostile/states',
  'hostile/steps',
  'hostile/values',
]

export const parts: readonly Part[] = [
  { name: 'kills', counts: ['random kills'], command: tests(...killing), isAlone: true },
  { name: 'failpoints', counts: ['failpoints'], command: tests('crash/failpoints'), isAlone: true },
  {
    name: 'calls',
    counts: ['system call kills'],
    command: tests('crash/storage-calls'),
    isAlone: true,
  },
  { name: 'faults', counts: ['injected I/O errors'], command: tests('disk/faults'), isAlone: true },
  {
    name: 'workers',
    counts: ['worker terminations', 'hostile handlers', 'workers started and stopped'],
    command: tests('workers/'),
    isAlone: true,
  },
  {
    name: 'power',
    counts: ['power-cut images'],
    command: tests('disk/power-loss'),
    isAlone: false,
  },
  {
    name: 'simulation',
    counts: ['simulation seeds'],
    command: ({ seed, share }) => {
      const runs = Math.ceil(fullOf('simulation seeds') * share)
      return ['simulation/main.js', '--seed', `${seed * 1_000_000}`, '--runs', `${runs}`]
    },
    isAlone: false,
  },
  { name: 'model', counts: ['model runs'], command: tests('model/model'), isAlone: false },
  { name: 'damage', counts: ['corruptions'], command: tests('disk/damage'), isAlone: false },
  {
    name: 'backups',
    counts: ['backups under load'],
    command: tests('operations/backup'),
    isAlone: false,
  },
  { name: 'values', counts: ['hostile values'], command: tests(...hostile), isAlone: false },
  {
    name: 'fuzz',
    counts: ['fuzz inputs'],
    command: ({ seed, share }) => {
      const inputs = Math.ceil(fullOf('fuzz inputs') * share)
      return ['hostile/fuzz/main.js', '--inputs', `${inputs}`, '--seed', `${seed}`]
    },
    isAlone: false,
  },
]

/** @throws RangeError - when there is no part of that name. */
export function partsNamed(names: readonly string[]): readonly Part[] {
  const unknown = names.filter((name) => !parts.some((part) => part.name === name))
  if (unknown.length > 0) {
    const known = parts.map(({ name }) => name).join(', ')
    throw new RangeError(`expected parts of ${known}, found ${unknown.join(', ')}`)
  }
  return parts.filter(({ name }) => names.length === 0 || names.includes(name))
}

function tests(...paths: readonly string[]): Part['command'] {
  return () => ['run.js', ...paths]
}

function fullOf(name: CountName): Kind['full'] {
  return kinds.find((kind) => kind.name === name)!.full
}
