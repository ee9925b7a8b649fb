/**
 * The page of benchmarks as Markdown, made of results, targets, remarks and texts.
 *
 * Pure; the same input is always the same page.
 */

import type { Row } from '../comparison/summary.js'
import type { Answer, Figure } from '../suite/answer.js'
import { numberText, range, show } from '../suite/tell.js'
import { findingsOf } from './findings.js'
import { type Comparison, peersFound } from './peers.js'
import type { Remark } from './remarks.js'
import type { Results, Run } from './results.js'
import { boundText, measuredText } from './target-lines.js'
import type { Target } from './targets.js'
import { type Judged, judge } from './verdict.js'

/** What is written by hand: Markdown, without headings of the first two levels. */
export interface Texts {
  readonly howToRead: string
  readonly method: string
  readonly deadEnds: string
  readonly reproduce: string
}

export interface PageParts {
  readonly results: Results
  readonly targets: readonly Target[]
  readonly remarks: Readonly<Record<string, Remark>>
  readonly texts: Texts
}

/** Where the page finds its charts. */
const chartsPath = 'benchmarks'

export function pageOf({ results, targets, remarks, texts }: PageParts): string {
  const { run, answers, comparison } = results
  const judged = judge(targets, findingsOf(results))
  const sections = [
    '<!-- Made by `npm run bench -- --publish` from docs/benchmarks/results.json and bench/report. -->',
    '# Benchmarks',
    texts.howToRead,
    ...machineSection(run),
    '## Targets',
    targetTable(judged),
    ...shortSection(judged, remarks),
    ...peersSection(comparison),
    ...chartsSection(answers),
    '## All answers',
    ...answers.flatMap(answerSection),
    '## Method',
    texts.method,
    '## Dead ends',
    texts.deadEnds,
    '## Reproduce',
    texts.reproduce,
  ]
  return `${sections.map((section) => section.trim()).join('\n\n')}\n`
}

/** The targets with a bound that is not reached. */
export function fallingShort(judged: readonly Judged[]): readonly Target[] {
  return [
    ...new Set(
      judged.flatMap(({ verdict, target }) => (verdict === 'falls short' ? [target] : [])),
    ),
  ]
}

function machineSection({ startedAt, scale, durationMs, machine, failed }: Run): readonly string[] {
  const rows = [
    ['measured', startedAt.slice(0, 10)],
    ['commit', machine.commit],
    ['Node', machine.node],
    ['processors', machine.processors],
    ['memory', machine.memory],
    ['platform', machine.platform],
    ['file system of the stores', machine.fileSystem],
    ['lmdb, msgpackr', `${machine.lmdb}, ${machine.msgpackr}`],
    ['the whole run', `${(durationMs / 60_000).toFixed(1)} minutes`],
  ]
  return [
    '## Machine',
    table(['', ''], rows),
    ...(scale === 1
      ? []
      : [
          `**Sizes were scaled by ${scale}, to try the suite out: the figures are worth nothing.**`,
        ]),
    ...(machine.isSyncFree
      ? ['**The stores were in memory, where fsync costs nothing: nothing here is durable.**']
      : []),
    ...(failed.length === 0 ? [] : [`Without an answer: ${failed.join(', ')}.`]),
  ]
}

function targetTable(judged: readonly Judged[]): string {
  return table(
    ['what', 'target', 'measured', 'survives', ''],
    judged.map((each, at) => {
      const { target, bound, verdict } = each
      const isFirst = target !== judged[at - 1]?.target
      return [
        isFirst ? target.what : '',
        boundText(bound),
        measuredText(each),
        isFirst ? target.durability : '',
        verdict === 'falls short' ? `**[${verdict}](#what-falls-short)**` : verdict,
      ]
    }),
  )
}

function shortSection(
  judged: readonly Judged[],
  remarks: Readonly<Record<string, Remark>>,
): readonly string[] {
  const short = fallingShort(judged)
  if (short.length === 0) return []
  return [
    '## What falls short',
    ...short.flatMap(({ id, what }) => {
      const remark = remarks[id]
      if (remark === undefined) return [`### ${what}`, 'Nobody has said why yet.']
      return [`### ${what}`, remark.why, `**Tried.** ${remark.tried}`]
    }),
  ]
}

function peersSection(comparison: Comparison | null): readonly string[] {
  if (comparison === null) return []
  const { startedAt, machine, rows } = comparison
  const found = peersFound(comparison)?.answer.figures ?? []
  return [
    '## Beside other libraries',
    `The same work in turns, in a run of its own (\`npm run bench:peers\`, ${startedAt.slice(0, 10)}, Node ` +
      `${machine.node}, ${machine.processors}): 1,000 accounts, one event of 100 bytes per command, each ` +
      'checked. Ratios are taken within a round; the median, and the range of all rounds.',
    table(
      ['', 'survives', 'commands/s', 'Dramatis is', 'at once'],
      rows.map((row) => [`${row.name} ${row.version}`, row.durability, ...peerCells(row, found)]),
    ),
    'How each was set:',
    rows
      .filter(({ settings }) => settings !== '')
      .map(({ name, settings }) => `- **${name}**: ${settings}`)
      .join('\n'),
  ]
}

function peerCells({ id, figures }: Row, found: readonly Figure[]): readonly string[] {
  if ('reason' in figures) return [`not measured: ${figures.reason}`, '', '']
  const { median, lowest, highest } = figures.commandsPerSecond
  const figure = found.find(({ name }) => name === `of ${id}`)
  const times = figure === undefined ? '' : `${show(figure)} times ${range(figure)}`
  const atOnce = Math.max(...figures.rounds.map(({ inFlight }) => inFlight))
  const whole = (value: number): string => numberText(value, 'count')
  return [`${whole(median)} (${whole(lowest)} to ${whole(highest)})`, times.trim(), whole(atOnce)]
}

function chartsSection(answers: readonly Answer[]): readonly string[] {
  const charts = answers.flatMap((answer) => answer.charts ?? [])
  if (charts.length === 0) return []
  return ['## Charts', ...charts.map(({ id, title }) => `![${title}](${chartsPath}/${id}.svg)`)]
}

function answerSection({ question, setting, figures }: Answer): readonly string[] {
  return [
    `### ${question}`,
    `${setting.charAt(0).toUpperCase()}${setting.slice(1)}.`,
    table(
      ['', 'median', 'range'],
      figures.map((figure) => [figure.name, show(figure), range(figure).replace(/^\(|\)$/g, '')]),
    ),
  ]
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(header), `|${header.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n')
}
