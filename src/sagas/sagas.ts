/**
 * The sagas of a runtime: their handlers, calls and timers, wired together.
 *
 * Made before the threads are, because the host's thread runs the handlers; it works once `start` was
 * called. Owns the calls; timers, actors and subscriptions belong to the runtime.
 */

import type { ActorSystem } from '../actors/actor-system.js'
import { SentBefore } from '../actors/sent-before.js'
import type { Clock } from '../base/clock.js'
import { InvalidArgumentError } from '../base/errors.js'
import { nameOf } from '../base/options.js'
import type { Random } from '../base/random.js'
import type { HandlerDefinition } from '../define/handler.js'
import type { AnySaga } from '../define/saga/saga.js'
import type { RecordedEvent } from '../events/event.js'
import type { UpcastTable } from '../events/upcasting.js'
import type { EventStore } from '../store/contracts.js'
import type { TableDatabase } from '../store/tables.js'
import { SubscribedEvents } from '../subscriptions/subscribed-events.js'
import type { KeyName } from '../subscriptions/work-store.js'
import type { Due } from '../timers/due.js'
import type { DueQueue } from '../timers/due-queue.js'
import { InstancePort, type Origin } from './instance-port.js'
import {
  type DescribedMessage,
  describeMessage,
  type SagaMessageToSend,
} from './message-to-send.js'
import { type ParkedKeys, releaseIfOver } from './parked-instances.js'
import { SagaCalls } from './saga-calls.js'
import { SagaEnds } from './saga-ends.js'
import { createSagaHandler } from './saga-handler.js'
import type { SagaPorts } from './saga-ports.js'
import type { SagaTimerAction } from './saga-timers.js'

export interface SagasPorts {
  readonly sagas: readonly AnySaga[]
  readonly actors: ActorSystem
  readonly timers: DueQueue
  readonly log: EventStore
  readonly upcasts: UpcastTable
  /** The work store's. */
  readonly database: TableDatabase
  readonly clock: Clock
  readonly random: Random
}

export class Sagas {
  /** One for each saga, of its name. */
  readonly handlers: readonly HandlerDefinition[]
  readonly #ports: ReadonlyMap<string, SagaPorts>
  /** Parked keys that are being looked at. */
  readonly #releases = new Set<Promise<void>>()

  constructor({ sagas, ...ports }: SagasPorts) {
    const byName = new Map<string, SagaPorts>()
    this.handlers = sagas.map((saga) => {
      const handler = createSagaHandler(saga, () => byName.get(saga.name)!)
      const instances = new InstancePort(ports.actors, saga.name)
      const calls = new SagaCalls({ saga, instances, ...ports })
      const events = new SubscribedEvents(ports.upcasts, handler)
      const ends = new SagaEnds(instances, ports.clock)
      const sentBefore = new SentBefore(ports.log, (id) => id.startsWith(`${saga.name}-`))
      byName.set(saga.name, { saga, instances, calls, ends, sentBefore, events, ...ports })
      return handler
    })
    this.#ports = byName
  }

  /** @throws {InvalidArgumentError} DRAMATIS_INVALID_ARGUMENT: the app has no such saga. */
  portsOf(saga: AnySaga | string): SagaPorts {
    const name = nameOf(saga)
    const ports = this.#ports.get(name)
    if (ports !== undefined) return ports
    const known = [...this.#ports.keys()].join(', ') || 'it has none'
    throw new InvalidArgumentError(
      'saga',
      `a saga of the app (${known})`,
      name === '' ? saga : name,
    )
  }

  /** Events that have become durable. */
  see(events: readonly RecordedEvent[]): void {
    if (this.#ports.size === 0) return
    for (const event of events) this.#ports.get(event.aggregateType)?.ends.see(event)
  }

  /** @param keysOf - The handler of each saga, at work. */
  start(keysOf: (saga: string) => ParkedKeys): void {
    for (const { saga, calls } of this.#ports.values()) {
      calls.start()
      const keys = keysOf(saga.name)
      for (const name of keys.parkedKeys()) this.noteParked(saga.name, keys, name)
    }
  }

  /** The handler of a saga, if it is one, has parked a key, or has found it parked at the start. */
  noteParked(handler: string, keys: ParkedKeys, name: KeyName): void {
    if (!this.#ports.has(handler)) return
    const release = this.#release(handler, keys, name)
    this.#releases.add(release)
    void release.then(() => this.#releases.delete(release))
  }

  /**
   * Carries out a timer of an instance.
   *
   * @throws {SagaHaltedError} DRAMATIS_SAGA_HALTED: it has to come again, and what sending throws
   */
  async fire({ action }: Due): Promise<void> {
    const { saga, sagaId, origin, tick } = action as unknown as SagaTimerAction
    const { instances } = this.portsOf(saga)
    if (tick.tick === 'retry') {
      const { step, attempt } = tick
      await instances.tell(sagaId, 'retryStep', { step, attempt }, origin)
    } else if (tick.tick === 'deadline') {
      await instances.tell(sagaId, 'endStepTime', { step: tick.step }, origin)
    } else await instances.tell(sagaId, 'message', { message: tick.message }, origin)
  }

  /** Checks a message that is to be sent later. Throws as {@link describeMessage} does, and `portsOf`. */
  checkMessage({ saga, sagaId, message, data }: SagaMessageToSend): DescribedMessage {
    return describeMessage(this.portsOf(saga).saga, sagaId, message, data)
  }

  /**
   * Sends a message that comes from nobody inside. Throws as `takeMessage` does, and as sending does.
   *
   * @param origin - Its `commandId` names the message: it is taken once, however often it is repeated.
   */
  async sendMessage(
    { saga, sagaId, message, data }: SagaMessageToSend,
    origin: Origin & { readonly commandId: string },
  ): Promise<void> {
    const sent = { timer: null, message, data, command: null }
    await this.portsOf(saga).instances.tell(sagaId, 'message', { message: sent }, origin)
  }

  async #release(saga: string, keys: ParkedKeys, name: KeyName): Promise<void> {
    try {
      await releaseIfOver(this.portsOf(saga).instances, keys, name)
    } catch {
      // The key stays parked, where operators see it, and the next start looks at it again.
    }
  }

  async stop(deadlineMs: number): Promise<void> {
    for (const { ends } of this.#ports.values()) ends.close()
    const stopping = [...this.#ports.values()].map(({ calls }) => calls.stop(deadlineMs))
    await Promise.all([...stopping, ...this.#releases])
  }
}
