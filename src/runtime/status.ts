/**
 * What a runtime says of itself at one moment: plain data, cheap enough for a health check.
 */

import type { ActorSystemStatus } from '../actors/status.js'
import type { HandlerStatus } from '../subscriptions/handler-subscription.js'
import type { ViewStatus } from '../subscriptions/view-subscription.js'
import type { TimersStatus } from './scheduling.js'

export interface RuntimeStatus {
  readonly phase: 'open' | 'closing' | 'closed'
  readonly uptimeMs: number
  readonly store: {
    readonly kind: 'lmdb' | 'memory'
    readonly storeId: string
    readonly epoch: number
    /** Position of the last durable event. */
    readonly head: number
    readonly status: 'open' | 'stopped' | 'closed'
  }
  /** Averages over the last ten seconds. */
  readonly throughput: {
    readonly eventsPerSecond: number
    readonly commitsPerSecond: number
  }
  readonly actors: ActorSystemStatus
  readonly views: readonly ViewStatus[]
  readonly handlers: readonly HandlerStatus[]
  readonly timers: TimersStatus
  readonly deadLetters: { readonly parkedKeys: number }
  /** 0 threads: projectors and handlers run on the host's thread. */
  readonly workers: { readonly threads: number }
  readonly bus: { readonly subscribers: number; readonly failures: number }
  /** Subjects whose keys are destroyed while views may still hold their fields. */
  readonly forgetting: { readonly subjectsPending: number }
}
