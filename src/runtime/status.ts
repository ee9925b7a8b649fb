/**
 * What a runtime says of itself at one moment: plain data, cheap enough for a health check.
 */

import type { ActorSystem } from '../actors/actor-system.js'
import type { ActorSystemStatus } from '../actors/status.js'
import type { HandlerStatus, HandlerSubscription } from '../subscriptions/handler-subscription.js'
import type { View } from '../subscriptions/view.js'
import type { ViewStatus } from '../subscriptions/view-subscription.js'
import type { Bus } from './bus.js'
import type { Pools } from './pools.js'
import type { Scheduling, TimersStatus } from './scheduling.js'
import type { Storage } from './storage.js'

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

/** What says how it is. */
export interface StatusSources {
  /** `null`: in memory. */
  readonly dataDir: string | null
  readonly storage: Storage
  readonly actors: ActorSystem
  readonly views: ReadonlyMap<string, View>
  readonly handlers: ReadonlyMap<string, HandlerSubscription>
  readonly scheduling: Scheduling
  readonly pools: Pools
  readonly bus: Bus
}

/** What only the runtime itself knows. */
export interface RuntimeFigures {
  readonly phase: RuntimeStatus['phase']
  readonly uptimeMs: number
  readonly eventsPerSecond: number
  readonly commitsPerSecond: number
}

export function statusOf(
  { dataDir, storage, actors, views, handlers, scheduling, pools, bus }: StatusSources,
  { phase, uptimeMs, eventsPerSecond, commitsPerSecond }: RuntimeFigures,
): RuntimeStatus {
  const { storeId, epoch, head, status, subjects } = storage.store
  const handlerStatuses = [...handlers.values()].map((handler) => handler.status())
  return {
    phase,
    uptimeMs,
    store: { kind: dataDir === null ? 'memory' : 'lmdb', storeId, epoch, head, status },
    throughput: { eventsPerSecond, commitsPerSecond },
    actors: actors.status(),
    views: [...views.values()].map((view) => view.status()),
    handlers: handlerStatuses,
    timers: scheduling.status(),
    deadLetters: { parkedKeys: handlerStatuses.reduce((sum, each) => sum + each.parkedKeys, 0) },
    workers: { threads: pools.workers.threads },
    bus: { subscribers: bus.subscribers, failures: bus.failures },
    forgetting: { subjectsPending: subjects.pending },
  }
}
