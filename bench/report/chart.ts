/**
 * A chart as SVG: lines with marks, axes with ticks, a legend.
 *
 * Pure; the same chart is always the same text. It lies on a card of its own, light or dark as the reader's
 * system is, so that it can be read on any page. Lines differ by colour, by dashes and by their marks.
 */

import type { Chart, Line } from '../suite/answer.js'
import { type Scale, scaleFor, tickLabel } from './ticks.js'

const width = 760
/** Of the plot. */
const left = 84
const right = 720
const plotHeight = 296
/** Of a row of the legend; the first is below the title. */
const rowHeight = 18
const legendTop = 54
/** Below the plot: the marks and the name of the axis. */
const footHeight = 60

/** As many as can be told apart. */
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

/** Where on the drawing the values of a chart lie. */
interface Plot {
  readonly top: number
  readonly bottom: number
  readonly across: Scale
  readonly up: Scale
}

/** @throws RangeError - when there is nothing to draw, or too many lines, or values that an axis cannot show. */
export function drawChart({ title, x, y, lines }: Chart): string {
  if (lines.length === 0 || lines.length > linesMax) {
    throw new RangeError(`expected 1 to ${linesMax} lines in '${title}', found ${lines.length}`)
  }
  const points = lines.flatMap((line) => line.points)
  const entries = legendOf(lines)
  const top = entries.at(-1)!.y + 30
  const plot: Plot = {
    top,
    bottom: top + plotHeight,
    across: scaleFor(
      x,
      points.map((point) => point.x),
    ),
    up: scaleFor(
      y,
      points.map((point) => point.y),
    ),
  }
  const height = plot.bottom + footHeight
  const parts = [
    `<rect class="card" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="6"/>`,
    text('title', left, 30, 'start', title),
    ...entries.map(drawEntry),
    ...plot.up.ticks.map((tick) => horizontal(plot, tick)),
    ...plot.across.ticks.map((tick) => vertical(plot, tick)),
    `<path class="axis" d="M${left} ${plot.top}V${plot.bottom}H${right}" fill="none"/>`,
    text('name', (left + right) / 2, height - 16, 'middle', x.title),
    upright(plot, y.title),
    ...lines.map((line, at) => drawLine(line, at, plot)),
  ]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">`,
    `  <style>${style}\n  </style>`,
    ...parts.map((part) => `  ${part}`),
    '</svg>\n',
  ].join('\n')
}

function drawLine({ points }: Line, at: number, plot: Plot): string {
  const places = points
    .toSorted((a, b) => a.x - b.x)
    .map((point) => [xOf(plot, point.x), yOf(plot, point.y)] as const)
  const path = places.map(([x, y], step) => `${step === 0 ? 'M' : 'L'}${x} ${y}`).join('')
  return stroke(at, path) + places.map(([x, y]) => mark(at, x, y)).join('')
}

/** A name of the legend, and where it stands. */
interface Entry {
  readonly at: number
  readonly name: string
  readonly x: number
  readonly y: number
}

/** In rows, as many names in each as there is room for. */
function legendOf(lines: readonly Line[]): readonly Entry[] {
  let x = left
  let y = legendTop
  return lines.map(({ name }, at) => {
    // There is no measuring of text here: letters are taken to be wide.
    const needed = 52 + name.length * 7
    if (x + needed > right && x > left) {
      x = left
      y += rowHeight
    }
    const entry = { at, name, x, y }
    x += needed
    return entry
  })
}

function drawEntry({ at, name, x, y }: Entry): string {
  return (
    stroke(at, `M${x} ${y}h26`) + mark(at, x + 13, y) + text('name', x + 32, y + 4, 'start', name)
  )
}

function stroke(at: number, path: string): string {
  const dash = dashes[at] === '' ? '' : ` stroke-dasharray="${dashes[at]}"`
  return `<path class="line c${at}" d="${path}"${dash}/>`
}

/** A circle, a square, a diamond, a triangle, then these again, smaller. */
function mark(at: number, x: number, y: number): string {
  const size = at < 4 ? 4 : 2.75
  const wide = size + 1
  const shapes = [
    `<circle class="c${at}" cx="${x}" cy="${y}" r="${size}"/>`,
    `<rect class="c${at}" x="${x - size}" y="${y - size}" width="${size * 2}" height="${size * 2}"/>`,
    `<path class="c${at}" d="M${x} ${y - wide}l${wide} ${wide}l-${wide} ${wide}l-${wide} -${wide}z"/>`,
    `<path class="c${at}" d="M${x} ${y - wide}l${wide} ${size * 2}h-${wide * 2}z"/>`,
  ]
  return shapes[at % shapes.length]!
}

function horizontal(plot: Plot, tick: number): string {
  const y = yOf(plot, tick)
  return (
    `<path class="grid" d="M${left} ${y}H${right}"/>` +
    text('tick', left - 8, y + 4, 'end', tickLabel(tick))
  )
}

function vertical(plot: Plot, tick: number): string {
  const x = xOf(plot, tick)
  return (
    `<path class="grid" d="M${x} ${plot.top}V${plot.bottom}"/>` +
    text('tick', x, plot.bottom + 18, 'middle', tickLabel(tick))
  )
}

function upright({ top, bottom }: Plot, title: string): string {
  const turned = `translate(22 ${(top + bottom) / 2}) rotate(-90)`
  return `<text class="name" transform="${turned}" text-anchor="middle">${escaped(title)}</text>`
}

function text(kind: string, x: number, y: number, anchor: string, content: string): string {
  return `<text class="${kind}" x="${x}" y="${y}" text-anchor="${anchor}">${escaped(content)}</text>`
}

function xOf({ across }: Plot, value: number): number {
  return tenths(left + across.place(value) * (right - left))
}

function yOf({ up, bottom }: Plot, value: number): number {
  return tenths(bottom - up.place(value) * plotHeight)
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
