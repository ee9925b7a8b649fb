/**
 * The code in the README, the quick start and the guides, compiled and run as a reader would.
 *
 * Each `ts` block begins with a comment that names its file. The files of a page are written below
 * `dist/docs-code`, inside the package, so that `dramatis` resolves to the build as it does for users;
 * they are compiled with the options of the project. The page's `text` block is what it prints.
 */

import assert from 'node:assert/strict'
import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { before, describe, test } from 'node:test'
import { repositoryRoot } from '../architecture/source-files.js'
import { onEnd } from '../support/scope.js'

/** A page, and the file that runs its code. */
interface Page {
  readonly name: string
  readonly path: string
  readonly main: string
}

const pages: readonly Page[] = [
  { name: 'readme', path: 'README.md', main: 'shop' },
  { name: 'quick-start', path: 'docs/quick-start.md', main: 'main' },
  ...readdirSync(join(repositoryRoot, 'docs/guides'))
    .filter((file) => file.endsWith('.md'))
    .sort()
    .map((file) => ({ name: file.slice(0, -3), path: `docs/guides/${file}`, main: 'main' })),
]

const codeDirectory = join(repositoryRoot, 'dist/docs-code')
const runTimeoutMs = 60_000

/** The fenced blocks of a language, without their fences. */
function blocksOf(page: string, language: string): readonly string[] {
  const pattern = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm')
  return [...page.matchAll(pattern)].map((match) => match[1]!)
}

function readPage(path: string): string {
  return readFileSync(join(repositoryRoot, path), 'utf8')
}

function fileNameOf(block: string): string | undefined {
  return /^\/\/ (\S+\.ts)\n/.exec(block)?.[1]
}

function writeCode(): void {
  rmSync(codeDirectory, { recursive: true, force: true })
  for (const { name, path } of pages) {
    for (const block of blocksOf(readPage(path), 'ts')) {
      const file = join(codeDirectory, 'src', name, fileNameOf(block) ?? 'unnamed.ts')
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, block)
    }
  }
  const compilerOptions = { rootDir: 'src', outDir: 'out', declaration: false, sourceMap: false }
  const config = { extends: '../../tsconfig.json', compilerOptions, include: ['src'] }
  writeFileSync(join(codeDirectory, 'tsconfig.json'), JSON.stringify(config))
}

function compile(): SpawnSyncReturns<string> {
  const compiler = join(repositoryRoot, 'node_modules/typescript/bin/tsc')
  return spawnSync(process.execPath, [compiler, '-p', codeDirectory], { encoding: 'utf8' })
}

/** Runs a compiled page in a directory of its own, where it may keep its data. */
function run(name: string, main: string, cwd: string): SpawnSyncReturns<string> {
  const file = join(codeDirectory, 'out', name, `${main}.js`)
  const options = { cwd, encoding: 'utf8', timeout: runTimeoutMs } as const
  return spawnSync(process.execPath, [file], options)
}

describe('the code in the documentation', () => {
  let compiled: SpawnSyncReturns<string>

  before(() => {
    writeCode()
    compiled = compile()
  })

  test('is in blocks that name their files', () => {
    for (const { path } of pages) {
      const blocks = blocksOf(readPage(path), 'ts')

      assert.ok(blocks.length > 0, path)
      for (const block of blocks) assert.notEqual(fileNameOf(block), undefined, block)
    }
  })

  test('compiles', () => {
    assert.equal(compiled.stdout + compiled.stderr, '')
    assert.equal(compiled.status, 0)
  })

  for (const { name, path, main } of pages) {
    test(`of ${path} runs and prints what the page says`, (t) => {
      const cwd = mkdtempSync(join(tmpdir(), 'dramatis-docs-'))
      onEnd(t, () => rmSync(cwd, { recursive: true, force: true }))

      const { status, stdout, stderr } = run(name, main, cwd)

      assert.equal(stderr, '')
      assert.equal(stdout, blocksOf(readPage(path), 'text').join(''))
      assert.equal(status, 0)
    })
  }
})
