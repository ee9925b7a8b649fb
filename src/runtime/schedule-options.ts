/**
 * When a timer is to fire, as its caller says it: parsed once, complete from then on.
 */

import { InvalidArgumentError } from '../base/errors.js'
import { dateAt, integerIn, knownKeys } from '../base/options.js'
import type { TimerTime } from '../define/timer-time.js'

/** What may be said beside a command that is scheduled: exactly one of `at` and `afterMs`. */
export interface ScheduleOptions extends TimerTime {
  /** @default the id of the timer's setting, shared by all its firings */
  readonly correlationId?: string
  readonly userId?: string
}

/** {@link TimerTime}, parsed. */
export interface ParsedTime {
  readonly dueAtMs: number
  readonly everyMs: number | null
}

/** {@link ScheduleOptions}, parsed; `null`: not given. */
export interface ParsedSchedule {
  readonly time: ParsedTime
  readonly correlationId: string | null
  readonly userId: string | null
}

const timeKeys = ['at', 'afterMs', 'everyMs']
const nameCharsMax = 200
/** How far ahead a time may be, and how long an interval. Milliseconds: 100 years. */
const aheadMsMax = 100 * 366 * 24 * 3_600_000
/** Shortest interval: each firing is a command and a transaction. Milliseconds. */
const everyMsMin = 100
const idCharsMax = 1_000

/** @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT */
export function parseTimerName(name: unknown): string {
  const isName =
    typeof name === 'string' &&
    name.length >= 1 &&
    name.length <= nameCharsMax &&
    name.isWellFormed() &&
    !name.includes('\0')
  if (isName) return name
  throw new InvalidArgumentError(
    'name of a timer',
    `a well-formed string of 1 to ${nameCharsMax} characters without NUL`,
    name,
  )
}

/**
 * @param fromMs - What `afterMs` counts from. Milliseconds since the epoch.
 * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
 */
export function parseTimerTime(time: TimerTime, fromMs: number): ParsedTime {
  const { at, afterMs, everyMs } = knownKeys('schedule', time, timeKeys)
  if ((at === undefined) === (afterMs === undefined)) {
    const found = at === undefined ? 'neither' : 'both'
    throw new InvalidArgumentError('schedule', "given one of 'at' and 'afterMs'", found)
  }
  const aheadMs =
    at === undefined
      ? integerIn('schedule.afterMs', afterMs, 0, aheadMsMax)
      : dateAt('schedule.at', at).getTime() - fromMs
  if (aheadMs > aheadMsMax) {
    throw new InvalidArgumentError('schedule.at', 'at most 100 years ahead', at?.toISOString())
  }
  const isOnce = everyMs === undefined
  return {
    dueAtMs: fromMs + aheadMs,
    everyMs: isOnce ? null : integerIn('schedule.everyMs', everyMs, everyMsMin, aheadMsMax),
  }
}

/**
 * What a host says beside a command that it schedules.
 *
 * @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT
 */
export function parseScheduleOptions(options: ScheduleOptions, nowMs: number): ParsedSchedule {
  const known = [...timeKeys, 'correlationId', 'userId']
  const { correlationId, userId, ...time } = knownKeys('schedule', options, known)
  return {
    time: parseTimerTime(time, nowMs),
    correlationId: parseOptionalId('schedule.correlationId', correlationId),
    userId: parseOptionalId('schedule.userId', userId),
  }
}

/** An id for the metadata of events, or nothing. @throws {InvalidArgumentError} */
function parseOptionalId(argument: string, id: unknown): string | null {
  if (id === undefined) return null
  const isId =
    typeof id === 'string' && id.length > 0 && id.length <= idCharsMax && id.isWellFormed()
  if (isId) return id
  throw new InvalidArgumentError(
    argument,
    `a well-formed string of 1 to ${idCharsMax} characters`,
    id,
  )
}
