/**
 * The last word of the fulfilment act: both twins side by side, and what was proved. Pure.
 */

import { boxWidth, proofRow, rule, section, separator } from './box.js'
import { type FulfilmentFigures, proofsOf, type TwinFigures } from './fulfilment-figures.js'
import { formatCount, formatSeconds, plural } from './numbers.js'

const valueChars = 18
const nameChars = boxWidth - 2 - 2 * valueChars

/** Lines without line ends, at most 80 columns. */
export function formatFulfilment(figures: FulfilmentFigures, title: string): string[] {
  const twins = Object.entries(figures.twins)
  const reports = twins.map(([, report]) => report)
  const row = (name: string, format: (report: TwinFigures) => string): string =>
    rowOf(name, reports.map(format))
  return [
    '',
    rule('╭', '╮', `${title} · fulfilment`),
    ...section([
      rowOf(
        '',
        twins.map(([name]) => name),
      ),
      row('orders', ({ orders }) => formatCount(orders)),
      row('delivered', ({ delivered }) => formatCount(delivered)),
      ...reasonsOf(reports).map((reason) =>
        row(`taken back: ${reason}`, ({ compensated }) => formatCount(compensated[reason] ?? 0)),
      ),
      row('steps of orders', ({ steps }) => formatCount(steps)),
      row('events in the log', ({ events }) => formatCount(events)),
      row('killed, started again', ({ kills }) => formatCount(kills)),
      row('time', ({ seconds }) => formatSeconds(seconds)),
      row('steps/s', ({ stepsPerSecond }) => formatCount(stepsPerSecond)),
      `${plural(figures.endsApart, 'order')} ended differently: time decides who gets the last pieces`,
    ]),
    separator('proof'),
    ...section(
      proofsOf(figures).flatMap(({ statement, brokenBy }) => [
        proofRow(brokenBy.length === 0, statement),
        ...brokenBy.map((who) => `    ${who}`),
      ]),
    ),
    rule('╰', '╯'),
  ]
}

function rowOf(name: string, values: readonly string[]): string {
  return name.padEnd(nameChars) + values.map((value) => value.padStart(valueChars)).join('')
}

/** Every reason that either twin had. */
function reasonsOf(reports: readonly TwinFigures[]): string[] {
  return [...new Set(reports.flatMap(({ compensated }) => Object.keys(compensated)))].sort()
}
