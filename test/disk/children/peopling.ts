/** Fills a directory with people, of whom one is forgotten, and lets all that follows from them be done. */

import { openRuntime } from '../../../src/index.js'
import { app, mailer, People, Person, Touches } from '../../runtime/apps/people.js'
import { givenOptions, say } from '../../support/say.js'

export interface PeoplingOptions {
  readonly dataDir: string
  readonly people: number
  readonly touches: number
}

const { dataDir, people, touches } = givenOptions<PeoplingOptions>()
const timeoutMs = 20_000
const runtime = await openRuntime({ app, dataDir, workers: 'inline' })
for (let number = 0; number < people; number++) {
  const person = runtime.actor(Person, `p${number}`)
  const email = number % 2 === 0 ? `p${number}@example.test` : null
  await person.send('register', { name: `Person number ${number}`, email, country: 'UK' })
  for (let touch = 0; touch < touches; touch++) await person.send('touch', {})
  const friend = { friendId: `p${number - 1}`, friendName: `Friend of ${number}`, note: 'a note' }
  if (number > 0) await person.send('introduce', friend)
}
await runtime.forget('p3')
for (const view of [People, Touches]) {
  await runtime.caughtUp(runtime.log.head, { view, timeoutMs })
}
await runtime.caughtUp(runtime.log.head, { handler: mailer, timeoutMs })
await runtime.close()
say('done')
