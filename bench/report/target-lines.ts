/**
 * Targets and what came of them in words: for the terminal, and for the cells of the page.
 *
 * Pure.
 */

import { numberText, range, show } from '../suite/tell.js'
import type { Bound } from './targets.js'
import type { Judged } from './verdict.js'

/** at most 10 ms to the receipt */
export function boundText({ is, value, unit, says }: Bound): string {
  return `${is} ${numberText(value, unit)} ${says}`
}

/** 0.47 (0.34 to 0.49) */
export function measuredText({ figure }: Judged): string {
  return figure === null ? '' : `${show(figure)} ${range(figure)}`.trim()
}

/** One line for what is asked, and one below it for each bound. */
export function linesOfTargets(all: readonly Judged[]): readonly string[] {
  const wide = Math.max(...all.map(({ bound }) => boundText(bound).length))
  return all.flatMap((judged, at) => {
    const { target, bound, verdict } = judged
    const line = `  ${verdict.padEnd(12)}  ${boundText(bound).padEnd(wide)}  ${measuredText(judged)}`
    return target === all[at - 1]?.target ? [line.trimEnd()] : [target.what, line.trimEnd()]
  })
}
