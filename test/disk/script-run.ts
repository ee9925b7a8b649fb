/** Runs one of this folder's scripts to its end, under a tracer or not. */

import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { onEnd, type Scope } from '../support/scope.js'

export interface ScriptRun {
  readonly lines: readonly string[]
  readonly errors: string
  readonly code: number | null
  readonly signal: string | null
}

/** A script that takes longer hangs, and is killed. Milliseconds. */
const runMsMax = 60_000

/**
 * @param script - Relative to this file.
 * @param options - Handed to it as JSON.
 * @param command - What comes before node.
 */
export async function runScript(
  scope: Scope,
  script: string,
  options: object,
  command: readonly string[] = [],
): Promise<ScriptRun> {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const [program, ...args] = [...command, process.execPath, path, JSON.stringify(options)]
  const stdio = ['ignore', 'pipe', 'pipe'] as const
  // A group of its own: a tracer that is killed lets go of what it traces.
  const child = spawn(program!, args, { stdio: [...stdio], detached: true, timeout: runMsMax })
  let [output, errors] = ['', '']
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
  let hasEnded = false
  onEnd(scope, () => {
    if (!hasEnded) process.kill(-child.pid!, 'SIGKILL')
  })
  const { code, signal } = await ended
  hasEnded = true
  return { lines: output.split('\n').filter((line) => line !== ''), errors, code, signal }
}
