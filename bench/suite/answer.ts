/**
 * What a benchmark answers: figures, each with the values of all rounds, and charts.
 *
 * Plain data: it is printed, written as JSON, and drawn and published from there.
 */

export type Unit = 'per second' | 'ms' | 'us' | 'ratio' | 'MiB' | 'bytes' | 'count'

export interface Figure {
  /** Unique in its answer. */
  readonly name: string
  readonly unit: Unit
  /** One value of each round, in their order. */
  readonly values: readonly number[]
}

export interface Axis {
  readonly title: string
  readonly scale: 'linear' | 'log'
}

export interface Line {
  readonly name: string
  readonly points: readonly { readonly x: number; readonly y: number }[]
}

export interface Chart {
  /** Unique in the suite: the name of its file. */
  readonly id: string
  readonly title: string
  readonly x: Axis
  readonly y: Axis
  readonly lines: readonly Line[]
}

export interface Answer {
  /** The name of the benchmark's file. */
  readonly id: string
  /** What is asked, as a question. */
  readonly question: string
  /** How: sizes, what is in flight, and what a figure survives (its durability). */
  readonly setting: string
  readonly figures: readonly Figure[]
  readonly charts?: readonly Chart[]
}
