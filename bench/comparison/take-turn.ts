/**
 * One turn of one program: a process of its own, on an empty directory that is removed afterwards.
 *
 * Invariant: every turn ends with an answer. A process that dies, or says nothing in time, is a reason.
 */

import { type ChildProcess, fork } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Answer, Described, Told } from './answer.js'
import type { Plan } from './plan.js'

const measureModule = fileURLToPath(new URL('./measure.js', import.meta.url))

export interface Turn {
  /** Of the module whose default export is the peer. */
  readonly module: URL
  readonly plan: Plan
  /** Where its stores are made: on the disk that is to be measured. */
  readonly dataDir: string
  /** The working directory of its process. */
  readonly workingDirectory: string
}

export async function takeTurn(turn: Turn): Promise<Answer> {
  const directory = await mkdtemp(join(turn.dataDir, 'dramatis-comparison-'))
  try {
    for (const store of ['warm-up', 'measured']) await mkdir(join(directory, store))
    return await answerFrom(startMeasuring(turn, directory), turn.plan.answerMsMax)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

function startMeasuring(turn: Turn, directory: string): ChildProcess {
  const { module, plan, workingDirectory } = turn
  return fork(measureModule, [module.href, JSON.stringify(plan), directory], {
    cwd: workingDirectory,
    execArgv: ['--expose-gc'],
    env: { ...process.env, NODE_ENV: 'production' },
    // What a peer prints about itself is not part of the table.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
}

function answerFrom(child: ChildProcess, answerMsMax: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let peer: Described | null = null
    let answer: Answer | null = null
    const tooLate = setTimeout(() => {
      answer ??= { peer, reason: `no answer within ${answerMsMax / 1_000} seconds` }
      child.kill('SIGKILL')
    }, answerMsMax)
    child.on('message', (message) => {
      const told = message as Told
      if ('answer' in told) answer ??= told.answer
      else peer = told.peer
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(tooLate)
      resolve(answer ?? { peer, reason: `it ended without an answer: ${signal ?? code}` })
    })
  })
}
