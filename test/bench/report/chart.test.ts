/**
 * Charts as text.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { drawChart } from '../../../bench/report/chart.js'
import type { Chart } from '../../../bench/suite/answer.js'
import { elementsOf } from './well-formed.js'

const chart: Chart = {
  id: 'latency',
  title: 'Latency & "rate" <1 s',
  x: { title: 'commands/s', scale: 'log' },
  y: { title: 'ms', scale: 'linear' },
  lines: [
    {
      name: 'p50',
      points: [
        { x: 100, y: 1 },
        { x: 1_000, y: 2 },
      ],
    },
    {
      name: 'p99 < max',
      points: [
        { x: 1_000, y: 10 },
        { x: 100, y: 4 },
      ],
    },
  ],
}

function pathsOf(svg: string): readonly (string | undefined)[] {
  return [...svg.matchAll(/class="line c\d" d="(M[^"h]*L[^"]*)"/g)].map(([, path]) => path)
}

describe('a chart', () => {
  test('is well-formed, whatever its titles and names are', () => {
    const elements = elementsOf(drawChart(chart))

    assert.equal(elements[0], 'svg')
    assert.match(drawChart(chart), /aria-label="Latency &amp; &quot;rate&quot; &lt;1 s"/)
  })

  test('has a line and a name in the legend for each line, and a mark for each point', () => {
    const svg = drawChart(chart)

    assert.equal(pathsOf(svg).length, 2)
    assert.match(svg, />p50</)
    assert.match(svg, />p99 &lt; max</)
    // Two points each, and one in the legend.
    assert.equal([...svg.matchAll(/<circle class="c0"/g)].length, 3)
    assert.equal([...svg.matchAll(/<rect class="c1"/g)].length, 3)
  })

  test('places points from the left to the right, and more above less', () => {
    const [p50, p99] = pathsOf(drawChart(chart))

    // The plot is from 84 to 720, and from 380 up to 84.
    assert.equal(p50, 'M84 350.4L720 320.8')
    assert.equal(p99, 'M84 261.6L720 84')
  })

  test('has a card of its own in both colour schemes', () => {
    const [light, dark] = drawChart(chart).split('prefers-color-scheme: dark')

    for (const style of [light!, dark!]) assert.match(style, /\.card \{ fill: #[0-9a-f]{6}/)
  })

  test('without a line, or with more than can be told apart, is refused', () => {
    const many = Array.from({ length: 7 }, (_, at) => ({ ...chart.lines[0]!, name: `${at}` }))

    for (const lines of [[], many]) {
      assert.throws(() => drawChart({ ...chart, lines }), /expected 1 to 6 lines/)
    }
  })
})
