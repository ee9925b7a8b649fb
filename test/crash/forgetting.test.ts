/** Forgetting through kill -9: who was said to be forgotten is, and nobody is half forgotten. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as moment } from 'node:timers/promises'
import { createSeededRandom } from '../../src/base/random.js'
import type { Runtime } from '../../src/index.js'
import { People, Person } from '../runtime/apps/people.js'
import { caughtUp, PeopleDirectory } from '../runtime/people-directory.js'
import { until } from '../subscriptions/until.js'
import { ChildScript } from '../support/child-process.js'
import { count } from '../support/counts.js'
import { seed } from '../support/seed.js'
import type { ForgettingOptions } from './children/forgetting.js'

const kills = 5
const names = Object.fromEntries(
  Array.from({ length: 8 }, (_each, at) => [`p${at}`, `Nobody Else Is Called ${at} This Way`]),
)

/** Who is forgotten by one account; every account there is must say the same. */
async function forgottenIn(runtime: Runtime, directory: PeopleDirectory): Promise<string[]> {
  const forgotten: string[] = []
  for (const [id, name] of Object.entries(names)) {
    const state = (await runtime.actor(Person, id).state()).name
    const row = (await runtime.view(People).get(id))?.name
    assert.equal(row, state)
    const files = directory.filesWith(name)
    assert.equal(files.length === 0, state === '[forgotten]', `${id}: ${state} in ${files}`)
    if (state === '[forgotten]') forgotten.push(id)
  }
  return forgotten
}

test(`nobody is half forgotten, whenever the process is killed (seed ${seed})`, async (t) => {
  const directory = await PeopleDirectory.make(t, 'inline')
  const random = createSeededRandom(seed)
  const options: ForgettingOptions = { dataDir: directory.path, names }
  const said = new Set<string>()

  for (let life = 1; life <= kills; life++) {
    const child = new ChildScript(t, new URL('./children/forgetting.js', import.meta.url), {
      options,
    })
    await child.said('forgetting')
    await moment(Math.floor(random.next() * 120))
    await child.kill()
    count('random kills', 1)
    for (const line of child.lines) {
      if (line.startsWith('forgotten ')) said.add(line.slice('forgotten '.length))
    }

    const runtime = await directory.open()
    await until('it is finished', () => runtime.status().forgetting.subjectsPending === 0)
    await caughtUp(runtime)
    const forgotten = await forgottenIn(runtime, directory)
    for (const id of said) assert.ok(forgotten.includes(id), `${id} was said to be forgotten`)
    await directory.close()
    if (forgotten.length === Object.keys(names).length) break
  }

  const last = new ChildScript(t, new URL('./children/forgetting.js', import.meta.url), { options })
  await last.said('done')
  await last.ended
  const runtime = await directory.open()
  assert.deepEqual(await forgottenIn(runtime, directory), Object.keys(names))
})
