/**
 * What there is to do at a runtime of the errands app, one function for each. Each is done when it resolves, and
 * leaves nothing behind in the process that did it. `id` tells its work apart from all other's.
 */

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Runtime } from '../../src/index.js'
import type { ParkMessage, TimerMessage } from '../../src/telemetry/channels.js'
import { Person } from '../runtime/apps/people.js'
import { Carriage, Errand, Parcel } from './errands-app.js'
import { Member } from './members.js'

/** What becomes of a key that is parked, and what parked it: `deadly` ends the threads that it is delivered on. */
export type Fate = 'redriven' | 'discarded' | 'deadly'

const timeoutMs = 60_000

/** Names and seats: a claim, and a decision over tags. */
export async function claimAndTake(runtime: Runtime, id: string): Promise<void> {
  const { SeatTaken } = Member.creators
  await runtime.actor(Member, '1').send('name', { name: id })
  const query = { types: [SeatTaken], tags: [`table:${id}`] } as const
  await runtime.decide(query, () => runtime.actor(Member, '2').append(SeatTaken({ table: id })))
}

/** A transaction over two members. */
export async function swap(runtime: Runtime, id: string): Promise<void> {
  const noted = ['3', '4'].map((each) =>
    runtime.actor(Member, each).command('noteSwap', { swap: id }),
  )
  await runtime.transact(noted)
}

/** A timer that is due at once. */
export async function ring(runtime: Runtime, id: string): Promise<void> {
  const name = `bell-${id}`
  const dueAtMs = Date.now()
  const command = runtime.actor(Errand, name).command('ring', { dueAtMs })
  await hears(
    'timer',
    (each: TimerMessage) => each.action === 'fired' && each.name === name,
    () => runtime.schedule(name, command, { at: new Date(dueAtMs) }),
  )
}

/** Its key is parked; then it is tried again, or given up. */
export async function runErrand(runtime: Runtime, id: string, fate: Fate): Promise<void> {
  const key = `Errand-${fate}-${id}`
  await hears(
    'park',
    (each: ParkMessage) => each.action === 'parked' && each.key === key,
    () => runtime.actor(Errand, `${fate}-${id}`).send('give', {}),
  )
  const letters = { handler: 'running', key }
  if (fate === 'discarded') {
    await runtime.deadLetters.discard(letters, { reason: 'nobody does that' })
  } else await runtime.deadLetters.redrive(letters)
}

/** A saga that halts, until it is helped. */
export async function carry(runtime: Runtime, id: string): Promise<void> {
  await runtime.actor(Parcel, id).send('send', {})
  const carriage = runtime.saga(Carriage, id)
  await carriage.ended({ timeoutMs }).catch((error: { readonly code?: string }) => {
    if (error.code !== 'DRAMATIS_SAGA_HALTED') throw error
  })
  await carriage.retry({ step: 'carry', reason: 'there is one now' })
  await carriage.ended({ timeoutMs })
}

/** Somebody registers, and is forgotten. */
export async function forget(runtime: Runtime, id: string): Promise<void> {
  const person = runtime.actor(Person, id)
  await person.send('register', { name: `Nobody Is Called ${id}`, email: null, country: 'UK' })
  await person.send('touch', {})
  await runtime.forget(id)
}

/** Does something, and waits for the message of a channel that follows from it. */
async function hears<Message>(
  channel: string,
  isMeant: (message: Message) => boolean,
  act: () => Promise<unknown>,
): Promise<void> {
  const name = `dramatis:${channel}`
  let listen: (message: unknown) => void = () => {}
  const heard = new Promise<void>((resolve) => {
    listen = (message) => {
      if (isMeant(message as Message)) resolve()
    }
    subscribe(name, listen)
  })
  try {
    await act()
    await heard
  } finally {
    unsubscribe(name, listen)
  }
}
