/**
 * What a comparison with other libraries found, as an answer: Dramatis divided by each, round by round.
 *
 * Pure. Whoever failed has no figure, and says why.
 */

import type { Measured } from '../comparison/answer.js'
import { baselineId, contestants } from '../comparison/contestants.js'
import { type Plan, wholePlan } from '../comparison/plan.js'
import type { Row } from '../comparison/summary.js'
import type { Answer, Figure } from '../suite/answer.js'
import { ratios } from '../suite/spread.js'

/** What `npm run bench:peers` writes. */
export interface Comparison {
  readonly startedAt: string
  readonly machine: { readonly node: string; readonly processors: string }
  readonly plan: Pick<Plan, 'rounds' | 'measuredMs'>
  readonly rows: readonly Row[]
}

export interface PeersFound {
  readonly answer: Answer
  /** Why a figure is missing: by `answer: figure`. */
  readonly absent: ReadonlyMap<string, string>
}

const id = 'peers'

/**
 * The one to publish: the newest with everybody in it, else the newest. One that was quick says nothing.
 *
 * @param comparisons - Oldest first. @returns `null` when there is none.
 */
export function comparisonToPublish(comparisons: readonly Comparison[]): Comparison | null {
  const sound = comparisons.filter(({ plan }) => plan.measuredMs >= wholePlan.measuredMs)
  const whole = sound.filter((each) => contestants.every(({ id }) => idsOf(each).includes(id)))
  return whole.at(-1) ?? sound.at(-1) ?? null
}

/** @returns `null` when there is nothing to compare to. */
export function peersFound(comparison: Comparison): PeersFound | null {
  const { rows } = comparison
  const baseline = rows.find((row) => row.id === baselineId)
  if (baseline === undefined || 'reason' in baseline.figures) return null
  const own = speedsOf(baseline.figures.rounds)
  const figures: Figure[] = []
  const ids = idsOf(comparison)
  const absent = new Map<string, string>(
    contestants
      .filter((each) => !ids.includes(each.id))
      .map((each) => [`${id}: of ${each.id}`, 'it was left out']),
  )
  for (const { id: other, figures: found } of rows) {
    if (other === baselineId) continue
    const name = `of ${other}`
    if ('reason' in found) absent.set(`${id}: ${name}`, found.reason)
    else figures.push({ name, unit: 'ratio', values: ratios(own, speedsOf(found.rounds)) })
  }
  return {
    answer: {
      id,
      question: 'How many commands per second, beside what others make of the same work?',
      setting: '1,000 accounts, one event of 100 bytes each; each as durable as it says',
      figures,
    },
    absent,
  }
}

function idsOf({ rows }: Comparison): readonly string[] {
  return rows.map((row) => row.id)
}

function speedsOf(rounds: readonly Measured[]): readonly number[] {
  return rounds.map(({ commands, durationMs }) => (commands / durationMs) * 1_000)
}
