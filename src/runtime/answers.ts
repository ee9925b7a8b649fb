/**
 * What the host does for handlers: sends their commands, sets and cancels their timers.
 *
 * The answers are plain data: they may cross to another thread.
 */

import type { ScheduleRequest } from '../subscriptions/pump-messages.js'
import type { AnswerOnHost } from '../subscriptions/remote-host.js'
import type { HandlerSends } from './handler-sends.js'
import { parseTimerName, parseTimerTime } from './schedule-options.js'
import type { Scheduling } from './scheduling.js'

/** Rejects with what the host's own calls reject with. */
export function answersOf(sends: HandlerSends, scheduling: Scheduling): AnswerOnHost {
  return async (request) => {
    if (request.type === 'send') return await sends.send(request)
    if (request.type === 'cancelTimer') return await scheduling.cancel(parseTimerName(request.name))
    await schedule(scheduling, request)
    return null
  }
}

async function schedule(scheduling: Scheduling, request: ScheduleRequest): Promise<void> {
  const { actor, aggregateId, command, data, name, time, fromMs } = request
  const { timerId: id, correlationId, causationId, userId } = request
  const target = { actor, aggregateId, command, payload: data }
  const origin = { id, correlationId, causationId, userId }
  await scheduling.schedule(parseTimerName(name), target, parseTimerTime(time, fromMs), origin)
}
