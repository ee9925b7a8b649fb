/** Claims, decisions and transactions of a process that is killed again and again. */

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as moment } from 'node:timers/promises'
import { createSeededRandom } from '../../src/base/random.js'
import { openRuntime } from '../../src/index.js'
import { collect } from '../../src/testing/index.js'
import { ChildScript } from '../support/child-process.js'
import { count } from '../support/counts.js'
import { onEnd } from '../support/scope.js'
import { seed } from '../support/seed.js'
import type { ConditionsOptions } from './children/conditions.js'
import { Member, memberApp, members, names, seats, tables } from './members.js'

const kills = 5

test(`what is kept with the events agrees with them after every kill (seed ${seed})`, async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'dramatis-conditions-'))
  onEnd(t, () => rm(root, { recursive: true, force: true }))
  const dataDir = join(root, 'data')
  const random = createSeededRandom(seed)

  for (let life = 0; life < kills; life++) {
    const options: ConditionsOptions = { dataDir, seed: seed + life }
    const script = new URL('./children/conditions.js', import.meta.url)
    const child = new ChildScript(t, script, { options })
    await child.said('round 2')
    await moment(Math.floor(random.next() * 50))
    await child.kill()

    const runtime = await openRuntime({ app: memberApp, dataDir, workers: 'inline' })
    const states = await Promise.all(members.map((id) => runtime.actor(Member, id).state()))
    const owners = await Promise.all(
      names.map((name) => runtime.claims.owner(Member, 'name', name)),
    )
    const log = await collect(runtime.log.read())
    const taken = await Promise.all(
      tables.map((table) => collect(runtime.log.read({ tags: [`table:${table}`] }))),
    )
    await runtime.close()

    const held = new Map(states.map(({ name }, at) => [name, `Member-${members[at]}`]))
    assert.deepEqual(
      owners,
      names.map((name) => held.get(name)),
    )
    for (const [at, events] of taken.entries()) {
      const { length } = log.filter(
        ({ type, data }) =>
          type === 'SeatTaken' && (data as { table: string }).table === tables[at],
      )
      assert.equal(events.length, length)
      assert.ok(length <= seats)
    }
    for (const [swap, positions] of swapsIn(log)) {
      assert.equal(positions.length, Number(swap.slice(-1)), `${swap} is torn`)
      assert.equal(positions.at(-1)! - positions[0]!, positions.length - 1)
    }
  }
  count('random kills', kills)
})

/** Where the events of each transaction are. */
function swapsIn(
  log: readonly { readonly type: string; readonly data: unknown; readonly position: number }[],
): ReadonlyMap<string, readonly number[]> {
  const swaps = new Map<string, number[]>()
  for (const { type, data, position } of log) {
    if (type !== 'SwapNoted') continue
    const { swap } = data as { swap: string }
    swaps.set(swap, [...(swaps.get(swap) ?? []), position])
  }
  return swaps
}
