/**
 * One instance of a saga without a runtime: its decisions, one after the other, on the state that they
 * lead to.
 */

import type { AnyRecordedEvent } from '../../src/define/projector.js'
import type { InstanceEventName, InstanceEvents } from '../../src/define/saga/instance-events.js'
import { evolveInstance } from '../../src/define/saga/instance-evolve.js'
import { newInstance, type SagaInstance } from '../../src/define/saga/instance-state.js'
import type { AnySaga } from '../../src/define/saga/saga.js'
import { type Operation, operate } from '../../src/sagas/operate.js'
import { receive } from '../../src/sagas/receive.js'
import { recordedErrorOf } from '../../src/sagas/recorded-error.js'
import { type Answer, settle } from '../../src/sagas/settle.js'
import { type Message, takeMessage } from '../../src/sagas/tick.js'
import { Turn } from '../../src/sagas/turn.js'

/** An event of an instance, with the last part of its name. */
export type Decided = {
  readonly [K in InstanceEventName]: { readonly name: K; readonly data: InstanceEvents[K] }
}[InstanceEventName]

export class Decisions {
  readonly saga: AnySaga
  /** Everything decided so far. */
  readonly decided: Decided[] = []
  nowMs = 0
  /** The last position of the log. */
  position = 0
  #instance: SagaInstance = newInstance

  constructor(saga: AnySaga) {
    this.saga = saga
  }

  get instance(): SagaInstance {
    return this.#instance
  }

  /** What the instance is by its events alone. */
  get fold(): SagaInstance {
    return this.decided.reduce(
      (state, { name, data }) => evolveInstance(state, name, data),
      newInstance,
    )
  }

  /** @returns what was decided in this turn; nothing of it stands if it throws. */
  take(decide: (turn: Turn) => void, sample = 0): readonly Decided[] {
    const turn = new Turn(this.saga, 't1', this.#instance, this.nowMs, sample)
    decide(turn)
    this.#instance = turn.instance
    const decided = turn.events.map(({ type, data }) => ({
      name: type.slice(this.saga.name.length + 1),
      data,
    })) as Decided[]
    this.decided.push(...decided)
    return decided
  }

  /** Takes in an event of the trip. */
  receive(event: AnyRecordedEvent, recalled = false): readonly Decided[] {
    return this.take((turn) => receive(turn, event, recalled))
  }

  settle(...answers: Answer[]): readonly Decided[] {
    return this.take((turn) => settle(turn, answers))
  }

  message(message: Message): readonly Decided[] {
    return this.take((turn) => takeMessage(turn, message))
  }

  /** What an operator does. */
  operate(operation: Pick<Operation, 'verb'> & Partial<Operation>): readonly Decided[] {
    const plain = { step: null, reason: null, compensate: true, isParked: false }
    return this.take((turn) => operate(turn, { ...plain, ...operation }))
  }

  /** The next event in the log. */
  event(type: string, data: object): AnyRecordedEvent {
    const position = ++this.position
    return { id: `Trip-t1@${position}`, type, position, aggregateId: 't1', data } as never
  }

  /** Begins the instance. */
  start(asked: { readonly rooms?: readonly string[]; readonly cents?: number } = {}): this {
    const { rooms = [], cents = 100 } = asked
    this.receive(this.event('TripAsked', { rooms, cents }))
    return this
  }
}

export function succeeded(step: string, attempt = 1, value: unknown = null): Answer {
  return { step, attempt, failure: null, value, isMistake: false }
}

export function failed(step: string, attempt = 1, more: Partial<Answer> = {}): Answer {
  const error = recordedErrorOf(new Error(`${step} failed`))
  const failure = { error, terminal: false, retryAfterMs: null }
  return { step, attempt, failure, value: null, isMistake: false, ...more }
}

export function namesOf(decided: readonly Decided[]): InstanceEventName[] {
  return decided.map(({ name }) => name)
}
