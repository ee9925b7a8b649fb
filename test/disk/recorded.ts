/** Lets a script run to its end under strace, and reads what it asked of the disk. */

import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Scope } from '../support/scope.js'
import { type Recording, readRecording } from './recording.js'
import { scratchDirectory } from './scratch.js'
import { recordingCommand } from './tracing.js'

/** Where a recorded script keeps its data, relative to what is recorded. */
export const dataName = 'data'

/**
 * @param script - Relative to this file.
 * @param options - Handed to it with its `dataDir`.
 */
export async function record(scope: Scope, script: string, options: object): Promise<Recording> {
  const root = await scratchDirectory(scope)
  const trace = join(await scratchDirectory(scope), 'trace')
  const path = fileURLToPath(new URL(script, import.meta.url))
  const given = JSON.stringify({ ...options, dataDir: join(root, dataName) })
  const [program, ...args] = [...recordingCommand(trace), process.execPath, path, given]
  const child = spawn(program!, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let errors = ''
  child.stdout.resume()
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const code = await new Promise((resolve) => child.once('close', resolve))
  if (code !== 0) throw new Error(`${script} ended with ${code}: ${errors}`)
  return readRecording(await readFile(trace, 'utf8'), root)
}
