/**
 * The architecture, policed: layers, places of dependencies, ports, sizes and names.
 *
 * Reads the sources of the repository, not the build. The rules are those of `docs/architecture.md`
 * and `docs/CONTRIBUTING.md`; the rules' own code is tested at the end.
 */

import assert from 'node:assert/strict'
import { posix } from 'node:path'
import { describe, test } from 'node:test'
import { blankSource } from './architecture/blank-source.js'
import { functionLengths } from './architecture/function-lengths.js'
import { importsOf } from './architecture/imports.js'
import { wrongImport } from './architecture/layers.js'
import { type SourceFile, sourceFiles } from './architecture/source-files.js'

const fileLinesMax = 500
const functionLinesMax = 70

const src = sourceFiles('src')
const domain = sourceFiles('actors')
const all = [...src, ...domain, ...sourceFiles('bench'), ...sourceFiles('test')]

/** Asserts that no file breaks a rule, naming every one that does. */
function assertNone(
  files: readonly SourceFile[],
  broken: (file: SourceFile) => Iterable<string>,
): void {
  assert.deepEqual(
    files.flatMap((file) => [...broken(file)]),
    [],
  )
}

/** The lines on which code matches, as `path:line: code`. */
function linesMatching({ path, text }: SourceFile, pattern: RegExp): readonly string[] {
  return blankSource(text)
    .code.split('\n')
    .flatMap((line, at) => (pattern.test(line) ? [`${path}:${at + 1}: ${line.trim()}`] : []))
}

/** The files that a file loads, itself included: type-only imports are erased and load nothing. */
function loadedBy(path: string, loaded: Map<string, readonly string[]> = new Map()): typeof loaded {
  const file = src.find((each) => each.path === path)
  if (file === undefined || loaded.has(path)) return loaded
  const specifiers = importsOf(file.text)
    .filter((each) => !each.isTypeOnly)
    .map((each) => each.specifier)
  loaded.set(path, specifiers)
  for (const specifier of specifiers.filter((each) => each.startsWith('.'))) {
    loadedBy(posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts'), loaded)
  }
  return loaded
}

describe('every test', () => {
  test('releases what it holds through its scope, last opened first', () => {
    const direct = /\b(?:t|test|context|scope)\.after\(/

    assertNone(
      all.filter(({ path }) => path.startsWith('test/') && path !== 'test/support/scope.ts'),
      (file) => linesMatching(file, direct),
    )
  })
})

describe('every source under src', () => {
  test('imports from its own folder and from lower rows only, and dependencies in their places', () => {
    assertNone(src, ({ path, text }) =>
      importsOf(text).flatMap(({ specifier }) => wrongImport(path, specifier) ?? []),
    )
  })

  test('takes time, timers and chance from the ports in base', () => {
    const direct =
      /\bDate\.now\b|\bnew Date\(\)|(?<!\bnew )\bDate\(\)|\bMath\.random\b|\bset(?:Timeout|Interval)\b|\bperformance\.now\b|\bhrtime\b|\brandomUUID\b/

    assertNone(
      src.filter(({ path }) => !path.startsWith('src/base/')),
      (file) => [
        ...linesMatching(file, direct),
        ...importsOf(file.text)
          .filter(({ specifier }) => /^node:timers/.test(specifier))
          .map(({ specifier }) => `${file.path} imports ${specifier}`),
      ],
    )
  })

  test('starts with a comment that says what it is', () => {
    assertNone(src, ({ path, text }) => (/^\/\*\*(?:\n \*)? \S/.test(text) ? [] : [path]))
  })

  test('names what it exports', () => {
    assertNone(src, (file) => linesMatching(file, /^export \*/))
  })
})

test('a definition loads none of the dependencies, so a worker pays for nothing else', () => {
  const definitions = src.filter(({ path }) => path.startsWith('src/define/'))

  assertNone(definitions, ({ path }) =>
    [...loadedBy(path)].flatMap(([loaded, specifiers]) =>
      specifiers
        .filter((specifier) => !/^(?:\.|node:)/.test(specifier))
        .map((specifier) => `${path} loads ${specifier} through ${loaded}`),
    ),
  )
})

test('the reference domain imports the public entry, Node and its own files only', () => {
  assertNone(domain, ({ path, text }) =>
    importsOf(text)
      .map(({ specifier }) => specifier)
      .filter((specifier) => specifier !== 'dramatis' && !specifier.startsWith('node:'))
      .filter(
        (specifier) =>
          !specifier.startsWith('.') ||
          !posix.join(posix.dirname(path), specifier).startsWith('actors/'),
      )
      .map((specifier) => `${path}: ${specifier}`),
  )
})

describe('every source', () => {
  test(`has at most ${fileLinesMax} lines`, () => {
    assertNone(all, ({ path, text }) => {
      const lines = text.split('\n').length - 1
      return lines > fileLinesMax ? [`${path}: ${lines} lines`] : []
    })
  })

  test(`has functions of at most ${functionLinesMax} lines`, () => {
    assertNone(all, ({ path, text }) =>
      functionLengths(text)
        .filter(({ lines }) => lines > functionLinesMax)
        .map(({ header, line, lines }) => `${path}:${line}: ${lines} lines: ${header}`),
    )
  })

  test('is named in words with dashes, after what it is', () => {
    const vague = /(?:^|-)(?:utils?|helpers?|managers?|services?|common)(?:-|\.|$)/

    assertNone(all, ({ path }) =>
      path
        .split('/')
        .filter(
          (part) =>
            !/^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.test|\.use)?(?:\.ts)?$/.test(part) || vague.test(part),
        )
        .map((part) => `${path}: ${part}`),
    )
  })
})

describe('the rules see', () => {
  test('imports in every form, and none in comments or texts', () => {
    const source = [
      "import one from 'one'",
      "import type { Two } from 'two'",
      "import {\n  type Three,\n  three,\n} from 'three'",
      "import { type Four } from 'four'",
      "import 'five'",
      "export { six } from 'six'",
      "export type { Seven } from 'seven'",
      "const eight = await import('eight')",
      "// import nine from 'nine'",
      "/* import ten from 'ten' */",
      'const eleven = `import eleven from`',
    ].join('\n')

    const found = importsOf(source).map(({ specifier, isTypeOnly }) => `${specifier} ${isTypeOnly}`)

    assert.deepEqual(found.sort(), [
      'eight false',
      'five false',
      'four true',
      'one false',
      'seven true',
      'six false',
      'three false',
      'two true',
    ])
  })

  test('an import sideways, up, out of src, or of something that is no dependency', () => {
    const refused: readonly (readonly [path: string, specifier: string])[] = [
      ['src/base/clock.ts', '../events/event.js'],
      ['src/events/event.ts', '../telemetry/channels.js'],
      ['src/store/lmdb/a.ts', '../../pool/contracts.js'],
      ['src/define/event.ts', '../store/contracts.js'],
      ['src/runtime/open.ts', '../index.js'],
      ['src/runtime/open.ts', '../../actors/app.js'],
      ['src/other/a.ts', '../base/clock.js'],
      ['src/store/memory/a.ts', 'lmdb'],
      ['src/events/record.ts', 'msgpackr'],
      ['src/events/event.ts', 'redis'],
      ['src/define/event.ts', 'fastest-validator'],
    ]

    for (const [path, specifier] of refused) {
      assert.notEqual(wrongImport(path, specifier), null, `${path}: ${specifier}`)
    }
  })

  test('an import that is allowed as one', () => {
    const allowed: readonly (readonly [path: string, specifier: string])[] = [
      ['src/base/clock.ts', './deferred.js'],
      ['src/store/lmdb/a.ts', '../contracts.js'],
      ['src/store/lmdb/a.ts', 'lmdb'],
      ['src/pool/piscina-pool.ts', 'piscina'],
      ['src/events/codec.ts', 'msgpackr'],
      ['src/events/schema.ts', 'fastest-validator'],
      ['src/runtime/open.ts', '../base/clock.js'],
      ['src/index.ts', './runtime/open.js'],
      ['src/index.ts', './define/actor.js'],
      ['src/cli.ts', './index.js'],
      ['src/base/clock.ts', 'node:zlib'],
    ]

    for (const [path, specifier] of allowed) assert.equal(wrongImport(path, specifier), null)
  })

  test('code, and neither comments, texts, templates nor regular expressions', () => {
    const source = [
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source that is looked at.
      "const a = `Date.now ${Date.now()} it's`",
      "const b = 'Date.now' // Date.now",
      '/* Date.now */ const c = /Date.now["\'`/]/.test(x) ? 4 / 2 : Date.now() / 2',
    ].join('\n')

    const { code } = blankSource(source)

    assert.equal(code.match(/Date\.now/g)?.length, 2)
    assert.equal(code.length, source.length)
    assert.match(code, /4 \/ 2 : Date\.now\(\) \/ 2$/)
  })

  test('the length of a function in every form, and a describe as none', () => {
    const body = (lines: number): string => '  call()\n'.repeat(lines)
    const sources: readonly (readonly [source: string, lines: number])[] = [
      [`function f() {\n${body(3)}}\n`, 5],
      [`export async function f(\n  a: A,\n): Promise<B> {\n${body(3)}}\n`, 7],
      [`function f(): { a: string } {\n${body(3)}}\n`, 5],
      [`const f = (a: A) => {\n${body(3)}}\n`, 5],
      [`const f = async (\n  a: A,\n): Promise<void> => {\n${body(3)}}\n`, 7],
      [`class C {\n  method(): void {\n${body(3)}  }\n}\n`, 5],
      [`class C {\n  get #a(): Map<A, B> {\n${body(3)}  }\n}\n`, 5],
      [`test('a {', async (t) => {\n${body(3)}})\n`, 5],
      [`if (\n  a &&\n  b\n) {\n${body(3)}}\n`, 0],
      [`for (const a of b()) {\n${body(3)}} // {\n`, 0],
      [`describe('a', () => {\n${body(3)}})\n`, 0],
      [`function suite() {\n  describe('a', () => {\n${body(30)}  })\n}\n`, 2],
      [`const a = {\n${body(3)}}\n`, 0],
    ]

    for (const [source, lines] of sources) {
      const longest = Math.max(0, ...functionLengths(source).map((each) => each.lines))
      assert.equal(longest, lines, source)
    }
  })
})
