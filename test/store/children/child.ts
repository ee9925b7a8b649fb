/** Running the scripts of this directory as processes and reading what they say, line by line. */

import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { onEnd } from '../../support/scope.js'

export interface Child {
  readonly pid: number
  /** The next line it writes; `undefined` when it has ended. */
  nextLine(): Promise<string | undefined>
  /** Ends its input, and waits until it is gone, whatever runs it too. */
  letGo(): Promise<void>
  /** Kills it as a crash would, and waits until it is gone. */
  kill(): Promise<void>
}

/** Starts `script`, killed after the test at the latest. `command` comes before node. */
export function startChild(
  t: TestContext,
  script: string,
  args: readonly string[],
  command: readonly string[] = [],
): Child {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const [program, ...rest] = [...command, process.execPath, path, ...args]
  const child = spawn(program!, rest, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const gone = ended(child)
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    child.stdin.destroy()
    child.stdout.destroy()
    await gone
  }
  onEnd(t, kill)
  return {
    pid: child.pid!,
    nextLine: async () => {
      const line = await lines.next()
      return line.done === true ? undefined : line.value
    },
    letGo: async () => {
      child.stdin.end()
      await gone
    },
    kill,
  }
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => child.once('exit', () => resolve()))
}
