/**
 * What the fulfilment act came to: the object that `--json` prints, and whether everything held. Pure.
 */

import type { LawReport } from '../fulfilment/books.js'
import { countByName } from './figures.js'
import { endsApart, type TakenBack } from './fulfilment-ends.js'
import type { TwinName } from './fulfilment-twins.js'
import { formatCount } from './numbers.js'

/** What is found in a twin's directory once everything is at rest. */
export interface TwinReport {
  readonly orders: number
  readonly delivered: number
  readonly takenBack: TakenBack
  /** All that are in the log. */
  readonly events: number
  /** Those of orders, stock, payments and shipments, deliveries of stock left out: the same work for both. */
  readonly steps: number
  readonly laws: readonly LawReport[]
  /** Instances that go on, are being taken back, or wait for an operator. */
  readonly sagasLeft: number
  readonly parkedKeys: number
  readonly timersLeft: number
}

/** What a twin's process went through on the way to its report. */
export interface TwinLives {
  /** How often it was killed. */
  readonly kills: number
  /** After how many of the kills the books held at once, before anything was mended. */
  readonly soundAfterKills: number
  /** From the first start to the last end, the starts after the kills included. */
  readonly seconds: number
}

export interface TwinFigures extends Omit<TwinReport, 'takenBack'>, TwinLives {
  /** Orders that were taken back, by reason. */
  readonly compensated: Readonly<Record<string, number>>
  readonly stepsPerSecond: number
}

export interface FulfilmentFigures {
  /** That were to be placed. */
  readonly orders: number
  readonly twins: Readonly<Record<TwinName, TwinFigures>>
  /** Orders that one twin delivered and the other took back, or took back for another reason. */
  readonly endsApart: number
  /** Whether all proofs hold for both twins. */
  readonly held: boolean
}

/** Something that has to be so, and with whom it is not: `orchestrated: 2, such as made-1-000007`. */
export interface Proof {
  readonly statement: string
  readonly brokenBy: readonly string[]
}

/** The whole of it, from what each twin reported. */
export function fulfilmentFigures(
  orders: number,
  found: Readonly<Record<TwinName, TwinReport & TwinLives>>,
): FulfilmentFigures {
  const { choreographed, orchestrated } = found
  const figures = {
    orders,
    twins: {
      choreographed: twinFigures(choreographed),
      orchestrated: twinFigures(orchestrated),
    },
    endsApart: endsApart(choreographed.takenBack, orchestrated.takenBack),
  }
  return { ...figures, held: proofsOf(figures).every(({ brokenBy }) => brokenBy.length === 0) }
}

function twinFigures({ takenBack, ...found }: TwinReport & TwinLives): TwinFigures {
  return {
    ...found,
    compensated: countByName(Object.values(takenBack)),
    stepsPerSecond: found.seconds > 0 ? Math.round(found.steps / found.seconds) : 0,
  }
}

/** Everything that has to be so for both twins. */
export function proofsOf({
  orders,
  twins,
}: Pick<FulfilmentFigures, 'orders' | 'twins'>): readonly Proof[] {
  const proofs: [statement: string, isBroken: (twin: TwinFigures) => boolean][] = [
    ['every order was placed', (twin) => twin.orders !== orders],
    ['no saga is left behind', ({ sagasLeft }) => sagasLeft > 0],
    ['no key is parked', ({ parkedKeys }) => parkedKeys > 0],
    ['no timer is left', ({ timersLeft }) => timersLeft > 0],
    [
      'the books held after every kill, before anything was mended',
      ({ kills, soundAfterKills }) => soundAfterKills !== kills,
    ],
  ]
  return [
    ...lawProofs(Object.entries(twins)),
    ...proofs.map(([statement, isBroken]) => ({
      statement,
      brokenBy: Object.entries(twins).flatMap(([name, twin]) => (isBroken(twin) ? [name] : [])),
    })),
  ]
}

function lawProofs(twins: readonly (readonly [name: string, twin: TwinFigures])[]): Proof[] {
  return twins[0]![1].laws.map(({ name: statement }, at) => ({
    statement,
    brokenBy: twins.flatMap(([name, { laws }]) => {
      const { broken, examples } = laws[at]!
      return broken === 0 ? [] : [`${name}: ${formatCount(broken)}, such as ${examples[0]}`]
    }),
  }))
}
