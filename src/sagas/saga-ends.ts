/**
 * Callers that wait for an instance to end.
 *
 * Woken by the instance's own events as they become durable; who waits costs nothing per event of other
 * instances. Owns the deadlines of its callers.
 */

import type { Clock } from '../base/clock.js'
import { ClosedError } from '../base/closed-error.js'
import { createDeferred, type Deferred } from '../base/deferred.js'
import type { AnyRecordedEvent } from '../define/projector.js'
import type { SagaInstance } from '../define/saga/instance-state.js'
import type { InstancePort } from './instance-port.js'
import {
  SagaFailedError,
  SagaHaltedError,
  SagaNotEndedError,
  SagaWaitAbortedError,
} from './saga-errors.js'

/** How long a caller waits. */
export interface SagaPatience {
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
}

/** How an instance ended that did not fail. */
export type SagaEnd = 'completed' | 'compensated' | 'cancelled'

/** The last parts of the names of events that end a wait. */
const ends: ReadonlySet<string> = new Set([
  'Completed',
  'Compensated',
  'Failed',
  'Cancelled',
  'Halted',
])

export class SagaEnds {
  readonly #instances: InstancePort
  readonly #clock: Clock
  readonly #waiting = new Map<string, Set<Deferred<SagaEnd>>>()

  constructor(instances: InstancePort, clock: Clock) {
    this.#instances = instances
    this.#clock = clock
  }

  /**
   * Resolves with how the instance ended; one that has not begun is waited for.
   *
   * @throws {SagaFailedError} DRAMATIS_SAGA_FAILED
   * @throws {SagaHaltedError} DRAMATIS_SAGA_HALTED: it will not end without an operator.
   * @throws {SagaNotEndedError} DRAMATIS_SAGA_NOT_ENDED
   * @throws {SagaWaitAbortedError} DRAMATIS_SAGA_WAIT_ABORTED
   * @throws {ClosedError} DRAMATIS_CLOSED
   */
  async wait(sagaId: string, { timeoutMs, signal }: SagaPatience): Promise<SagaEnd> {
    const { saga } = this.#instances
    const onAbort = (): void => end.reject(new SagaWaitAbortedError(saga, sagaId, signal?.reason))
    const end = createDeferred<SagaEnd>()
    const waiting = this.#waiting.get(sagaId) ?? new Set()
    this.#waiting.set(sagaId, waiting.add(end))
    const cancel = this.#clock.schedule(timeoutMs, () => void this.#giveUp(sagaId, timeoutMs, end))
    signal?.addEventListener('abort', onAbort)
    if (signal?.aborted === true) onAbort()
    void this.#look(sagaId)
    try {
      return await end.promise
    } finally {
      cancel()
      signal?.removeEventListener('abort', onAbort)
      waiting.delete(end)
      if (waiting.size === 0) this.#waiting.delete(sagaId)
    }
  }

  /** An event of an instance is durable. */
  see({ type, aggregateId }: AnyRecordedEvent): void {
    if (!this.#waiting.has(aggregateId)) return
    if (ends.has(type.slice(type.lastIndexOf('.') + 1))) void this.#look(aggregateId)
  }

  close(): void {
    for (const waiting of this.#waiting.values()) {
      for (const end of waiting) end.reject(new ClosedError('the runtime'))
    }
  }

  async #look(sagaId: string): Promise<void> {
    const waiting = [...(this.#waiting.get(sagaId) ?? [])]
    try {
      const instance = await this.#instances.state(sagaId)
      const outcome = endOf(this.#instances.saga, sagaId, instance)
      if (outcome === null) return
      for (const end of waiting) {
        if (outcome instanceof Error) end.reject(outcome)
        else end.resolve(outcome)
      }
    } catch (error) {
      for (const end of waiting) end.reject(error)
    }
  }

  async #giveUp(sagaId: string, timeoutMs: number, end: Deferred<SagaEnd>): Promise<void> {
    const { saga } = this.#instances
    try {
      const { status } = await this.#instances.state(sagaId)
      end.reject(new SagaNotEndedError(saga, sagaId, status, timeoutMs))
    } catch (error) {
      end.reject(error)
    }
  }
}

/** How an instance stands for who waits for its end; `null`: it goes on. */
function endOf(
  saga: string,
  sagaId: string,
  { status, cause, notUndone, halts }: SagaInstance,
): SagaEnd | Error | null {
  if (status === 'failed') return new SagaFailedError(saga, sagaId, cause!, notUndone)
  const [halt] = halts
  if (halt !== undefined) return new SagaHaltedError(saga, sagaId, halt.step, halt.error)
  if (status === 'none' || status === 'running' || status === 'compensating') return null
  return status
}
