/**
 * The page of reliability as Markdown, made of results, kinds of faults and texts.
 *
 * Pure; the same input is always the same page.
 */

import type { Machine } from '../../bench/report/machine.js'
import { boundText } from './bound.js'
import type { Kind } from './kinds.js'
import type { Part } from './parts.js'
import type { Counted, PartResult, Results } from './results.js'

/** What is written by hand: Markdown without headings of the first two levels. */
export interface Texts {
  readonly howToRead: string
  readonly notMeant: string
  readonly reproduce: string
  /** The changelog, of which one section tells what was found. */
  readonly changelog: string
}

export interface PageParts {
  readonly results: Results
  readonly kinds: readonly Kind[]
  readonly parts: readonly Part[]
  readonly texts: Texts
}

/** The heading in the changelog under which it stands. */
export const foundHeading = '### Found by faults'

export function pageOf({ results, kinds, parts, texts }: PageParts): string {
  const rows = kinds.map((kind) => rowOf(kind, parts, results))
  const sections = [
    '<!-- Made by `npm run prove` from docs/reliability/results.json and test/prove. -->',
    '# Reliability',
    texts.howToRead,
    '## What was tried',
    table(
      ['fault', 'tried', 'violations', 'at most', 'seeds', 'took', 'commit', 'day'],
      rows.map((row) => cellsOf(row)),
    ),
    ...warningsOf(results, rows),
    ...violationsOf(results),
    '## What the figures do not mean',
    texts.notMeant,
    '## The faults',
    ...kinds.map(({ name, what }) => `**${capitalized(name)}.** ${what}`),
    ...saidOf(results),
    '## What was found on the way',
    foundIn(texts.changelog),
    '## Machine',
    ...machinesOf(results),
    '## Reproduce',
    texts.reproduce,
  ]
  return `${sections.map((section) => section.trim()).join('\n\n')}\n`
}

/** The list under {@link foundHeading}, without what introduces it. */
export function foundIn(changelog: string): string {
  const [, after = ''] = changelog.split(`${foundHeading}\n`)
  const section = after.split(/^#/m)[0]!
  return section.slice(Math.max(0, section.search(/^- /m))).trim()
}

interface Row {
  readonly kind: Kind
  readonly result: PartResult | undefined
  readonly counted: Counted | undefined
}

function rowOf(kind: Kind, parts: readonly Part[], results: Results): Row {
  const part = parts.find(({ counts }) => counts.includes(kind.name))
  const result = results.find((each) => each.part === part?.name)
  return { kind, result, counted: result?.counts.find(({ name }) => name === kind.name) }
}

function cellsOf({ kind, result, counted }: Row): readonly string[] {
  if (result === undefined) return [kind.name, 'not run', '', '', '', '', '', '']
  const { violations, durationMs, machine, startedAt } = result
  const tried = counted?.count ?? 0
  return [
    kind.name,
    numberText(tried),
    violations === 0 ? '0' : `**${violations}**`,
    violations === 0 && tried > 0 ? boundText(tried) : '',
    counted?.seeds.join(', ') ?? '',
    durationText(durationMs),
    machine.commit,
    startedAt.slice(0, 10),
  ]
}

function warningsOf(results: Results, rows: readonly Row[]): readonly string[] {
  const short = rows.filter(({ kind, result, counted }) => {
    return result !== undefined && (counted?.count ?? 0) < kind.full
  })
  const commits = new Set(results.map(({ machine }) => machine.commit))
  return [
    ...short.map(
      ({ kind }) =>
        `**Of ${kind.name} fewer were tried than the ${numberText(kind.full)} that are enough.**`,
    ),
    ...(commits.size > 1
      ? [
          'Rows have different commits: parts were run apart, and what lies between was not tried again.',
        ]
      : []),
  ]
}

function violationsOf(results: Results): readonly string[] {
  const violated = results.filter(({ violations }) => violations > 0)
  if (violated.length === 0) return []
  const lines = violated.map(({ part, failures }) => {
    return `- \`npm run prove -- ${part}\`: ${failures.join('; ') || 'the program failed'}`
  })
  return ['## Violations', lines.join('\n')]
}

function saidOf(results: Results): readonly string[] {
  const lines = results.flatMap(({ part, said }) => said.map((line) => `- ${part}: \`${line}\``))
  return lines.length === 0 ? [] : ['## What the harnesses said', lines.join('\n')]
}

/** Each machine once, with the parts that ran there. Commits are told with the rows. */
function machinesOf(results: Results): readonly string[] {
  const machines = new Map<string, { machine: Machine; parts: string[] }>()
  for (const { part, machine } of results) {
    const key = JSON.stringify({ ...machine, commit: '' })
    const known = machines.get(key) ?? { machine, parts: [] }
    known.parts.push(part)
    machines.set(key, known)
  }
  return [...machines.values()].flatMap(({ machine, parts }) => [
    ...(machines.size > 1 ? [`Of ${parts.join(', ')}:`] : []),
    table(
      ['', ''],
      [
        ['Node', machine.node],
        ['processors', machine.processors],
        ['memory', machine.memory],
        ['kernel', machine.platform],
        ['file system', machine.fileSystem],
        ['lmdb, msgpackr', `${machine.lmdb}, ${machine.msgpackr}`],
      ],
    ),
  ])
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n')
}

function numberText(value: number): string {
  return value.toLocaleString('en-US')
}

function durationText(durationMs: number): string {
  const seconds = Math.round(durationMs / 1_000)
  return seconds < 100 ? `${seconds} s` : `${(seconds / 60).toFixed(1)} min`
}

function capitalized(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}`
}
