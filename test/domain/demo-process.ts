/**
 * Runs the demo as users do, in a process of its own, and collects what it says.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { DemoFigures } from '../../actors/demo/figures.js'
import { onEnd } from '../support/scope.js'

const main = fileURLToPath(new URL('../../actors/demo/main.js', import.meta.url))
const killer = new URL('./kill-after.js', import.meta.url).href

export interface DemoRun {
  /** The exit code; `null` when a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  /** What it has left in the directory for temporary files. */
  readonly leftBehind: readonly string[]
}

/** Runs the demo to its end. It is killed when the test ends before it does. */
export function runDemoProcess(t: TestContext, args: readonly string[]): Promise<DemoRun> {
  return run(t, [main, ...args], process.env)
}

/** Runs the demo until so many occurrences have been published; it then kills itself (SIGKILL). */
export function runDemoUntilKilled(
  t: TestContext,
  args: readonly string[],
  occurrences: number,
): Promise<DemoRun> {
  const env = { ...process.env, DRAMATIS_TEST_KILL_AFTER: String(occurrences) }
  return run(t, ['--import', killer, main, ...args], env)
}

/**
 * Runs the demo until its first live line, then sends it a signal: by default the one of Ctrl+C.
 *
 * Resolves when nobody holds its stderr any more, its own children included.
 */
export function runDemoUntilInterrupted(
  t: TestContext,
  args: readonly string[],
  signal: NodeJS.Signals = 'SIGINT',
): Promise<DemoRun> {
  return run(t, [main, ...args], process.env, (child, stderr) => {
    if (!child.killed && /(commands|events)\/s/.test(stderr)) child.kill(signal)
  })
}

/** Runs the demo to its end with a module loaded before it, into its children too. */
export function runDemoWith(
  t: TestContext,
  module: URL,
  args: readonly string[],
): Promise<DemoRun> {
  return run(t, ['--import', module.href, main, ...args], process.env)
}

/** The figures that `--json` prints. Fails when stdout holds anything else. */
export function figuresOf(run: DemoRun): DemoFigures {
  if (run.code !== 0) throw new Error(`the demo ended with ${run.code}: ${run.stderr}`)
  return JSON.parse(run.stdout) as DemoFigures
}

export async function temporaryDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'dramatis-demo-test-'))
  onEnd(t, () => rm(directory, { recursive: true, force: true }))
  return directory
}

async function run(
  t: TestContext,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  onStderr: (child: ChildProcess, stderr: string) => void = () => {},
): Promise<DemoRun> {
  const temporary = await temporaryDirectory(t)
  const env = { ...environment, TMPDIR: temporary }
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  onEnd(t, () => child.kill('SIGKILL'))
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    onStderr(child, stderr)
  })
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return { code, signal, stdout, stderr, leftBehind: await readdir(temporary) }
}
