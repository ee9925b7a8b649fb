/** What the live parts of one saga work with. */

import type { ActorSystem } from '../actors/actor-system.js'
import type { SentBefore } from '../actors/sent-before.js'
import type { Clock } from '../base/clock.js'
import type { Random } from '../base/random.js'
import type { AnySaga } from '../define/saga/saga.js'
import type { LogReader } from '../store/contracts.js'
import type { SubscribedEvents } from '../subscriptions/subscribed-events.js'
import type { DueQueue } from '../timers/due-queue.js'
import type { InstancePort } from './instance-port.js'
import type { SagaCalls } from './saga-calls.js'
import type { SagaEnds } from './saga-ends.js'

export interface SagaPorts {
  readonly saga: AnySaga
  readonly actors: ActorSystem
  readonly instances: InstancePort
  readonly calls: SagaCalls
  readonly ends: SagaEnds
  readonly sentBefore: SentBefore
  /** All timers of the runtime. */
  readonly timers: DueQueue
  readonly log: LogReader
  /** What the saga sees of the log. */
  readonly events: SubscribedEvents
  readonly clock: Clock
  readonly random: Random
}
