/**
 * How something long went in each fifth of its way, from samples that were taken on the way.
 *
 * Pure.
 */

export interface Sample {
  /** How much was done by then. */
  readonly done: number
  /** From its beginning. Milliseconds. */
  readonly elapsedMs: number
  /** What the process held by itself then. */
  readonly ownBytes: number
}

export interface Fifth {
  readonly perSecond: number
  /** The most that was held, from the last sample before it to the first at its end. */
  readonly ownBytesMax: number
}

const pieces = 5

/**
 * Times between two samples are interpolated.
 *
 * @param samples - In their order; the last one is the end.
 */
export function fifthsOf(samples: readonly Sample[]): readonly Fifth[] {
  const whole = samples.at(-1)!.done
  return Array.from({ length: pieces }, (_each, at) => {
    const from = (whole * at) / pieces
    const to = (whole * (at + 1)) / pieces
    const held = samples
      .slice(reaching(samples, from), reaching(samples, to) + 1)
      .map(({ ownBytes }) => ownBytes)
    return {
      perSecond: ((to - from) / (msAt(samples, to) - msAt(samples, from))) * 1_000,
      ownBytesMax: Math.max(...held),
    }
  })
}

/** The first sample by which so much was done. */
function reaching(samples: readonly Sample[], done: number): number {
  return samples.findIndex((each) => each.done >= done)
}

/** When so much was done. */
function msAt(samples: readonly Sample[], done: number): number {
  const at = reaching(samples, done)
  const after = samples[at]!
  const before = samples[at - 1] ?? { done: 0, elapsedMs: 0 }
  const share = (done - before.done) / (after.done - before.done)
  return before.elapsedMs + share * (after.elapsedMs - before.elapsedMs)
}
