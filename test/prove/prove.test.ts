/**
 * What `npm run prove` makes of counts: results, bounds and the page. And the page that is published.
 */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { Machine } from '../../bench/report/machine.js'
import { repositoryRoot } from '../architecture/source-files.js'
import { boundText, violationBound } from './bound.js'
import { kinds } from './kinds.js'
import { foundIn, type PageParts, pageOf } from './page.js'
import { type Part, parts, partsNamed } from './parts.js'
import { publishedPage, publishedPaths, readPublished } from './publish.js'
import { findingsOf, mergeResults, type PartResult, shortOf } from './results.js'

const machine: Machine = {
  node: 'v20.0.0',
  processors: '2 x one',
  memory: '8.0 GiB',
  platform: 'linux 6 x64',
  fileSystem: 'ext4',
  isSyncFree: false,
  lmdb: '3.5.6',
  msgpackr: '2.1.3',
  commit: 'abcdef0',
}

const damage: PartResult = {
  part: 'damage',
  counts: [{ name: 'corruptions', count: 5_000, seeds: [1] }],
  violations: 0,
  failures: [],
  said: ['5000 copies: {"harmless":4}'],
  startedAt: '2026-01-02T03:04:05.000Z',
  durationMs: 150_000,
  machine,
}
const model: PartResult = {
  ...damage,
  part: 'model',
  counts: [{ name: 'model runs', count: 10_000, seeds: [1, 7] }],
}

const page: PageParts = {
  results: [model, damage],
  kinds: kinds.filter(({ name }) => ['corruptions', 'model runs', 'failpoints'].includes(name)),
  parts,
  texts: {
    howToRead: 'Read it.',
    notMeant: 'Nothing else.',
    reproduce: 'Run it.',
    changelog:
      '# Changelog\n\n- One\n\n### Found by faults\n\nBy us.\n\n- Two\n- Three\n\n## 0.1\n\n- Four\n',
  },
}

describe('a bound', () => {
  test('is what so many faults without a violation would have refuted with 95 %', () => {
    for (const n of [1, 59, 2_000, 5_000_000]) {
      assert.ok(Math.abs((1 - violationBound(n)) ** n - 0.05) < 1e-9)
    }
  })

  test('is about three in n, and told so that it promises no more', () => {
    assert.equal(violationBound(1), 0.95)
    assert.equal(boundText(2_000), '1 in 668')
    assert.equal(boundText(5_000_000), '1 in 1,669,041')
  })
})

describe('of a run', () => {
  const counts = [
    '{"name":"random kills","count":60,"seed":7}',
    '{"name":"failpoints","count":50,"seed":1}',
    '{"name":"random kills","count":6,"seed":1}',
    '',
  ].join('\n')

  test('counts of the same kind add up, with their seeds', () => {
    assert.deepEqual(findingsOf({ code: 0, output: '# fail 0', counts }), {
      counts: [
        { name: 'random kills', count: 66, seeds: [1, 7] },
        { name: 'failpoints', count: 50, seeds: [1] },
      ],
      violations: 0,
      failures: [],
      said: [],
    })
  })

  for (const [reporter, output] of [
    ['tap', 'ok 1 - good\n    not ok 2 - it is lost\n# pass 1\n# fail 2\n'],
    ['spec', '✔ good (1ms)\n✖ it is lost\nℹ pass 1\nℹ fail 2\n'],
  ] as const) {
    test(`failures are counted and named as ${reporter} tells them`, () => {
      const { violations, failures } = findingsOf({ code: 1, output, counts: '' })

      assert.deepEqual([violations, failures], [2, ['it is lost']])
    })
  }

  test('what harnesses said of their counts is kept, and nothing else', () => {
    const output = [
      'TAP version 13',
      '# Subtest: it holds',
      '    # seed 1: 300 damaged copies: {"harmless":172}',
      'ℹ 54 kills',
      '# fail 0',
      '100 of 2000 seeds, 18 seeds/s',
      '2000 seeds from 1: 0 failed',
    ].join('\n')

    assert.deepEqual(findingsOf({ code: 0, output, counts: '' }).said, [
      'seed 1: 300 damaged copies: {"harmless":172}',
      '54 kills',
      '2000 seeds from 1: 0 failed',
    ])
  })

  test('a program that ends badly without a word is a violation', () => {
    assert.equal(findingsOf({ code: null, output: '', counts: '' }).violations, 1)
  })

  test('a count that falls short is told', () => {
    const part = partsNamed(['damage'])[0]!

    assert.deepEqual(
      shortOf(damage, part, () => 5_000),
      [],
    )
    assert.deepEqual(
      shortOf({ ...damage, counts: [] }, part, () => 5_000),
      ['corruptions: 0 of 5000'],
    )
  })
})

test('results of parts that did not run again stay, in the order of the parts', () => {
  const later = { ...damage, violations: 1 }

  const merged = mergeResults(parts, [damage, model], [later])

  assert.deepEqual(merged, [model, later])
})

describe('the page', () => {
  test('has a row for every kind, with its bound, seeds, time, commit and day', () => {
    for (const line of [
      '| failpoints | not run |  |  |  |  |  |  |',
      '| corruptions | 5,000 | 0 | 1 in 1,669 | 1 | 2.5 min | abcdef0 | 2026-01-02 |',
      '| model runs | 10,000 | 0 | 1 in 3,338 | 1, 7 | 2.5 min | abcdef0 | 2026-01-02 |',
    ]) {
      assert.ok(pageOf(page).includes(line), pageOf(page))
    }
  })

  test('shows a violation, names it, and has no bound for it', () => {
    const violated = { ...damage, violations: 2, failures: ['it reads otherwise'] }
    const text = pageOf({ ...page, results: [violated] })

    assert.match(text, /\| corruptions \| 5,000 \| \*\*2\*\* \| {2}\|/)
    assert.match(text, /## Violations\n\n- `npm run prove -- damage`: it reads otherwise\n/)
    assert.doesNotMatch(pageOf(page), /Violations/)
  })

  test('says when a count is not enough, and when rows have different commits', () => {
    const few = { ...damage, counts: [{ name: 'corruptions', count: 12, seeds: [1] }] } as const
    const elsewhere = { ...model, machine: { ...machine, commit: '1234567' } }

    assert.match(pageOf({ ...page, results: [few] }), /Of corruptions fewer .* than the 5,000/)
    assert.match(pageOf({ ...page, results: [elsewhere, damage] }), /different commits/)
    assert.doesNotMatch(pageOf(page), /fewer were tried|different commits/)
  })

  test('tells each machine once, with its parts where there are several', () => {
    const elsewhere = { ...model, machine: { ...machine, node: 'v24.0.0' } }

    assert.match(pageOf({ ...page, results: [elsewhere, damage] }), /Of model:\n\n.*\n.*\n.*v24/)
    assert.equal(pageOf(page).split('| Node |').length, 2)
  })

  test('has what the harnesses said', () => {
    assert.ok(pageOf(page).includes('- damage: `5000 copies: {"harmless":4}`'))
  })

  test('tells what was found as the changelog has it', () => {
    assert.equal(foundIn(page.texts.changelog), '- Two\n- Three')
    assert.ok(pageOf(page).includes('## What was found on the way\n\n- Two\n- Three\n\n##'))
  })
})

describe('parts', () => {
  test('count every kind of fault, each of them once', () => {
    const counted = parts.flatMap(({ counts }) => counts)

    assert.deepEqual([...counted].sort(), kinds.map(({ name }) => name).sort())
  })

  test('are chosen by name, all of them without one, and an unknown name is refused', () => {
    const names = (chosen: readonly Part[]): readonly string[] => chosen.map(({ name }) => name)

    assert.deepEqual(names(partsNamed(['model', 'kills'])), ['kills', 'model'])
    assert.deepEqual(partsNamed([]), parts)
    assert.throws(() => partsNamed(['kill']), /expected parts of kills, .* found kill$/)
  })
})

describe('the published page', () => {
  const published = readPublished(repositoryRoot)

  test('is what its results, kinds and texts make of it', () => {
    const text = readFileSync(join(repositoryRoot, publishedPaths.page), 'utf8')

    assert.equal(text, publishedPage(repositoryRoot, published), 'npm run prove -- --page makes it')
  })

  test('has no count below its full size, and no violation', () => {
    const short = published.flatMap((result) => {
      const part = parts.find(({ name }) => name === result.part)!
      return shortOf(result, part, (name) => kinds.find((kind) => kind.name === name)!.full)
    })

    assert.deepEqual(short, [])
    assert.deepEqual(
      published.filter(({ violations }) => violations > 0).map(({ part }) => part),
      [],
    )
  })
})
