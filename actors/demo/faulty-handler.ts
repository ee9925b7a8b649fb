/**
 * A handler of the domain with faults injected before it: the domain itself stays clean.
 *
 * Retries come quickly, so that the demo does not spend its time waiting.
 */

import {
  type HandlerContext,
  type HandlerDefinition,
  RetryAfterError,
  TerminalError,
} from 'dramatis'
import { chance } from '../chance.js'
import { currentFaultPlan, isFixed } from './fault-file.js'
import { type Fault, faultOf } from './fault-plan.js'

interface HandledEvent {
  readonly id: string
  readonly aggregateId: string
}

const quickRetry = { attemptsMax: 5, retriesAtOnce: 1, delayMs: 10, delayMsMax: 80 }

/** The same handler, failing as the plan in force says. */
export function withFaults<N extends string>(handler: HandlerDefinition<N>): HandlerDefinition<N> {
  const on = Object.fromEntries(
    Object.entries(handler.on).map(([type, react]) => [
      type,
      (event: HandledEvent, context: HandlerContext) => {
        raiseFault(event, context)
        return react(event, context)
      },
    ]),
  )
  return Object.freeze({ ...handler, on: Object.freeze(on), retry: Object.freeze(quickRetry) })
}

function raiseFault(event: HandledEvent, { handler, attempt }: HandlerContext): void {
  const plan = currentFaultPlan()
  if (plan === null) return
  const { id: eventId, aggregateId: orderId } = event
  const fault = faultOf(plan, { handler, eventId, orderId, attempt })
  if (fault === null || (fault === 'broken' && isFixed())) return
  throw errorOf(fault, orderId)
}

function errorOf(fault: Fault, orderId: string): Error {
  switch (fault) {
    case 'transient':
      return new Error('503 service unavailable')
    case 'busy':
      return new RetryAfterError('429 too many requests, try again in 20 ms', 20)
    case 'broken':
      return new TypeError("Cannot read properties of undefined (reading 'region')")
    case 'undeliverable':
      // Some services say that it is pointless, others just keep failing.
      return chance(0, orderId) < 0.5
        ? new TerminalError('550 no such mailbox')
        : new Error('450 mailbox unavailable')
  }
}
