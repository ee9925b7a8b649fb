/** Places at which a test may end the process: nothing happens at them unless somebody asks. */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import {
  failpoint,
  failpointNames,
  failpointVariable,
  setFailpointHook,
} from '../../src/base/failpoint.js'
import { onEnd } from '../support/scope.js'

const script = `
  import { failpoint } from '${new URL('../../src/base/failpoint.js', import.meta.url)}'
  for (const each of ['open.owned', 'commit.staged', 'commit.staged', 'commit.written']) {
    process.stdout.write(each + ' ')
    failpoint(each)
  }
`

function runWith(failpoint: string): readonly [said: string, signal: string | null] {
  const { stdout, signal } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    env: { ...process.env, [failpointVariable]: failpoint },
  })
  return [stdout.trim(), signal]
}

test('a hook is told of each place until it is taken away', (t) => {
  onEnd(t, () => setFailpointHook(null))
  const reached: string[] = []
  failpoint('open.owned')

  setFailpointHook((name) => reached.push(name))
  failpoint('commit.staged')
  failpoint('commit.written')
  setFailpointHook(null)
  failpoint('commit.landed')

  assert.deepEqual(reached, ['commit.staged', 'commit.written'])
})

test('the environment names the place at which the process is killed, and at which time', () => {
  const first = runWith('commit.staged')
  const second = runWith('commit.staged@2')
  const never = runWith('commit.staged@3')

  assert.deepEqual(first, ['open.owned commit.staged', 'SIGKILL'])
  assert.deepEqual(second, ['open.owned commit.staged commit.staged', 'SIGKILL'])
  assert.deepEqual(never, ['open.owned commit.staged commit.staged commit.written', null])
})

test('each place has a name of its own', () => {
  assert.equal(new Set(failpointNames).size, failpointNames.length)
})
