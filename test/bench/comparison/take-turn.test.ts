/**
 * One turn of a compared program, in a process of its own: a figure for honest work, a reason for the rest.
 */

import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Answer } from '../../../bench/comparison/answer.js'
import { type Plan, wholePlan } from '../../../bench/comparison/plan.js'
import { takeTurn } from '../../../bench/comparison/take-turn.js'
import { onEnd } from '../../support/scope.js'

const plan: Plan = { ...wholePlan, warmUpMs: 0, measuredMs: 1, commandsMax: 2_000 }

async function turnOf(t: TestContext, name: string): Promise<{ answer: Answer; left: string[] }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'dramatis-test-'))
  onEnd(t, () => rm(dataDir, { recursive: true, force: true }))
  const module = new URL(`./peers/${name}.js`, import.meta.url)
  const answer = await takeTurn({ module, plan, dataDir, workingDirectory: dataDir })
  return { answer, left: await readdir(dataDir) }
}

async function reasonOf(t: TestContext, name: string): Promise<string> {
  const { answer } = await turnOf(t, name)
  assert.ok('reason' in answer, JSON.stringify(answer))
  assert.equal(answer.peer?.name, 'counting')
  return answer.reason
}

test('a program that records what it settles has a figure, and what it says of itself', async (t) => {
  const { answer, left } = await turnOf(t, 'honest')

  assert.ok('measured' in answer, JSON.stringify(answer))
  assert.deepEqual(answer.peer, {
    name: 'counting',
    version: '1.0.0',
    durability: 'a file, when it is closed',
    settings: 'none',
  })
  assert.equal(answer.measured.inFlight, 1)
  assert.ok(answer.measured.commands >= 1_000 && answer.measured.commands <= 2_000)
  assert.ok(answer.measured.durationMs > 0)
  assert.deepEqual(left, [])
})

test('a program whose store holds fewer events than it settled has no figure', async (t) => {
  assert.match(
    await reasonOf(t, 'losing'),
    /refused: \d+ commands were settled, \d+ events recorded/,
  )
})

test('a program whose events are gone when it is opened again has no figure', async (t) => {
  assert.match(
    await reasonOf(t, 'forgetful'),
    /refused: \d+ commands were settled, \d+ events kept/,
  )
})

test('a program that refuses a command has no figure', async (t) => {
  assert.equal(await reasonOf(t, 'refusing'), 'TypeError: not this one')
})

test('a program that throws where nobody waits has no figure', async (t) => {
  assert.equal(await reasonOf(t, 'straying'), 'RangeError: astray')
})

test('a program that dies has no figure, and leaves nothing behind', async (t) => {
  const { answer, left } = await turnOf(t, 'dying')

  assert.ok('reason' in answer)
  assert.equal(answer.reason, 'it ended without an answer: SIGKILL')
  assert.deepEqual(left, [])
})

test('a program that does not load has no figure', async (t) => {
  const { answer } = await turnOf(t, 'missing')

  assert.ok('reason' in answer)
  assert.equal(answer.peer, null)
  assert.match(answer.reason, /Cannot find module/)
})
