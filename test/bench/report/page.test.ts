/**
 * The page of benchmarks.
 */

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { findingsOf } from '../../../bench/report/findings.js'
import { fallingShort, type PageParts, pageOf } from '../../../bench/report/page.js'
import { publishedPage, publishedPaths, readPublished } from '../../../bench/report/publish.js'
import { remarks } from '../../../bench/report/remarks.js'
import type { Run } from '../../../bench/report/results.js'
import { type Target, targets } from '../../../bench/report/targets.js'
import { judge, mismatches } from '../../../bench/report/verdict.js'
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
    assert.deepEqual(mismatches(targets, findingsOf(published!)), [])
    assert.equal(published!.run.scale, 1)
  })
})
