/**
 * The calls of one saga to the outside: durable from their decision to their answer.
 *
 * Each attempt is a row that is removed when its answer is recorded. So a call that a crash interrupts is
 * made again at the next opening, under the same idempotency key. Bounded by `callsMax`; what is more
 * waits on disk. Calls run on the host's thread, beside each other.
 *
 * Invariants:
 *   - an attempt that its instance does not wait for any more is not made;
 *   - at closing, calls are aborted and their rows stay.
 */

import type { Clock } from '../base/clock.js'
import { failpoint } from '../base/failpoint.js'
import type { Random } from '../base/random.js'
import { parseStepId, type SagaInstance, type StepRecord } from '../define/saga/instance-state.js'
import type { AnySaga } from '../define/saga/saga.js'
import type { CallContext, StepAction } from '../define/saga/steps.js'
import type { TableDatabase } from '../store/tables.js'
import type { Due } from '../timers/due.js'
import { DueQueue } from '../timers/due-queue.js'
import type { InstancePort, Origin } from './instance-port.js'
import { recordedErrorOf } from './recorded-error.js'
import { SagaCodeError } from './saga-errors.js'
import { stepCommandId } from './send-steps.js'
import type { Answer } from './settle.js'
import { makeCall } from './step-call.js'
import { findStep, type StepScope } from './step-scope.js'
import { undoCauseOf } from './undo-cause.js'

export interface SagaCallPorts {
  readonly saga: AnySaga
  readonly instances: InstancePort
  readonly database: TableDatabase
  readonly clock: Clock
  readonly random: Random
}

/** An attempt, as its row says. */
interface CallAction {
  readonly attempt: number
  readonly origin: Origin
}

export class SagaCalls {
  readonly #ports: SagaCallPorts
  readonly #queue: DueQueue
  /** Under way, by instance and step. */
  readonly #running = new Map<string, AbortController>()
  #isStopping = false

  constructor(ports: SagaCallPorts) {
    const { saga, database, clock } = ports
    this.#ports = ports
    this.#queue = new DueQueue({
      queue: `calls/${saga.name}`,
      database,
      clock,
      fire: (due) => this.#make(due),
      inFlightMax: saga.callsMax,
    })
  }

  start(): void {
    this.#queue.start()
  }

  /** Has attempts made. Resolves when they cannot be lost any more. */
  async begin(
    sagaId: string,
    attempts: readonly { readonly step: string; readonly attempt: number }[],
    origin: Origin,
  ): Promise<void> {
    const dueAtMs = this.#ports.clock.nowMs()
    await this.#queue.setAll(
      attempts.map(({ step, attempt }) => ({
        owner: sagaId,
        name: step,
        id: String(attempt),
        dueAtMs,
        everyMs: null,
        action: { attempt, origin: { ...origin } },
      })),
    )
  }

  /** Tells calls that nobody wants their answers. They still have to settle. */
  abort(sagaId: string, steps: readonly string[], why: string): void {
    for (const step of steps) this.#running.get(placeOf(sagaId, step))?.abort(new Error(why))
  }

  async stop(deadlineMs: number): Promise<void> {
    this.#isStopping = true
    for (const controller of this.#running.values()) {
      controller.abort(new Error('the runtime is closing'))
    }
    await this.#queue.stop(deadlineMs)
  }

  async #make({ owner: sagaId, name: step, action }: Due): Promise<void> {
    const { instances, random } = this.#ports
    const { attempt, origin } = action as unknown as CallAction
    const instance = await instances.state(sagaId)
    const record = instance.steps[step]
    if (record?.status !== 'calling' || record.attempt !== attempt) return
    const answer = await this.#answer(sagaId, instance, step, record)
    failpoint('saga.called')
    if (this.#isStopping && answer.failure !== null) throw new Error('the runtime is closing')
    await instances.tell(sagaId, 'settle', { answers: [answer], sample: random.next() }, origin)
  }

  async #answer(
    sagaId: string,
    instance: SagaInstance,
    step: string,
    record: StepRecord,
  ): Promise<Answer> {
    const { attempt } = record
    const known = callOf(this.#ports.saga, instance, step)
    if (record.abandoned !== null || known === null) {
      const why = record.abandoned ?? 'the code has no such call any more'
      const place = { name: 'call', step }
      const error = recordedErrorOf(new SagaCodeError(this.#ports.saga.name, place, why))
      const failure = { error, terminal: true, retryAfterMs: null }
      return { step, attempt, failure, value: null, isMistake: known === null }
    }
    const controller = new AbortController()
    const place = placeOf(sagaId, step)
    this.#running.set(place, controller)
    const plain = this.#contextOf(sagaId, step, attempt, known.scope, controller.signal)
    const isUndo = parseStepId(step).isUndo
    const context = isUndo ? { ...plain, cause: undoCauseOf(instance) } : plain
    const call = (): unknown => known.action.call(instance.data, context)
    try {
      const { action, hasUse } = known
      const outcome = await makeCall(this.#ports.clock, step, action, call, controller, hasUse)
      return { step, attempt, ...outcome }
    } finally {
      this.#running.delete(place)
    }
  }

  #contextOf(
    sagaId: string,
    step: string,
    attempt: number,
    { item, indexes }: StepScope,
    signal: AbortSignal,
  ): CallContext<unknown> {
    const idempotencyKey = stepCommandId(this.#ports.saga.name, sagaId, step)
    return { sagaId, step, item, index: indexes.at(-1) ?? 0, attempt, idempotencyKey, signal }
  }
}

interface KnownCall {
  readonly action: Extract<StepAction, { kind: 'call' }>
  readonly scope: StepScope
  /** Whether anything is made of its answer. */
  readonly hasUse: boolean
}

function callOf(saga: AnySaga, instance: SagaInstance, stepId: string): KnownCall | null {
  const found = findStep(saga, instance, stepId)
  if (found === undefined) return null
  const { node, scope } = found
  const { isUndo } = parseStepId(stepId)
  const action = isUndo ? node.compensate?.action : node.action
  const hasUse = !isUndo && node.onAnswer !== null
  return action?.kind === 'call' ? { action, scope, hasUse } : null
}

function placeOf(sagaId: string, step: string): string {
  return `${sagaId} ${step}`
}
