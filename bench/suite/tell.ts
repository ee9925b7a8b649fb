/**
 * Tells what a benchmark found: a table for whoever watches, and a file for whoever publishes it.
 */

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Answer, Figure, Unit } from './answer.js'
import { spreadOf } from './spread.js'

/** Where results are written: ignored by git. */
export const resultsFolder: string = fileURLToPath(
  new URL('../../../bench/results/', import.meta.url),
)

const digits: Readonly<Record<Unit, number>> = {
  'per second': 0,
  ms: 2,
  us: 2,
  ratio: 2,
  MiB: 1,
  bytes: 0,
  count: 0,
}

const suffixes: Readonly<Record<Unit, string>> = {
  'per second': '/s',
  ms: ' ms',
  us: ' us',
  ratio: '',
  MiB: ' MiB',
  bytes: ' bytes',
  count: '',
}

/** Prints an answer and writes it to `bench/results/<id>.json`. */
export function tell(answer: Answer): void {
  for (const line of linesOf(answer)) console.log(line)
  mkdirSync(resultsFolder, { recursive: true })
  const path = join(resultsFolder, `${answer.id}.json`)
  writeFileSync(path, `${JSON.stringify(answer, null, 2)}\n`)
}

/** @returns the table of an answer: the question, how it was asked, and a line for each figure. */
export function linesOf({ question, setting, figures }: Answer): readonly string[] {
  const width = Math.max(...figures.map(({ name }) => name.length))
  const rows = figures.map(
    (figure) => `  ${figure.name.padEnd(width)}  ${show(figure).padStart(12)}  ${range(figure)}`,
  )
  return ['', question, `  ${setting}`, ...rows]
}

/** The median, with its unit. */
export function show({ unit, values }: Figure): string {
  return numberText(spreadOf(values).median, unit)
}

/** A number with its unit. */
export function numberText(value: number, unit: Unit): string {
  return number(value, unit) + suffixes[unit]
}

/** From the lowest to the highest; nothing when there is one value. */
export function range({ unit, values }: Figure): string {
  if (values.length < 2) return ''
  const { lowest, highest } = spreadOf(values)
  return `(${number(lowest, unit)} to ${number(highest, unit)})`
}

function number(value: number, unit: Unit): string {
  return value.toLocaleString('en', { maximumFractionDigits: digits[unit] })
}
