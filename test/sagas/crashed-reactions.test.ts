/**
 * Process managers whose disk loses its power at any write: what was said is done once, and an instance
 * has recorded the same as one that nothing has happened to.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Runtime } from '../../src/runtime/runtime.js'
import { collect } from '../../src/testing/collect.js'
import { SimulatedDisk } from '../../src/testing/simulated-disk.js'
import { Ear, heard, Talk, talkApp, talkSaga } from './talks.js'

/** Counts words, says what it has counted, reminds itself once, makes do with a refusal, and completes. */
const saga = talkSaga({
  partitions: 2,
  opened: (_state, _event, tools) => [
    heard(tools, 'opened'),
    tools.schedule('remind', { afterMs: 60_000 }, tools.message('remind')),
    tools.schedule('never', { afterMs: 3_000_000 }, tools.message('remind')),
  ],
  said: ({ words }, { data: { word } }, tools) => [
    tools.become({ words: [...words, word] }),
    heard(tools, word),
  ],
  messages: {
    remind: ({ words }, _data, tools) => [
      heard(tools, `${words.length} words`),
      tools.cancelTimer('never'),
      tools.schedule('end', { afterMs: 60_000 }, tools.message('end')),
    ],
    end: (_state, _data, { complete }) => complete(),
  },
  rejected: (_state, { reason }, tools) => heard(tools, reason),
})
const app = talkApp(saga)

async function talk(runtime: Runtime): Promise<void> {
  const anybody = runtime.actor(Talk, 'anybody')
  await anybody.send('open', { about: 'x' }, { commandId: 'open' })
  for (const word of ['one', 'nonsense']) {
    await anybody.send('say', { about: 'x', word }, { commandId: word })
  }
  await runtime.saga(saga, 'x').ended({ timeoutMs: 3_600_000 })
}

interface Left {
  readonly words: readonly string[]
  readonly recorded: readonly (readonly [type: string, data: unknown])[]
  readonly timersLeft: number
}

async function look(disk: SimulatedDisk): Promise<Left> {
  let left: Left | undefined
  await disk.live({ app }, async (runtime) => {
    const events = await collect(runtime.actor(saga.actor, 'x').events())
    left = {
      words: (await runtime.actor(Ear, 'x').state()).words,
      recorded: events.map(({ type, data }) => [type, data] as const),
      timersLeft: runtime.status().timers.pending,
    }
  })
  return left!
}

/** What does not depend on when and where something was recorded: a crash moves both. */
function decisionsOf({ recorded }: Left): readonly string[] {
  const isElsewhere = (key: string) => key === 'dueAtMs' || key === 'position'
  return recorded
    .map((each) => JSON.stringify(each, (key, value) => (isElsewhere(key) ? 0 : value)))
    .sort()
}

test('what a process manager said is done once, whichever write the power fails at', async () => {
  const whole = new SimulatedDisk()
  await whole.live({ app }, talk)
  const expected = await look(whole)
  assert.deepEqual([...expected.words].sort(), ['2 words', 'NONSENSE', 'one', 'opened'])
  assert.equal(expected.timersLeft, 0)

  for (let write = 1, end = 'crashed'; end === 'crashed'; write++) {
    const disk = new SimulatedDisk()
    disk.crashAfter(write)
    end = await disk.live({ app }, talk)
    if (end === 'crashed') await disk.live({ app }, talk)

    disk.cancelCrash()
    const found = await look(disk)
    assert.deepEqual([...found.words].sort(), [...expected.words].sort(), `write ${write}`)
    assert.deepEqual(decisionsOf(found), decisionsOf(expected), `write ${write}`)
    assert.equal(found.timersLeft, 0)
  }
})
