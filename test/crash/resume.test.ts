/** A client that sends again what was not acknowledged, through kills. */

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as moment } from 'node:timers/promises'
import { createSeededRandom } from '../../src/base/random.js'
import { ChildScript } from '../support/child-process.js'
import { count } from '../support/counts.js'
import { onEnd } from '../support/scope.js'
import { seed } from '../support/seed.js'
import type { ResumingOptions } from './children/resuming.js'
import { type Acknowledgement, acknowledgementsIn, planCommand } from './commands.js'
import { LogAudit } from './log-audit.js'

const actors = 24
const commandsPerActor = 400
const killsMax = 6

/** Events of all the commands together. */
function plannedEvents(): number {
  let events = 0
  for (let actor = 0; actor < actors; actor++) {
    for (let number = 1; number <= commandsPerActor; number++) {
      events += planCommand({ life: 0, actor, number }).parts
    }
  }
  return events
}

test(`sending again what the log does not have ends with exactly the intended events (seed ${seed})`, async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'dramatis-resume-'))
  onEnd(t, () => rm(root, { recursive: true, force: true }))
  const dataDir = join(root, 'data')
  const random = createSeededRandom(seed)
  const options: ResumingOptions = { dataDir, workers: 1, actors, commandsPerActor }
  const start = (): ChildScript =>
    new ChildScript(t, new URL('./children/resuming.js', import.meta.url), { options })
  const acknowledged: Acknowledgement[] = []
  let cutShort = 0

  for (let kills = 0; kills < killsMax; kills++) {
    const child = start()
    await child.said('ack')
    await moment(Math.floor(random.next() * 50))
    await child.kill()
    if (!child.lines.includes('done')) cutShort += 1
    acknowledged.push(...acknowledgementsIn(child.lines))
  }
  const last = start()
  await last.said('done')
  assert.deepEqual(await last.ended, { code: 0, signal: null })
  acknowledged.push(...acknowledgementsIn(last.lines))

  const log = new LogAudit()
  await log.readFrom(dataDir, { withStreams: true })
  log.checkAcknowledged(acknowledged)
  const ids = new Set(acknowledged.map(({ commandId }) => commandId))
  const commands = actors * commandsPerActor
  count('random kills', cutShort)
  t.diagnostic(`${cutShort} times cut short, ${ids.size} of ${commands} commands acknowledged`)
  assert.ok(cutShort > 0)
  assert.deepEqual(log.problems, [])
  assert.equal(log.events.length, plannedEvents())
  assert.equal(ids.size, acknowledged.length)
})
