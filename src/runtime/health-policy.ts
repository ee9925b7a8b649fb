/**
 * Health: what follows from the figures of a runtime about whether it is alive, ready, and well.
 *
 * Pure. The figures are `status.ts`, for how long something has been so is `health.ts`.
 *
 * Invariants:
 *   - what is not alive is not ready; what is not ready has a reason that is blocking;
 *   - no reason: healthy.
 */

import type { HandlerStatus } from '../subscriptions/handler-subscription.js'
import type { ViewStatus } from '../subscriptions/view-subscription.js'
import type { RuntimeStatus } from './status.js'
import type { EnvironmentReaders } from './storage.js'

/** From when on something is wrong. */
export interface HealthThresholds {
  /** Events that a view or a handler may be behind. @default 10_000 */
  readonly lagMax: number
  /** Keys that may be parked, of all handlers. @default 0 */
  readonly parkedKeysMax: number
  /** How long a view or handler that is behind may stay at one position. Milliseconds. @default 60_000 */
  readonly stalledMsMax: number
  /** How long the store may be stopped before a restart is the better hope. Milliseconds. @default 60_000 */
  readonly stoppedMsMax: number
  /** How long the timer that is being fired may have been due. Milliseconds. @default 60_000 */
  readonly overdueMsMax: number
  /** Transactions that may be committed while somebody still reads what was before them. @default 10_000 */
  readonly readerBehindMax: number
  /** Free space below which it is low. Bytes. @default 1 GiB */
  readonly freeBytesLow: number
}

export const healthThresholds: HealthThresholds = Object.freeze({
  lagMax: 10_000,
  parkedKeysMax: 0,
  stalledMsMax: 60_000,
  stoppedMsMax: 60_000,
  overdueMsMax: 60_000,
  readerBehindMax: 10_000,
  freeBytesLow: 1024 * 1024 * 1024,
})

export type HealthCode =
  | 'CLOSED'
  | 'CLOSING'
  | 'STORE_STOPPED'
  | 'DISK_FULL'
  | 'DISK_LOW'
  | 'READER_BEHIND'
  | 'ACTORS_UNREADABLE'
  | 'VIEW_FAILING'
  | 'VIEW_LAGGING'
  | 'VIEW_STALLED'
  | 'HANDLER_FAILING'
  | 'HANDLER_PAUSED'
  | 'HANDLER_LAGGING'
  | 'HANDLER_STALLED'
  | 'BREAKER_OPEN'
  | 'KEYS_PARKED'
  | 'TIMERS_FAILING'
  | 'TIMERS_OVERDUE'

export interface HealthReason {
  readonly code: HealthCode
  /** The view or handler concerned; `null`: the runtime as a whole. */
  readonly name: string | null
  /** It takes no commands because of this. */
  readonly isBlocking: boolean
  readonly message: string
}

export interface RuntimeHealth {
  /** Whether to leave it running: `false` says that a restart is the only hope. */
  readonly isLive: boolean
  /** Whether it takes commands. */
  readonly isReady: boolean
  /** `degraded`: it takes commands, and something needs a look. `unready`: it takes none now. `dead`: nor will it again. */
  readonly state: 'healthy' | 'degraded' | 'unready' | 'dead'
  /** Everything that is not well, the worst first; empty: healthy. */
  readonly reasons: readonly HealthReason[]
  /** Who reads, in each directory that is open, and how far behind the oldest one is. Empty in memory. */
  readonly readers: readonly EnvironmentReaders[]
}

/** What is known beside the status. */
export interface HealthFigures {
  readonly status: RuntimeStatus
  /** `null`: it cannot be known, or there is no disk. */
  readonly room: { readonly freeBytes: number; readonly freeBytesMin: number } | null
  /** Who reads, of everything that is open. */
  readonly readers: readonly EnvironmentReaders[]
  /** For how long the store has been stopped. Milliseconds; 0: it is not. */
  readonly stoppedMs: number
  /** For how long a view or handler has been behind at one position. Milliseconds; 0: it is not. */
  readonly stalledMs: (kind: 'view' | 'handler', name: string) => number
}

export function healthOf(figures: HealthFigures, thresholds: HealthThresholds): RuntimeHealth {
  const { status, stoppedMs } = figures
  const reasons = [
    ...phaseReasons(figures),
    ...diskReasons(figures, thresholds),
    ...figures.readers.flatMap((each) => readerReasons(each, thresholds)),
    ...actorReasons(status),
    ...status.views.flatMap((view) => viewReasons(view, figures, thresholds)),
    ...status.handlers.flatMap((handler) => handlerReasons(handler, figures, thresholds)),
    ...parkedReasons(status, thresholds),
    ...timerReasons(status, thresholds),
  ]
  const isLive = status.phase !== 'closed' && stoppedMs <= thresholds.stoppedMsMax
  const isReady = isLive && !reasons.some((each) => each.isBlocking)
  return Object.freeze({
    isLive,
    isReady,
    state: stateOf(isLive, isReady, reasons.length),
    reasons: Object.freeze(reasons),
    readers: figures.readers,
  })
}

function stateOf(isLive: boolean, isReady: boolean, reasons: number): RuntimeHealth['state'] {
  if (!isLive) return 'dead'
  if (!isReady) return 'unready'
  return reasons === 0 ? 'healthy' : 'degraded'
}

function phaseReasons({ status, stoppedMs }: HealthFigures): HealthReason[] {
  if (status.phase === 'closed') return [blocking('CLOSED', 'The runtime is closed.')]
  if (status.phase === 'closing') return [blocking('CLOSING', 'The runtime is being closed.')]
  if (status.store.status === 'open' && status.actors.phase === 'open') return []
  const message = `A commit failed; the store has taken no commands for ${Math.round(stoppedMs)} ms.`
  return [blocking('STORE_STOPPED', message)]
}

function diskReasons({ room }: HealthFigures, { freeBytesLow }: HealthThresholds): HealthReason[] {
  if (room === null) return []
  const { freeBytes, freeBytesMin } = room
  if (freeBytes < freeBytesMin) {
    return [blocking('DISK_FULL', `${freeBytes} bytes are free; commands need ${freeBytesMin}.`)]
  }
  if (freeBytes >= freeBytesLow) return []
  return [warning('DISK_LOW', null, `${freeBytes} bytes are free, less than ${freeBytesLow}.`)]
}

function readerReasons(
  { directory, oldest }: EnvironmentReaders,
  { readerBehindMax }: HealthThresholds,
): HealthReason[] {
  if (oldest === null || oldest.behind <= readerBehindMax) return []
  const { pid, transaction, behind } = oldest
  const message =
    `Process ${pid} reads ${directory} as of transaction ${transaction}, ${behind} behind: ` +
    'no page freed since is used again, and the file grows. End that read, or its process.'
  return [warning('READER_BEHIND', null, message)]
}

function actorReasons({ actors }: RuntimeStatus): HealthReason[] {
  const { recoveryFailures } = actors
  if (recoveryFailures.length === 0) return []
  const [first] = recoveryFailures
  const message = `${recoveryFailures.length} actors cannot be read back, ${first!.streamId} first: ${first!.error.message}`
  return [warning('ACTORS_UNREADABLE', null, message)]
}

function viewReasons(
  { name, state, lag, position, error }: ViewStatus,
  { stalledMs }: HealthFigures,
  { lagMax, stalledMsMax }: HealthThresholds,
): HealthReason[] {
  if (state === 'failing') {
    const message = `View ${name} stands before position ${position + 1}: ${error?.message ?? ''}`
    return [warning('VIEW_FAILING', name, message)]
  }
  const stalled = stalledMs('view', name)
  if (stalled > stalledMsMax) {
    const message = `View ${name} has been at position ${position} for ${Math.round(stalled)} ms, ${lag} behind.`
    return [warning('VIEW_STALLED', name, message)]
  }
  if (lag <= lagMax) return []
  return [warning('VIEW_LAGGING', name, `View ${name} is ${lag} events behind.`)]
}

function handlerReasons(
  { name, state, lag, position, error }: HandlerStatus,
  { stalledMs }: HealthFigures,
  { lagMax, stalledMsMax }: HealthThresholds,
): HealthReason[] {
  if (state === 'failing') {
    const message = `Handler ${name} cannot go on: ${error?.message ?? ''}`
    return [warning('HANDLER_FAILING', name, message)]
  }
  if (state === 'paused') return [warning('HANDLER_PAUSED', name, `Handler ${name} is paused.`)]
  if (state === 'breaker-open') {
    const message = `Most keys of handler ${name} fail: it tries single ones until one comes through.`
    return [warning('BREAKER_OPEN', name, message)]
  }
  const stalled = stalledMs('handler', name)
  if (stalled > stalledMsMax) {
    const message = `Handler ${name} has been at position ${position} for ${Math.round(stalled)} ms, ${lag} behind.`
    return [warning('HANDLER_STALLED', name, message)]
  }
  if (lag <= lagMax) return []
  return [warning('HANDLER_LAGGING', name, `Handler ${name} is ${lag} events behind.`)]
}

function parkedReasons(
  { deadLetters: { parkedKeys } }: RuntimeStatus,
  { parkedKeysMax }: HealthThresholds,
): HealthReason[] {
  if (parkedKeys <= parkedKeysMax) return []
  return [warning('KEYS_PARKED', null, `${parkedKeys} keys are parked: redrive or discard them.`)]
}

function timerReasons(
  { timers }: RuntimeStatus,
  { overdueMsMax }: HealthThresholds,
): HealthReason[] {
  if (timers.error !== null) {
    const message = `Timers cannot be read or written: ${timers.error.message}`
    return [warning('TIMERS_FAILING', null, message)]
  }
  if (timers.failing > 0) {
    return [warning('TIMERS_FAILING', null, `${timers.failing} timers failed and are tried again.`)]
  }
  if (timers.overdueMs <= overdueMsMax) return []
  const message = `A timer has been due for ${Math.round(timers.overdueMs)} ms.`
  return [warning('TIMERS_OVERDUE', null, message)]
}

function blocking(code: HealthCode, message: string): HealthReason {
  return Object.freeze({ code, name: null, isBlocking: true, message })
}

function warning(code: HealthCode, name: string | null, message: string): HealthReason {
  return Object.freeze({ code, name, isBlocking: false, message })
}
