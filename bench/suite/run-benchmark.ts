/**
 * Runs one benchmark in a process of its own, which prints for itself and writes its answer.
 */

import { spawn } from 'node:child_process'

/** One that takes longer hangs: it is ended. */
const minutesMax = 10

/** Why it did not end well; `null`: it did. */
export type Failure = string | null

export async function runBenchmark(
  path: string,
  environment: Readonly<Record<string, string>>,
): Promise<Failure> {
  const child = spawn(process.execPath, [path], {
    stdio: 'inherit',
    env: { ...process.env, ...environment },
    timeout: minutesMax * 60_000,
    killSignal: 'SIGKILL',
  })
  return await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      if (code === 0) resolve(null)
      else if (signal === 'SIGKILL') resolve(`it was ended, after ${minutesMax} minutes at most`)
      else resolve(`it ended with ${signal ?? code}`)
    })
  })
}
