/**
 * What the rounds say: medians, spreads and ratios, and the table of them.
 *
 * Pure. Ratios are taken within a round, where all took turns on the same machine, and then their median. A
 * program that failed in any round has no figure: what went wrong stands in its place.
 */

import { type Spread, spreadOf } from '../suite/spread.js'
import type { Answer, Described, Measured } from './answer.js'

/** What one program answered, round after round. */
export interface Answers {
  readonly id: string
  readonly answers: readonly Answer[]
}

export interface Figures {
  readonly commandsPerSecond: Spread
  /** Of the baseline in the same round; `null` when that has no figures. */
  readonly ofBaseline: number | null
  /** Of the ceiling in the same round; `null` when that has no figures. */
  readonly ofCeiling: number | null
  readonly rounds: readonly Measured[]
}

export interface Row extends Described {
  readonly id: string
  /** Or why there are none. */
  readonly figures: Figures | { readonly reason: string }
}

/** @returns one row for each program, in their order. */
export function summarize(
  all: readonly Answers[],
  baselineId: string,
  ceilingId: string,
): readonly Row[] {
  const speeds = new Map(all.map((each) => [each.id, speedsOf(each.answers)]))
  const baseline = speeds.get(baselineId) ?? null
  const ceiling = speeds.get(ceilingId) ?? null
  return all.map(({ id, answers }) => {
    const peer = answers.find((answer) => answer.peer !== null)?.peer
    const unknown = { name: id, version: '?', durability: '', settings: '' }
    const own = speeds.get(id)
    const figures =
      own == null
        ? { reason: reasonIn(answers) }
        : {
            commandsPerSecond: spreadOf(own),
            ofBaseline: medianRatio(own, baseline),
            ofCeiling: medianRatio(own, ceiling),
            rounds: measuredIn(answers),
          }
    return { id, ...(peer ?? unknown), figures }
  })
}

function measuredIn(answers: readonly Answer[]): readonly Measured[] {
  return answers.flatMap((answer) => ('measured' in answer ? [answer.measured] : []))
}

/** Commands per second in each round; `null` when a round has none. */
function speedsOf(answers: readonly Answer[]): readonly number[] | null {
  const measured = measuredIn(answers)
  if (measured.length === 0 || measured.length < answers.length) return null
  return measured.map(({ commands, durationMs }) => (commands / durationMs) * 1_000)
}

function reasonIn(answers: readonly Answer[]): string {
  const failed = answers.find((answer) => 'reason' in answer)
  return failed !== undefined && 'reason' in failed ? failed.reason : 'it was not run'
}

function medianRatio(own: readonly number[], other: readonly number[] | null): number | null {
  if (other === null || other.length !== own.length) return null
  return spreadOf(own.map((speed, round) => speed / other[round]!)).median
}

const columns = ['', 'version', 'commands/s', 'range', 'of Dramatis', 'of bare', 'at once', 'sent']

/** @returns the table's lines: a line of figures for each row, and what they are figures of below it. */
export function tableOf(rows: readonly Row[]): readonly string[] {
  const cells = [columns, ...rows.map(cellsOf)]
  const widths = columns.map((_, column) =>
    Math.max(...cells.map((line) => (line.length === columns.length ? line[column]!.length : 0))),
  )
  const shown = cells.map((line) =>
    line.map((cell, column) => pad(cell, widths[column]!, column)).join('  '),
  )
  return shown.flatMap((line, at) => {
    const row = rows[at - 1]
    if (row === undefined) return [line.trimEnd()]
    // A program that did not load has said nothing about itself.
    if (row.settings === '') return [line.trimEnd()]
    return [line.trimEnd(), `    survives  ${row.durability}`, `    settings  ${row.settings}`]
  })
}

function cellsOf({ name, version, figures }: Row): readonly string[] {
  if ('reason' in figures) return [name, version, `no figure: ${figures.reason}`]
  const { median, lowest, highest } = figures.commandsPerSecond
  return [
    name,
    version,
    whole(median),
    `${whole(lowest)} to ${whole(highest)}`,
    ratio(figures.ofBaseline),
    ratio(figures.ofCeiling),
    whole(Math.max(...figures.rounds.map(({ inFlight }) => inFlight))),
    whole(Math.max(...figures.rounds.map(({ commands }) => commands))),
  ]
}

/** Names to the left, figures to the right. */
function pad(cell: string, width: number, column: number): string {
  return column < 2 ? cell.padEnd(width) : cell.padStart(width)
}

function whole(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 0 })
}

function ratio(value: number | null): string {
  return value === null ? '-' : value.toPrecision(2)
}
