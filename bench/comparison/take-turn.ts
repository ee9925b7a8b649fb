/**
 * One turn of one program: a process of its own, on an empty directory that is removed afterwards.
 *
 * Invariant: every turn ends with an answer. A process that dies, or says nothing in time, is a reason.
 */

import { type ChildProcess, fork } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Answer, Described, Told } from './answer.js'
import type { Contestant } from './contestants.js'
import type { Plan } from './plan.js'

const measureModule = fileURLToPath(new URL('./measure.js', import.meta.url))

export interface Places {
  readonly repositoryRoot: string
  /** Where the stores are made: on the disk that is to be measured. */
  readonly dataDir: string
}

export async function takeTurn(
  contestant: Contestant,
  plan: Plan,
  places: Places,
): Promise<Answer> {
  const directory = await mkdtemp(join(places.dataDir, `dramatis-${contestant.id}-`))
  try {
    for (const store of ['warm-up', 'measured']) await mkdir(join(directory, store))
    return await answerOf(contestant, plan, places.repositoryRoot, directory)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

function answerOf(
  { id, isPeer }: Contestant,
  plan: Plan,
  repositoryRoot: string,
  directory: string,
): Promise<Answer> {
  const peers = join(repositoryRoot, 'bench', 'peers')
  const module = isPeer
    ? pathToFileURL(join(peers, 'dist', 'peers', `${id}.js`))
    : new URL(`./${id}.js`, import.meta.url)
  const child = fork(measureModule, [module.href, JSON.stringify(plan), directory], {
    cwd: peers,
    execArgv: ['--expose-gc'],
    env: { ...process.env, NODE_ENV: 'production' },
    // What a peer prints about itself is not part of the table.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  return answerFrom(child, plan.answerMsMax)
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
