/**
 * What the fulfilment act came to: the object that `--json` prints, and whether everything held.
 */

import type { LawReport } from '../fulfilment/books.js'
import type { TwinName } from './fulfilment-twins.js'

/** What is found in a twin's directory once everything is at rest. */
export interface TwinReport {
  readonly orders: number
  readonly delivered: number
  /** Orders that were taken back, by reason. */
  readonly compensated: Readonly<Record<string, number>>
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

export interface TwinFigures extends TwinReport {
  /** How often its process was killed on the way. */
  readonly kills: number
  /** From the first start to the last end, the starts after the kills included. */
  readonly seconds: number
  readonly stepsPerSecond: number
}

export interface FulfilmentFigures {
  /** That were to be placed. */
  readonly orders: number
  readonly twins: Readonly<Record<TwinName, TwinFigures>>
  /** Whether all proofs hold for both twins. */
  readonly held: boolean
}

/** Something that has to be so, and with whom it is not: `orchestrated (made-1-000007)`. */
export interface Proof {
  readonly statement: string
  readonly brokenBy: readonly string[]
}

/** Everything that has to be so for both twins. */
export function proofsOf({ orders, twins }: Omit<FulfilmentFigures, 'held'>): readonly Proof[] {
  const proofs: [statement: string, isBroken: (report: TwinReport) => boolean][] = [
    ['every order was placed', (report) => report.orders !== orders],
    ['no saga is left behind', ({ sagasLeft }) => sagasLeft > 0],
    ['no key is parked', ({ parkedKeys }) => parkedKeys > 0],
    ['no timer is left', ({ timersLeft }) => timersLeft > 0],
  ]
  return [
    ...lawProofs(Object.entries(twins)),
    ...proofs.map(([statement, isBroken]) => ({
      statement,
      brokenBy: Object.entries(twins).flatMap(([name, twin]) => (isBroken(twin) ? [name] : [])),
    })),
  ]
}

function lawProofs(twins: readonly (readonly [name: string, report: TwinReport])[]): Proof[] {
  return twins[0]![1].laws.map(({ name: statement }, at) => ({
    statement,
    brokenBy: twins.flatMap(([name, { laws }]) => {
      const { broken, examples } = laws[at]!
      return broken === 0 ? [] : [`${name} (${examples.slice(0, 3).join(', ')})`]
    }),
  }))
}
