/**
 * Everything that targets are judged by: the answers of a run, and what the comparison with others adds.
 *
 * Pure.
 */

import { peersFound } from './peers.js'
import type { Results } from './results.js'
import type { Findings } from './verdict.js'

export function findingsOf({
  answers,
  comparison,
}: Pick<Results, 'answers' | 'comparison'>): Findings {
  const peers = comparison === null ? null : peersFound(comparison)
  if (peers === null) return { answers }
  return { answers: [...answers, peers.answer], absent: peers.absent }
}
