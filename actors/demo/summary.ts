/**
 * The last word of the demo: its figures as a table a person can read. Pure.
 */

import { boxWidth, proofRow, rule, section, separator } from './box.js'
import type { DemoFigures } from './figures.js'
import { bar, formatCents, formatCount, formatSeconds, plural } from './numbers.js'

const monthsMax = 36

/** Lines without line ends, at most 80 columns. */
export function formatSummary(figures: DemoFigures, title: string): string[] {
  return [
    '',
    rule('╭', '╮', title),
    ...section([headline(figures)]),
    ...commandRows(figures),
    separator('orders by status (view)'),
    ...section(shareRows(figures.ordersByStatus, formatCount)),
    separator('paid per month (view)'),
    ...section(shareRows(lastMonths(figures.revenueCentsByMonth), formatCents)),
    separator('side effects'),
    ...section(handlerRows(figures.handlers)),
    separator('proof'),
    ...section(proofRows(figures)),
    rule('╰', '╯'),
  ]
}

function headline({ commands, events, seconds, commandsPerSecond }: DemoFigures): string {
  return (
    `${plural(commands, 'command')} → ${plural(events, 'event')}, ` +
    `${formatSeconds(seconds)}, ${formatCount(commandsPerSecond)} durable commands/s`
  )
}

function commandRows({ eventsByType, rejected }: DemoFigures): string[] {
  return [
    separator('events'),
    ...section(shareRows(eventsByType, formatCount)),
    separator('refused by the domain'),
    ...section(shareRows(rejected, formatCount)),
  ]
}

const nameChars = 24
const valueChars = 14
const barChars = boxWidth - nameChars - valueChars - 6

/** A row per name: its value, and a bar in proportion to the largest. */
function shareRows(
  values: Readonly<Record<string, number>>,
  format: (value: number) => string,
): string[] {
  const largest = Math.max(1, ...Object.values(values))
  const rows = Object.entries(values).map(
    ([name, value]) =>
      `${name.padEnd(nameChars)}${format(value).padStart(valueChars)}  ` +
      bar(value / largest, barChars).replaceAll('░', ' '),
  )
  return rows.length === 0 ? ['none'] : rows
}

function lastMonths(byMonth: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(byMonth).slice(-monthsMax))
}

const handlerColumns = ['handled', 'retried', 'parked', 'redriven', 'discarded'] as const

function handlerRows(handlers: DemoFigures['handlers']): string[] {
  const header = handlerColumns.map((column) => column.padStart(10)).join('')
  return [
    ''.padEnd(nameChars - 4) + header,
    ...Object.entries(handlers).map(
      ([name, figures]) =>
        name.padEnd(nameChars - 4) +
        handlerColumns.map((column) => formatCount(figures[column]).padStart(10)).join(''),
    ),
  ]
}

function proofRows({ recovered, rebuiltEqual }: DemoFigures): string[] {
  return [
    proofRow(recovered, 'closed and opened again: states, views and dead letters came back'),
    proofRow(rebuiltEqual, 'views rebuilt from the log equal those kept along the way'),
  ]
}
