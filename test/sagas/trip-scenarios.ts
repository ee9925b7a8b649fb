/**
 * What a host does with each of the sagas, from wherever it was interrupted.
 */

import assert from 'node:assert/strict'
import type { AnySaga } from '../../src/define/saga/saga.js'
import type { Runtime } from '../../src/runtime/runtime.js'
import type { SagaReference } from '../../src/runtime/saga-reference.js'
import type { LastingWorld } from './lasting-world.js'
import { createOutsideSagas } from './outside-sagas.js'
import { Trip } from './travel.js'
import { Booking, Gate, MakingDo, Passing, Paying, Reminding } from './trip-sagas.js'

/** One saga, and what a host does with its one instance. */
export interface Scenario {
  readonly saga: AnySaga
  /** What its calls reach. */
  readonly outside: LastingWorld
  /** May be begun again after any interruption. */
  readonly live: (runtime: Runtime) => Promise<void>
  readonly end: string
  /** Steps whose call a crash may spare the outside. */
  readonly spared?: readonly string[]
}

const hourMs = 3_600_000
export const tripId = 't1'

/** By what they show. */
export function createScenarios(outside: LastingWorld): Readonly<Record<string, Scenario>> {
  const scenarios = scenariosOf(outside)
  return Object.fromEntries(
    Object.entries(scenarios).map(([name, each]) => [name, { ...each, outside }] as const),
  )
}

function scenariosOf(outside: LastingWorld): Readonly<Record<string, Omit<Scenario, 'outside'>>> {
  const { Holding, Branching, Abandoning, Failing, Mending } = createOutsideSagas(outside)
  return {
    completes: scenario(Booking, 'completed', { rooms: ['r1', 'r2'], cents: 100 }),
    'is compensated': scenario(Booking, 'compensated', { rooms: ['r1', 'r2'], cents: 2_000 }),
    'is compensated by calls': scenario(Holding, 'compensated'),
    'waits for an event': {
      ...scenario(Paying, 'completed'),
      live: (runtime) => pay(runtime, Paying),
    },
    'waits in vain': scenario(Paying, 'compensated'),
    branches: scenario(Branching, 'completed', { rooms: ['r1', 'r2'], cents: 200 }),
    'abandons a call': { ...scenario(Abandoning, 'compensated'), spared: ['hang'] },
    'cannot take everything back': scenario(Failing, 'failed'),
    'decides by itself': scenario(Reminding, 'completed'),
    'makes do with another command': scenario(MakingDo, 'completed'),
    'is retried by an operator': operated(Passing, 'completed', async (saga, runtime) => {
      await runtime.actor(Gate, 'g').send('open', {})
      await saga.retry({ reason: 'it is open' })
    }),
    'is redriven by an operator': operated(Passing, 'completed', async (_saga, runtime) => {
      await runtime.actor(Gate, 'g').send('open', {})
      await redrive(runtime, Passing)
    }),
    'is led past a step by an operator': operated(Passing, 'completed', (saga) => saga.skip()),
    'is cancelled by an operator': operated(Passing, 'cancelled', (saga) =>
      saga.cancel({ reason: 'enough' }),
    ),
    'is left as it is by an operator': operated(Passing, 'cancelled', (saga) =>
      saga.cancel({ reason: 'enough', compensate: false }),
    ),
    'goes on with mended code': operated(Mending, 'completed', async (saga) => {
      outside.isMended = true
      await saga.retry()
    }),
  }
}

function scenario(
  saga: AnySaga,
  end: string,
  asked = { rooms: ['r1'], cents: 100 },
): Omit<Scenario, 'outside'> {
  const live = async (runtime: Runtime): Promise<void> => {
    await ask(runtime, asked)
    await rest(runtime, saga)
  }
  return { saga, end, live }
}

/** An operator who acts whenever the instance is halted. */
function operated(
  saga: AnySaga,
  end: string,
  act: (saga: SagaReference<unknown, string>, runtime: Runtime) => Promise<void>,
): Omit<Scenario, 'outside'> {
  const live = async (runtime: Runtime): Promise<void> => {
    await ask(runtime, { rooms: ['r1'], cents: 100 })
    const reference = runtime.saga(saga, tripId)
    while ((await endOf(reference)) === 'halted') {
      await act(reference, runtime)
    }
    await rest(runtime, saga)
  }
  return { saga, end, live }
}

async function ask(runtime: Runtime, asked: { rooms: string[]; cents: number }): Promise<void> {
  await runtime.actor(Trip, tripId).send('ask', asked, { commandId: `ask ${tripId}` })
}

async function pay(runtime: Runtime, saga: AnySaga): Promise<void> {
  await ask(runtime, { rooms: ['r1'], cents: 100 })
  await runtime.actor(Trip, tripId).send('pay', { cents: 70 }, { commandId: `pay ${tripId}` })
  await rest(runtime, saga)
}

/** Has an instance tried again as any other dead letter, once it is one. */
async function redrive(runtime: Runtime, { name }: AnySaga): Promise<void> {
  const handled = { handler: name, key: tripId, timeoutMs: hourMs }
  const { head } = runtime.log
  await runtime.caughtUp(head, handled).catch(async ({ code }) => {
    assert.equal(code, 'DRAMATIS_KEY_PARKED')
    await runtime.deadLetters.redrive()
    await runtime.caughtUp(head, handled)
  })
}

/** How the instance ended, or that it waits for an operator. */
async function endOf(reference: SagaReference<unknown, string>): Promise<string> {
  try {
    return await reference.ended({ timeoutMs: hourMs })
  } catch (error) {
    const { code } = error as { readonly code?: string }
    if (code === 'DRAMATIS_SAGA_HALTED') return 'halted'
    if (code === 'DRAMATIS_SAGA_FAILED') return 'failed'
    throw error
  }
}

/** Resolves when the instance has ended and everything that it led to is done. */
async function rest(runtime: Runtime, saga: AnySaga): Promise<void> {
  await endOf(runtime.saga(saga, tripId))
  const { head } = runtime.log
  await runtime.caughtUp(head, { handler: saga.name, timeoutMs: hourMs })
  await runtime.caughtUp(head, { view: saga.instances, timeoutMs: hourMs })
}
