/**
 * The app of the crash tests: counters, their views, and handlers that write down each delivery.
 *
 * Some events fail at their first deliveries, and two counters have one that always fails until
 * `DRAMATIS_CRASH_FIXED` is set. Handlers learn from the environment where to write and which life of
 * the process this is.
 */

import {
  type AppDefinition,
  defineApp,
  defineHandler,
  type HandlerContext,
} from '../../src/index.js'
import { Counter, Newest, Totals } from './counter.js'
import { openDeliveries } from './deliveries.js'

/** What the handlers read from the environment. */
export interface DeliveryEnvironment {
  readonly DRAMATIS_CRASH_DELIVERIES: string
  readonly DRAMATIS_CRASH_LIFE: string
  readonly DRAMATIS_CRASH_FIXED: 'yes' | 'no'
}

/** Deliveries in total before an event is parked. */
export const attemptsMax = 4
/** Counters with an event that always fails, and which one. */
export const poisonIds: readonly string[] = ['5', '17']
export const poisonVersion = 30

interface DeliveredEvent {
  readonly aggregateId: string
  readonly version: number
}

const environment = process.env as Partial<DeliveryEnvironment>
const life = Number(environment.DRAMATIS_CRASH_LIFE ?? 0)
const isFixed = environment.DRAMATIS_CRASH_FIXED === 'yes'
const write = openDeliveries(environment.DRAMATIS_CRASH_DELIVERIES ?? '/dev/null')

function isFailing({ aggregateId, version }: DeliveredEvent, attempt: number): boolean {
  if (poisonIds.includes(aggregateId) && version === poisonVersion) return !isFixed
  const isFlaky = (Number(aggregateId) * 7 + version) % 23 === 0
  return isFlaky && attempt < 3
}

function deliver({ aggregateId, version }: DeliveredEvent, context: HandlerContext): void {
  const { handler, attempt } = context
  const fails = isFailing({ aggregateId, version }, attempt)
  const outcome = fails ? 'failed' : 'handled'
  write({ handler, outcome, life, attempt, aggregateId, version })
  if (fails) throw new Error(`delivery ${attempt} of ${aggregateId}@${version} fails`)
}

async function deliverLater(event: DeliveredEvent, context: HandlerContext): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve)
  })
  deliver(event, context)
}

const options = {
  partitions: 4,
  // No retry at once: then a kill costs at most one delivery that nobody wrote down.
  retry: { attemptsMax, retriesAtOnce: 0, delayMs: 10, delayMsMax: 40 },
} as const

export const atOnce = defineHandler('at-once', {
  ...options,
  from: [Counter],
  on: { Counted: deliver },
})

export const inAWhile = defineHandler('in-a-while', {
  ...options,
  from: [Counter],
  on: { Counted: deliverLater },
})

export const onHost = defineHandler('on-host', {
  ...options,
  from: [Counter],
  runsOn: 'host',
  on: { Counted: deliverLater },
})

const app: AppDefinition = defineApp({
  actors: [Counter],
  projectors: [Totals, Newest],
  handlers: [atOnce, inAWhile, onHost],
})

export default app
