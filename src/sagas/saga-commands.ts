/**
 * The commands of saga instances: how what happens to one reaches its mailbox.
 *
 * Added to a saga's actor when a runtime opens. Each is a pure decision over the instance's state; the
 * folder's other files take them. Nobody else sends these commands.
 */

import { frozenTable } from '../base/freeze.js'
import type { AnyActor, AnyCommand } from '../define/actor.js'
import type { AnyRecordedEvent } from '../define/projector.js'
import type { SagaInstance } from '../define/saga/instance-state.js'
import type { AnySaga } from '../define/saga/saga.js'
import { type Operation, operate } from './operate.js'
import { receive } from './receive.js'
import { type Answer, settle } from './settle.js'
import { endStepTime, type Message, retryStep, takeMessage } from './tick.js'
import { Turn } from './turn.js'

/** What the commands carry. */
export interface SagaCommands {
  readonly receive: { readonly event: AnyRecordedEvent; readonly recalled: boolean }
  /** `sample`: uniform in [0, 1). */
  readonly settle: { readonly answers: readonly Answer[]; readonly sample: number }
  readonly retryStep: { readonly step: string; readonly attempt: number }
  readonly endStepTime: { readonly step: string }
  readonly message: { readonly message: Message }
  readonly operate: { readonly operation: Operation }
}

type Decide<K extends keyof SagaCommands> = (turn: Turn, command: SagaCommands[K]) => void

const decisions: { readonly [K in keyof SagaCommands]: Decide<K> } = {
  receive: (turn, { event, recalled }) => receive(turn, event, recalled),
  settle: (turn, { answers }) => settle(turn, answers),
  retryStep: (turn, { step, attempt }) => retryStep(turn, step, attempt),
  endStepTime: (turn, { step }) => endStepTime(turn, step),
  message: (turn, { message }) => takeMessage(turn, message),
  operate: (turn, { operation }) => operate(turn, operation),
}

const schemas: { readonly [K in keyof SagaCommands]: Readonly<Record<string, string>> } = {
  receive: { event: 'any', recalled: 'boolean' },
  settle: { answers: 'array', sample: 'number' },
  retryStep: { step: 'string', attempt: 'number' },
  endStepTime: { step: 'string' },
  message: { message: 'any' },
  operate: { operation: 'any' },
}

/** The saga's actor, able to decide. */
export function withSagaCommands(saga: AnySaga): AnyActor {
  const commands = Object.entries(decisions).map(([name, decide]) => [
    name,
    commandOf(saga, schemas[name as keyof SagaCommands], decide as Decide<never>),
  ])
  return Object.freeze({
    ...saga.actor,
    commands: frozenTable(Object.fromEntries(commands)),
    madeOf: saga.actor as AnyActor,
  })
}

/** Events of one turn: some for each of the items that an `each` may have. */
const eventsMax = 100_000

interface Sampled {
  readonly sample?: number
}

interface Tools {
  readonly now: Date
  readonly aggregateId: string
}

function commandOf(
  saga: AnySaga,
  schema: Readonly<Record<string, string>>,
  decide: Decide<never>,
): AnyCommand {
  return Object.freeze({
    schema,
    eventsMax,
    decide: (state: SagaInstance, command: Sampled, { now, aggregateId }: Tools) => {
      const turn = new Turn(saga, aggregateId, state, now.getTime(), command.sample ?? 0)
      decide(turn, command as never)
      return turn.events
    },
  })
}
