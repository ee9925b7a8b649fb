/**
 * One turn of an instance: the state it began with, and the events decided so far, folded in.
 *
 * What the decisions of this folder write to and read from. Lives for one command; does nothing to the
 * world.
 */

import type { ErrorData } from '../base/errors.js'
import {
  type InstanceEventName,
  type InstanceEvents,
  instanceEventType,
  type StepStart,
} from '../define/saga/instance-events.js'
import { evolveInstance } from '../define/saga/instance-evolve.js'
import { isOpen, type SagaCause, type SagaInstance } from '../define/saga/instance-state.js'
import type { AnySaga } from '../define/saga/saga.js'
import type { NewEvent } from '../events/event.js'

export class Turn {
  readonly saga: AnySaga
  readonly sagaId: string
  readonly nowMs: number
  /** Uniform in [0, 1): for the jitter of retries. */
  readonly sample: number
  readonly events: NewEvent[] = []
  /** Attempts that begin with this turn; recorded together at its end. */
  starts: StepStart[] = []
  /** Why the flow has failed, as far as this turn has seen. */
  cause: SagaCause | null = null
  #instance: SagaInstance

  constructor(
    saga: AnySaga,
    sagaId: string,
    instance: SagaInstance,
    nowMs: number,
    sample: number,
  ) {
    this.saga = saga
    this.sagaId = sagaId
    this.#instance = instance
    this.nowMs = nowMs
    this.sample = sample
  }

  get instance(): SagaInstance {
    return this.#instance
  }

  get now(): Date {
    return new Date(this.nowMs)
  }

  add<K extends InstanceEventName>(name: K, data: InstanceEvents[K]): void {
    this.events.push({ type: instanceEventType(this.saga.name, name), data })
    this.#instance = evolveInstance(this.#instance, name, data)
  }

  /** Records the attempts that begin. */
  flush(): readonly StepStart[] {
    const { starts } = this
    if (starts.length > 0) this.add('StepsStarted', { steps: starts })
    this.starts = []
    return starts
  }

  /** The user's state, if it is another. */
  become(state: unknown): void {
    if (state !== this.#instance.data) this.add('StateChanged', { state })
  }

  /** The instance waits for an operator. */
  halt(
    step: string | null,
    error: ErrorData,
    answer: { readonly value: unknown } | null = null,
  ): void {
    this.add('Halted', { number: this.#instance.haltsCount + 1, step, error, answer })
  }

  /** Whether the end has timers to take away. */
  get hasTimers(): boolean {
    const { steps, timers } = this.#instance
    if (Object.keys(timers).length > 0) return true
    return Object.values(steps).some((each) => each.hasTimer && isOpen(each))
  }
}
