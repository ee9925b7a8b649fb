/**
 * Where an axis begins and ends, and where it is marked.
 *
 * Pure. Marks are round numbers: 1, 2 or 5 times a power of ten.
 */

import type { Axis } from '../suite/answer.js'

/** An axis as it is drawn. */
export interface Scale {
  /** Ascending; the first and the last are its ends. */
  readonly ticks: readonly number[]
  /** Where a value lies on it, from 0 at its beginning to 1 at its end. */
  place(value: number): number
}

/** Marks on a linear axis, at most. */
const linearTicksMax = 7
/** What binary fractions are off by is no reason for another mark. */
const nearly = 1 - Number.EPSILON * 8
/** Powers of ten on a logarithmic axis up to which there are marks between them. */
const denseDecadesMax = 2

/**
 * A scale for all of the values. A linear one has 0 on it.
 *
 * @throws RangeError - when there is no value, or one that the axis cannot show.
 */
export function scaleFor({ title, scale }: Axis, values: readonly number[]): Scale {
  const isShown = (value: number): boolean =>
    Number.isFinite(value) && (scale === 'linear' || value > 0)
  const wrong = values.find((value) => !isShown(value))
  if (values.length === 0 || wrong !== undefined) {
    const expected = scale === 'linear' ? 'numbers' : 'numbers above 0'
    throw new RangeError(`expected ${expected} on the axis '${title}', found ${wrong}`)
  }
  if (scale === 'linear') return linear(Math.min(0, ...values), Math.max(0, ...values))
  return logarithmic(Math.min(...values), Math.max(...values))
}

function linear(lowest: number, highest: number): Scale {
  // One that shows nothing but zeros has two ends all the same.
  const step = roundUp((highest - lowest || 1) / (linearTicksMax - 1))
  const first = Math.floor((lowest / step) * nearly)
  const last = Math.max(first + 1, Math.ceil((highest / step) * nearly))
  const ticks = Array.from({ length: last - first + 1 }, (_, at) => exact((first + at) * step))
  const begin = ticks[0]!
  const width = ticks.at(-1)! - begin
  return { ticks, place: (value) => (value - begin) / width }
}

function logarithmic(lowest: number, highest: number): Scale {
  const isDense = Math.log10(highest / lowest) <= denseDecadesMax
  const factors = isDense ? [1, 2, 5] : [1]
  // One power beyond on both sides: logarithms are rounded.
  const first = Math.floor(Math.log10(lowest)) - 1
  const last = Math.ceil(Math.log10(highest)) + 1
  const all = Array.from({ length: last - first + 1 }, (_, at) => first + at).flatMap((power) =>
    factors.map((factor) => exact(factor * 10 ** power)),
  )
  const from = all.findLastIndex((tick) => tick <= lowest)
  // An axis has two ends, even for one value.
  const to = Math.max(
    all.findIndex((tick) => tick >= highest),
    from + 1,
  )
  const ticks = all.slice(from, to + 1)
  const begin = Math.log10(ticks[0]!)
  const width = Math.log10(ticks.at(-1)!) - begin
  return { ticks, place: (value) => (Math.log10(value) - begin) / width }
}

/** The next of 1, 2, 5, 10, ... */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  const factor = [1, 2, 5, 10].find((each) => each * power >= value * nearly)
  return exact((factor ?? 10) * power)
}

/** Without what adding up binary fractions leaves behind. */
function exact(value: number): number {
  return Number(value.toPrecision(12))
}

/** 0.5, 20, 10,000, 1M */
export function tickLabel(value: number): string {
  const isLong = value >= 1_000_000
  return value.toLocaleString('en', {
    notation: isLong ? 'compact' : 'standard',
    maximumSignificantDigits: 4,
  })
}
