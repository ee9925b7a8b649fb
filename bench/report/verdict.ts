/**
 * Whether a target is met, from the median of what was measured.
 *
 * Pure. What was not measured is said to be so; a figure that its answer has under another name is a
 * mistake in `targets.ts` or in the benchmark, and is named.
 */

import type { Answer, Figure } from '../suite/answer.js'
import { spreadOf } from '../suite/spread.js'
import type { Bound, Target } from './targets.js'

export type Verdict = 'met' | 'falls short' | 'not measured'

/** What came of one bound of a target. */
export interface Judged {
  readonly target: Target
  readonly bound: Bound
  readonly verdict: Verdict
  /** `null`: it was not measured. */
  readonly figure: Figure | null
}

/** What was measured, and why not what was not. */
export interface Findings {
  readonly answers: readonly Answer[]
  /** Why a figure of an answer is missing, where that is known: by `answer: figure`. */
  readonly absent?: ReadonlyMap<string, string>
}

/** The bounds of all targets, in their order. */
export function judge(targets: readonly Target[], findings: Findings): readonly Judged[] {
  return targets.flatMap((target) =>
    target.bounds.map((bound) => {
      const figure = figureOf(bound, findings) ?? null
      return { target, bound, figure, verdict: verdictOn(bound, figure) }
    }),
  )
}

/** What targets ask of answers that are there, and do not get: a mistake in one of the two. */
export function mismatches(targets: readonly Target[], findings: Findings): readonly string[] {
  return targets.flatMap(({ bounds }) => bounds.flatMap((bound) => mismatch(bound, findings) ?? []))
}

function mismatch(bound: Bound, findings: Findings): string | null {
  const answer = findings.answers.find(({ id }) => id === bound.answer)
  if (answer === undefined || isAbsent(bound, findings)) return null
  const figure = figureOf(bound, findings)
  const expected = `expected '${answer.id}' to have the figure '${bound.figure}'`
  if (figure === undefined) {
    return `${expected}, found ${answer.figures.map(({ name }) => `'${name}'`).join(', ')}`
  }
  if (figure.unit === bound.unit) return null
  return `${expected} in '${bound.unit}', found it in '${figure.unit}'`
}

function verdictOn({ is, value }: Bound, figure: Figure | null): Verdict {
  if (figure === null) return 'not measured'
  const { median } = spreadOf(figure.values)
  return (is === 'at least' ? median >= value : median <= value) ? 'met' : 'falls short'
}

function figureOf({ answer, figure }: Bound, { answers }: Findings): Figure | undefined {
  return answers.find(({ id }) => id === answer)?.figures.find(({ name }) => name === figure)
}

function isAbsent({ answer, figure }: Bound, { absent }: Findings): boolean {
  return absent?.has(`${answer}: ${figure}`) ?? false
}
