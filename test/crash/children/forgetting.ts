/**
 * Registers people and forgets them one after the other, on worker threads by default, until it is killed.
 *
 * Says `registered` once all are, then for each that is not forgotten yet `forgetting ID` and
 * `forgotten ID`, and at last `done`.
 */

import { openRuntime } from '../../../src/index.js'
import { Person } from '../../runtime/apps/people.js'
import { caughtUp } from '../../runtime/people-directory.js'
import { givenOptions, say } from '../../support/say.js'

export interface ForgettingOptions {
  readonly dataDir: string
  /** By id. */
  readonly names: Readonly<Record<string, string>>
  /** @default 2 */
  readonly workers?: number | 'inline'
}

const { dataDir, names, workers = 2 } = givenOptions<ForgettingOptions>()
const app = new URL('../../runtime/apps/people.js', import.meta.url)
const runtime = await openRuntime({ app, dataDir, workers })
const registered = Object.entries(names).map(async ([id, name]) => {
  const person = runtime.actor(Person, id)
  if ((await person.state()).name === '') {
    await person.send('register', { name, email: null, country: 'UK' })
    await person.send('touch', {})
  }
})
await Promise.all(registered)
await caughtUp(runtime)
say('registered')
for (const id of Object.keys(names)) {
  if ((await runtime.actor(Person, id).state()).name === '[forgotten]') continue
  say(`forgetting ${id}`)
  await runtime.forget(id)
  say(`forgotten ${id}`)
}
say('done')
await runtime.close()
