/**
 * One life of a process that does something of everything, once, and closes.
 *
 * What it does has ids of this life, so that every life comes past the same places, whatever the ones before
 * left behind. Says `opening`, `opened EPOCH`, an `ack` per counted command, `forgotten ID` per person, and
 * `done`.
 */

import { subscribe } from 'node:diagnostics_channel'
import { createDeferred } from '../../../src/base/deferred.js'
import { openRuntime } from '../../../src/index.js'
import type { ParkMessage, TimerMessage } from '../../../src/telemetry/channels.js'
import { Person } from '../../runtime/apps/people.js'
import { givenOptions, say } from '../../support/say.js'
import { acknowledgementLine, planCommand } from '../commands.js'
import { Counter } from '../counter.js'
import app, { Carriage, Errand, Parcel } from '../errands-app.js'
import { Member } from '../members.js'

export interface RunningErrandsOptions {
  readonly dataDir: string
  readonly life: number
}

const counters = 4
const commandsPerCounter = 5
const timeoutMs = 60_000
/** No life takes as long. Milliseconds. */
const lifeMsMax = 100_000

// Whoever hangs ends, and is heard of, even where nobody is left who would kill it.
setTimeout(() => {
  throw new Error(`life ${life} hangs`)
}, lifeMsMax).unref()

const { dataDir, life } = givenOptions<RunningErrandsOptions>()
say('opening')
const runtime = await openRuntime({ app, dataDir, workers: 'inline' })
say(`opened ${runtime.status().store.epoch}`)
await Promise.all([count(), claimAndTake()])
await ring()
await runErrand('redriven')
await runErrand('discarded')
await carry()
await forget()
const { head } = runtime.log
for (const view of app.projectors) await runtime.caughtUp(head, { view, timeoutMs })
await runtime.caughtUp(head, { handler: 'noting', timeoutMs })
await runtime.close()
say('done')

async function count(): Promise<void> {
  const sent = Array.from({ length: counters }, (_each, actor) =>
    Array.from({ length: commandsPerCounter }, async (_one, at) => {
      const { commandId, aggregateId, amount, parts } = planCommand({ life, actor, number: at + 1 })
      const counter = runtime.actor(Counter, aggregateId)
      const receipt = await counter.send('count', { amount, parts }, { commandId })
      say(acknowledgementLine({ ...receipt, commandId }))
    }),
  )
  await Promise.all(sent.flat())
}

/** Names and seats, and their indexes made anew. */
async function claimAndTake(): Promise<void> {
  const { SeatTaken } = Member.creators
  await runtime.actor(Member, '1').send('name', { name: `${life}` })
  const query = { types: [SeatTaken], tags: [`table:${life}`] } as const
  await runtime.decide(query, () =>
    runtime.actor(Member, '2').append(SeatTaken({ table: `${life}` })),
  )
  await runtime.claims.rebuild(Member)
  await runtime.reindexTags()
}

async function ring(): Promise<void> {
  const name = `bell-${life}`
  const fired = heard(
    'timer',
    (each: TimerMessage) => each.action === 'fired' && each.name === name,
  )
  const dueAtMs = Date.now()
  const command = runtime.actor(Errand, name).command('ring', { dueAtMs })
  await runtime.schedule(name, command, { at: new Date(dueAtMs) })
  await fired
}

/** Its key is parked; then it is tried again, or given up. */
async function runErrand(fate: 'redriven' | 'discarded'): Promise<void> {
  const key = `Errand-${fate}-${life}`
  const parked = heard('park', (each: ParkMessage) => each.action === 'parked' && each.key === key)
  await runtime.actor(Errand, `${fate}-${life}`).send('give', {})
  await parked
  const letters = { handler: 'running', key }
  if (fate === 'redriven') await runtime.deadLetters.redrive(letters)
  else await runtime.deadLetters.discard(letters, { reason: 'nobody does that' })
}

async function carry(): Promise<void> {
  const id = `${life}`
  await runtime.actor(Parcel, id).send('send', {})
  const carriage = runtime.saga(Carriage, id)
  await carriage.ended({ timeoutMs }).catch((error: { readonly code?: string }) => {
    if (error.code !== 'DRAMATIS_SAGA_HALTED') throw error
  })
  await carriage.retry({ step: 'carry', reason: 'there is one now' })
  await carriage.ended({ timeoutMs })
}

async function forget(): Promise<void> {
  const id = `p${life}`
  const person = runtime.actor(Person, id)
  await person.send('register', { name: `Nobody Is Called ${life}`, email: null, country: 'UK' })
  await person.send('touch', {})
  await runtime.forget(id)
  say(`forgotten ${id}`)
}

/** The next message of a channel that is meant. */
function heard<Message>(channel: string, isMeant: (message: Message) => boolean): Promise<void> {
  const { promise, resolve } = createDeferred()
  subscribe(`dramatis:${channel}`, (message) => {
    if (isMeant(message as Message)) resolve()
  })
  return promise
}
