/**
 * A chart as SVG: lines with marks, axes with ticks, a legend.
 *
 * Pure; the same chart is always the same text. It lies on a card of its own, light or dark as the reader's
 * system is, so that it can be read on any page. Lines differ by colour, by dashes and by their marks.
 */

import type { Chart, Line } from '../suite/answer.js'
import { type Scale, scaleFor, tickLabel } from './ticks.js'

const width = 760
const height = 440
const plot = { left: 84, top: 84, right: 736, bottom: 380 }

/** One for each line. @throws RangeError - when a chart has more lines. */
const linesMax = 6
const dashes = ['', '7 4', '2 4', '10 4 2 4', '4 3', '12 4']

const style = `
    .card { fill: #ffffff; stroke: #d0d7de; }
    text { fill: #1f2328; font: 13px system-ui, -apple-system, 'Segoe UI', sans-serif; }
    .title { font-size: 16px; font-weight: 600; }
    .tick { fill: #59636e; font-size: 12px; }
    .grid { stroke: #e4e8ec; }
    .axis { stroke: #818b98; }
    .line { fill: none; stroke-width: 2.25; stroke-linejoin: round; stroke-linecap: round; }
    .c0 { stroke: #0072b2; fill: #0072b2; } .c1 { stroke: #c24e00; fill: #c24e00; }
    .c2 { stroke: #00805c; fill: #00805c; } .c3 { stroke: #a8437f; fill: #a8437f; }
    .c4 { stroke: #8a6100; fill: #8a6100; } .c5 { stroke: #57606a; fill: #57606a; }
    .line { fill: none; }
    @media (prefers-color-scheme: dark) {
      .card { fill: #0d1117; stroke: #3d444d; }
      text { fill: #f0f6fc; }
      .tick { fill: #9198a1; }
      .grid { stroke: #262c36; }
      .axis { stroke: #656c76; }
      .c0 { stroke: #56b4e9; fill: #56b4e9; } .c1 { stroke: #ff9248; fill: #ff9248; }
      .c2 { stroke: #3fc99f; fill: #3fc99f; } .c3 { stroke: #e48fc0; fill: #e48fc0; }
      .c4 { stroke: #e3b341; fill: #e3b341; } .c5 { stroke: #b1bac4; fill: #b1bac4; }
      .line { fill: none; }
    }`

/** @throws RangeError - when there is nothing to draw, or too many lines, or values that an axis cannot show. */
export function drawChart({ title, x, y, lines }: Chart): string {
  if (lines.length === 0 || lines.length > linesMax) {
    throw new RangeError(`expected 1 to ${linesMax} lines in '${title}', found ${lines.length}`)
  }
  const points = lines.flatMap((line) => line.points)
  const across = scaleFor(
    x,
    points.map((point) => point.x),
  )
  const up = scaleFor(
    y,
    points.map((point) => point.y),
  )
  const parts = [
    `<rect class="card" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="6"/>`,
    text('title', plot.left, 30, 'start', title),
    ...legend(lines),
    ...up.ticks.map((tick) => horizontal(tick, yOf(up, tick))),
    ...across.ticks.map((tick) => vertical(tick, xOf(across, tick))),
    `<path class="axis" d="M${plot.left} ${plot.top}V${plot.bottom}H${plot.right}" fill="none"/>`,
    text('name', (plot.left + plot.right) / 2, height - 16, 'middle', x.title),
    upright(y.title),
    ...lines.map((line, at) => drawLine(line, at, across, up)),
  ]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">`,
    `  <style>${style}\n  </style>`,
    ...parts.map((part) => `  ${part}`),
    '</svg>\n',
  ].join('\n')
}

function drawLine({ points }: Line, at: number, across: Scale, up: Scale): string {
  const places = points
    .toSorted((a, b) => a.x - b.x)
    .map((point) => [xOf(across, point.x), yOf(up, point.y)] as const)
  const path = places.map(([x, y], step) => `${step === 0 ? 'M' : 'L'}${x} ${y}`).join('')
  const marks = places.map(([x, y]) => mark(at, x, y)).join('')
  const dash = dashes[at] === '' ? '' : ` stroke-dasharray="${dashes[at]}"`
  return `<path class="line c${at}" d="${path}"${dash}/>${marks}`
}

/** In rows, as many names in each as there is room for. */
function legend(lines: readonly Line[]): readonly string[] {
  let left = plot.left
  let top = 54
  return lines.map(({ name }, at) => {
    // There is no measuring of text here: letters are taken to be wide.
    const needed = 52 + name.length * 7
    if (left + needed > plot.right && left > plot.left) {
      left = plot.left
      top += 18
    }
    const from = left
    left += needed
    const dash = dashes[at] === '' ? '' : ` stroke-dasharray="${dashes[at]}"`
    return (
      `<path class="line c${at}" d="M${from} ${top}h26"${dash}/>${mark(at, from + 13, top)}` +
      text('name', from + 32, top + 4, 'start', name)
    )
  })
}

/** A circle, a square, a diamond, a triangle, then these again, smaller. */
function mark(at: number, x: number, y: number): string {
  const size = at < 4 ? 4 : 2.75
  const shapes = [
    `<circle class="c${at}" cx="${x}" cy="${y}" r="${size}"/>`,
    `<rect class="c${at}" x="${x - size}" y="${y - size}" width="${size * 2}" height="${size * 2}"/>`,
    `<path class="c${at}" d="M${x} ${y - size - 1}l${size + 1} ${size + 1}l-${size + 1} ${size + 1}l-${size + 1} -${size + 1}z"/>`,
    `<path class="c${at}" d="M${x} ${y - size - 1}l${size + 1} ${size * 2}h-${size * 2 + 2}z"/>`,
  ]
  return shapes[at % shapes.length]!
}

function horizontal(tick: number, y: number): string {
  return (
    `<path class="grid" d="M${plot.left} ${y}H${plot.right}"/>` +
    text('tick', plot.left - 8, y + 4, 'end', tickLabel(tick))
  )
}

function vertical(tick: number, x: number): string {
  return (
    `<path class="grid" d="M${x} ${plot.top}V${plot.bottom}"/>` +
    text('tick', x, plot.bottom + 18, 'middle', tickLabel(tick))
  )
}

function upright(title: string): string {
  const middle = (plot.top + plot.bottom) / 2
  return `<text class="name" transform="translate(22 ${middle}) rotate(-90)" text-anchor="middle">${escaped(title)}</text>`
}

function text(kind: string, x: number, y: number, anchor: string, content: string): string {
  return `<text class="${kind}" x="${x}" y="${y}" text-anchor="${anchor}">${escaped(content)}</text>`
}

function xOf(scale: Scale, value: number): number {
  return tenths(plot.left + scale.place(value) * (plot.right - plot.left))
}

function yOf(scale: Scale, value: number): number {
  return tenths(plot.bottom - scale.place(value) * (plot.bottom - plot.top))
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10
}

function escaped(content: string): string {
  return content
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
