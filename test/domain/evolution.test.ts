/** `npm run demo -- --evolve`: other code over the same log, run as users do. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EvolutionFigures } from '../../actors/demo/evolution.js'
import { runDemoProcess } from './demo-process.js'

for (const workers of ['inline', '2']) {
  test(`with ${workers} workers the new code reads the old log, and the old rows serve until it has`, async (t) => {
    const args = ['--evolve', '--count', '400', '--workers', workers]

    const run = await runDemoProcess(t, [...args, '--json'])

    assert.equal(run.code, 0, run.stderr)
    const { events, rows, ...figures } = JSON.parse(run.stdout) as EvolutionFigures
    const { rowsEqual, logUnchanged, deliveredAgain, newCodeWorks } = figures
    assert.ok(events > 1_000)
    assert.ok(rows > 300)
    assert.deepEqual(
      { rowsEqual, logUnchanged, deliveredAgain, newCodeWorks },
      { rowsEqual: true, logUnchanged: true, deliveredAgain: 0, newCodeWorks: true },
    )
    assert.deepEqual(run.leftBehind, [])
  })
}

test('what was shown is said in a box that fits a terminal', async (t) => {
  const run = await runDemoProcess(t, ['--evolve', '--count', '20', '--workers', 'inline'])

  const lines = run.stdout.trimEnd().split('\n')
  assert.equal(lines.filter((line) => line.includes('✔')).length, 4)
  for (const line of lines) assert.ok(line.length <= 80, line)
})
