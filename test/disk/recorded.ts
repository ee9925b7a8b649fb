/** Lets a script run to its end under strace, and reads what it asked of the disk. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Scope } from '../support/scope.js'
import { type Recording, readRecording } from './recording.js'
import { scratchDirectory } from './scratch.js'
import { runScript } from './script-run.js'
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
  const given = { ...options, dataDir: join(root, dataName) }
  const { code, errors } = await runScript(scope, script, given, recordingCommand(trace))
  if (code !== 0) throw new Error(`${script} ended with ${code}: ${errors}`)
  return readRecording(await readFile(trace, 'utf8'), root)
}
