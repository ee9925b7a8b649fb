/**
 * What a comparison with other libraries found, as an answer: Dramatis divided by each, round by round.
 *
 * Pure. Whoever failed has no figure, and says why.
 */

import type { Measured } from '../comparison/answer.js'
import { baselineId } from '../comparison/contestants.js'
import type { Row } from '../comparison/summary.js'
import type { Answer, Figure } from '../suite/answer.js'
import { ratios } from '../suite/spread.js'

/** What `npm run bench:peers` writes. */
export interface Comparison {
  readonly startedAt: string
  readonly machine: { readonly node: string; readonly processors: string }
  readonly rows: readonly Row[]
}

export interface PeersFound {
  readonly answer: Answer
  /** Why a figure is missing: by `answer: figure`. */
  readonly absent: ReadonlyMap<string, string>
}

const id = 'peers'

/** @returns `null` when there is nothing to compare to. */
export function peersFound({ rows }: Comparison): PeersFound | null {
  const baseline = rows.find((row) => row.id === baselineId)
  if (baseline === undefined || 'reason' in baseline.figures) return null
  const own = speedsOf(baseline.figures.rounds)
  const figures: Figure[] = []
  const absent = new Map<string, string>()
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

function speedsOf(rounds: readonly Measured[]): readonly number[] {
  return rounds.map(({ commands, durationMs }) => (commands / durationMs) * 1_000)
}
