/**
 * The page of benchmarks.
 */

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { wholePlan } from '../../../bench/comparison/plan.js'
import type { Figures } from '../../../bench/comparison/summary.js'
import { findingsOf } from '../../../bench/report/findings.js'
import { fallingShort, type PageParts, pageOf } from '../../../bench/report/page.js'
import type { Comparison } from '../../../bench/report/peers.js'
import { publishedPage, publishedPaths, readPublished } from '../../../bench/report/publish.js'
import { remarks } from '../../../bench/report/remarks.js'
import type { Run } from '../../../bench/report/results.js'
import { type Target, targets } from '../../../bench/report/targets.js'
import { judge, mismatches } from '../../../bench/report/verdict.js'
import { spreadOf } from '../../../bench/suite/spread.js'
import { repositoryRoot } from '../../architecture/source-files.js'

const run: Run = {
  startedAt: '2026-01-02T03:04:05.000Z',
  durationMs: 540_000,
  scale: 1,
  machine: {
    node: 'v20.0.0',
    processors: '2 x one',
    memory: '8.0 GiB',
    platform: 'linux 6 x64',
    fileSystem: 'ext4',
    isSyncFree: false,
    lmdb: '3.5.6',
    msgpackr: '2.1.3',
    commit: 'abcdef0',
  },
  failed: [],
}

const target: Target = {
  id: 'commands',
  what: 'Durable commands',
  durability: 'power loss',
  bounds: [
    {
      answer: 'commands',
      figure: 'of bare',
      unit: 'ratio',
      is: 'at least',
      value: 0.6,
      says: 'of bare',
    },
  ],
}

const parts: PageParts = {
  results: {
    run,
    answers: [
      {
        id: 'commands',
        question: 'How many?',
        setting: 'fsync per group',
        figures: [{ name: 'of bare', unit: 'ratio', values: [0.4, 0.5, 0.7] }],
        charts: [
          {
            id: 'by-size',
            title: 'By size',
            x: { title: 'x', scale: 'log' },
            y: { title: 'y', scale: 'log' },
            lines: [],
          },
        ],
      },
    ],
    comparison: null,
  },
  targets: [target],
  remarks: { commands: { why: 'It checks.', tried: 'Checking less.' } },
  texts: { howToRead: 'Read it.', method: 'In turns.', deadEnds: 'None.', reproduce: 'Run it.' },
}

const comparison: Comparison = {
  startedAt: '2026-01-01T00:00:00.000Z',
  machine: { node: 'v20.0.0', processors: '2 x one' },
  plan: wholePlan,
  rows: [
    {
      id: 'dramatis',
      name: 'Dramatis',
      version: '0.1.0',
      durability: 'power loss',
      settings: 'by default',
      figures: figuresOf(100, 300),
    },
    {
      id: 'nact',
      name: 'nact, in memory',
      version: '7.6.2',
      durability: 'none',
      settings: 'spawn | query',
      figures: figuresOf(50, 100),
    },
    {
      id: 'act-memory',
      name: 'act-memory',
      version: '?',
      durability: '',
      settings: '',
      figures: { reason: 'it did not load' },
    },
  ],
}

function figuresOf(...perSecond: readonly number[]): Figures {
  const rounds = perSecond.map((commands) => ({ commands, inFlight: 10, durationMs: 1_000 }))
  return { commandsPerSecond: spreadOf(perSecond), ofBaseline: null, ofCeiling: null, rounds }
}

/** The published results; `undefined`: nothing was published. */
const published = existsSync(publishedPaths(repositoryRoot).results)
  ? readPublished(repositoryRoot)
  : undefined
const skip = published === undefined && 'nothing is published'

describe('the page', () => {
  test('tells of each target what was measured, its range, what it survives and whether it is met', () => {
    assert.ok(
      pageOf(parts).includes(
        '| Durable commands | at least 0.6 of bare | 0.5 (0.4 to 0.7) | power loss | **[falls short](#what-falls-short)** |',
      ),
    )
  })

  test('says why a row falls short, and what was tried, only while it does', () => {
    const met = {
      ...parts,
      targets: [{ ...target, bounds: [{ ...target.bounds[0]!, value: 0.5 }] }],
    }

    assert.match(
      pageOf(parts),
      /## What falls short\n\n### Durable commands\n\nIt checks\.\n\n\*\*Tried\.\*\* Checking less\./,
    )
    assert.doesNotMatch(pageOf(met), /falls short|It checks/)
  })

  test('tells a row without a figure as not measured', () => {
    const page = pageOf({ ...parts, results: { ...parts.results, answers: [] } })

    assert.match(page, /\| at least 0\.6 of bare \| {2}\| power loss \| not measured \|/)
  })

  test('has every answer with its setting, and every chart', () => {
    const page = pageOf(parts)

    assert.match(
      page,
      /### How many\?\n\nFsync per group\.\n\n.*\n.*\n\| of bare \| 0\.5 \| 0\.4 to 0\.7 \|/,
    )
    assert.ok(page.includes('![By size](benchmarks/by-size.svg)'))
  })

  test('tells of other libraries what they survive, how they were set, and how many times faster Dramatis is', () => {
    const page = pageOf({ ...parts, results: { ...parts.results, comparison } })

    for (const line of [
      '| Dramatis 0.1.0 | power loss | 200 (100 to 300) |  | 10 |',
      '| nact, in memory 7.6.2 | none | 75 (50 to 100) | 2.5 times (2 to 3) | 10 |',
      '| act-memory ? |  | not measured: it did not load |  |  |',
      '- **nact, in memory**: spawn | query',
    ]) {
      assert.ok(page.includes(line), line)
    }
    assert.doesNotMatch(pageOf(parts), /Beside other libraries/)
  })

  test('warns of figures that are worth nothing, and names what has no answer', () => {
    const machine = { ...run.machine, isSyncFree: true }
    const tried = { ...run, machine, scale: 0.05, failed: ['latency'] }
    const page = pageOf({ ...parts, results: { ...parts.results, run: tried } })

    assert.match(page, /scaled by 0\.05/)
    assert.match(page, /fsync costs nothing/)
    assert.match(page, /Without an answer: latency\./)
    assert.doesNotMatch(pageOf(parts), /worth nothing|costs nothing|Without an answer/)
  })
})

test('every remark is about a target', () => {
  const ids = targets.map(({ id }) => id)

  assert.deepEqual(
    Object.keys(remarks).filter((id) => !ids.includes(id)),
    [],
  )
})

describe('the published page', { skip }, () => {
  test('is what its results, targets, remarks and texts make of it', () => {
    const page = readFileSync(publishedPaths(repositoryRoot).page, 'utf8')

    assert.equal(
      page,
      publishedPage(repositoryRoot, published!),
      'npm run bench -- --page makes it',
    )
  })

  test('has a remark on every row that falls short', () => {
    const short = fallingShort(judge(targets, findingsOf(published!)))

    assert.deepEqual(
      short.map(({ id }) => id).filter((id) => remarks[id] === undefined),
      [],
    )
  })

  test('has the figures that targets ask for, of a whole run of all sizes', () => {
    const { run, comparison } = published!
    const unmeasured = judge(targets, findingsOf(published!))
      .filter(({ verdict, bound }) => {
        const isKnown = run.failed.includes(bound.answer)
        return verdict === 'not measured' && !isKnown && bound.answer !== 'peers'
      })
      .map(({ bound }) => bound.answer)

    assert.deepEqual([...mismatches(targets, findingsOf(published!)), ...unmeasured], [])
    assert.equal(run.scale, 1)
    assert.notEqual(comparison, null)
  })
})
