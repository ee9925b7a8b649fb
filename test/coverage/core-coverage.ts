/**
 * What the tests have not run of the core modules, from the files that `NODE_V8_COVERAGE` left.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { SourceMap, type SourceMapPayload } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { repositoryRoot, type SourceFile, sourceFiles } from '../architecture/source-files.js'
import { type UnrunBranch, unrunBranches } from './unrun-branches.js'
import { RunCode, type ScriptCoverage } from './unrun-code.js'

/** What loses data, or delivers twice, when it is wrong. */
export const coreModules: readonly string[] = ['src/store', 'src/events', 'src/subscriptions']

export interface FileCoverage {
  /** Of the source, from the repository's root. */
  readonly path: string
  readonly branches: readonly UnrunBranch[]
}

/**
 * @param directory - Holds the files, one for each process and thread that ended by itself.
 * @param modules - Folders of sources, from the repository's root.
 * @returns the files with branches that were not run, in order.
 */
export function coverageOf(
  directory: string,
  modules: readonly string[] = coreModules,
): readonly FileCoverage[] {
  const files = modules.flatMap(sourceFiles).map(openBuilt)
  const byUrl = new Map(files.map((file) => [file.url, file]))
  for (const name of readdirSync(directory)) {
    for (const script of scriptsIn(join(directory, name))) byUrl.get(script.url)?.run.add(script)
  }
  return files
    .map(({ source, built, path, run }) => ({
      path: source.path,
      branches: unrunBranches(run.unrun(), built, source.text, sourceLines(`${path}.map`)),
    }))
    .filter(({ branches }) => branches.length > 0)
}

interface BuiltFile {
  readonly source: SourceFile
  readonly path: string
  readonly url: string
  readonly built: string
  readonly run: RunCode
}

function openBuilt(source: SourceFile): BuiltFile {
  const path = join(repositoryRoot, 'dist', source.path.replace(/\.ts$/, '.js'))
  const built = readFileSync(path, 'utf8')
  return { source, path, built, url: pathToFileURL(path).href, run: new RunCode(built) }
}

/** A process that was killed while it wrote leaves half a file, which says nothing. */
function scriptsIn(path: string): readonly ScriptCoverage[] {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as { result: ScriptCoverage[] }).result
  } catch (error) {
    if (error instanceof SyntaxError) return []
    throw error
  }
}

function sourceLines(path: string): (place: { line: number; column: number }) => number {
  if (!existsSync(path)) throw new Error(`expected the source map ${path}, found none: build first`)
  const map = new SourceMap(JSON.parse(readFileSync(path, 'utf8')) as SourceMapPayload)
  return ({ line, column }) => {
    const entry = map.findEntry(line, column)
    return 'originalLine' in entry ? entry.originalLine : 0
  }
}
