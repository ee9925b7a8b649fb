/**
 * How the events of a saga instance fold into its state.
 *
 * Pure, total, and the same for every saga. Nothing of a user's code runs here.
 */

import type { InstanceEventName, InstanceEvents, StepStart } from './instance-events.js'
import {
  isSameEvent,
  type SagaInstance,
  type StepEffect,
  type StepRecord,
} from './instance-state.js'

type Fold<K extends InstanceEventName> = (
  state: SagaInstance,
  data: InstanceEvents[K],
) => SagaInstance

const folds: { readonly [K in InstanceEventName]: Fold<K> } = {
  Started: (state, { event, state: data }) => ({
    ...state,
    status: 'running',
    data,
    receivedTo: [event.position, event.part],
  }),
  Received: (state, { event, kept }) => {
    const { type, position, part } = event
    return {
      ...state,
      receivedTo: laterOf(state.receivedTo, [position, part]),
      recalled: state.recalled.filter((each) => !isSameEvent(each, event)),
      inbox: kept ? [...state.inbox, { type, position, part }] : state.inbox,
    }
  },
  Messaged: (state, { timer }) =>
    timer === null ? state : { ...state, timers: without(state.timers, timer) },
  StateChanged: (state, { state: data }) => ({ ...state, data }),
  Chosen: (state, { id, chosen }) => ({ ...state, choices: { ...state.choices, [id]: chosen } }),
  ItemsFound: (state, { id, items }) => ({ ...state, items: { ...state.items, [id]: items } }),
  BranchWon: (state, { id, branch }) => ({ ...state, winners: { ...state.winners, [id]: branch } }),
  StepsStarted: (state, { steps }) => ({
    ...changeSteps(state, steps, begun),
    sends: state.sends + steps.filter(({ step, attempt }) => isSend(step) && attempt === 1).length,
    commands: withCommands(state.commands, steps),
  }),
  StepsAnswered: (state, { steps }) =>
    changeSteps(state, steps, (before) => ({ ...before!, status: 'waiting', effect: 'done' })),
  StepsRetrying: (state, { steps }) =>
    changeSteps(state, steps, (before, { error, dueAtMs }) => ({
      ...before!,
      status: 'retrying',
      effect: effectOfFailure(before!),
      hasTimer: before!.hasTimer || dueAtMs !== null,
      error,
    })),
  StepsEnded: (state, { steps }) => {
    let endedCount = state.endedCount
    const changed = changeSteps(state, steps, (before, { outcome, effect, error }) => ({
      ...(before ?? unstarted),
      status: outcome,
      effect,
      error,
      hasTimer: false,
      ended: ++endedCount,
    }))
    const ends = steps.filter(({ step }) => isSend(step))
    if (ends.length === 0) return { ...changed, endedCount }
    const commands = ends.reduce((left, { step }) => without(left, step), state.commands)
    return { ...changed, endedCount, commands }
  },
  StepsAbandoned: (state, { steps, why }) =>
    changeSteps(
      state,
      steps.map((step) => ({ step })),
      (before) => ({ ...before!, abandoned: why }),
    ),
  Recalled: (state, event) => ({
    ...state,
    inbox: state.inbox.filter((each) => !isSameEvent(each, event)),
    recalled: [...state.recalled, event],
  }),
  TimerSet: (state, { timer, id }) => ({
    ...state,
    timers: { ...state.timers, [timer]: id },
    timersSet: state.timersSet + 1,
  }),
  TimerCancelled: (state, { timer }) => ({ ...state, timers: without(state.timers, timer) }),
  CompensationStarted: (state, { cause, cancelled }) => ({
    ...state,
    status: 'compensating',
    cause,
    cancelled,
    halts: [],
  }),
  NotUndone: (state, notUndone) => ({ ...state, notUndone: [...state.notUndone, notUndone] }),
  Halted: (state, { number, step, error, answer }) => ({
    ...(step === null || state.steps[step] === undefined
      ? state
      : changeSteps(state, [{ step }], (before) => ({
          ...before!,
          status: 'halted',
          effect: answer === null ? effectOfFailure(before!) : 'done',
          error,
        }))),
    halts: [...state.halts, { number, step, error, answer }],
    haltsCount: number,
  }),
  Operated: (state, { verb, step }) =>
    verb === 'cancel'
      ? state
      : { ...state, halts: state.halts.filter((halt) => halt.step !== step) },
  Completing: (state) => ({ ...state, isCompleting: true }),
  Completed: (state) => ended(state, 'completed'),
  Compensated: (state, { cause }) => ({ ...ended(state, 'compensated'), cause }),
  Failed: (state, { cause }) => ({ ...ended(state, 'failed'), cause }),
  Cancelled: (state, { reason, notUndone }) => ({
    ...ended(state, 'cancelled'),
    cancelled: reason,
    notUndone,
  }),
}

/** The state after an event. */
export function evolveInstance<K extends InstanceEventName>(
  state: SagaInstance,
  name: K,
  data: InstanceEvents[K],
): SagaInstance {
  return folds[name](state, data)
}

/** What a step is that ended without having begun. */
const unstarted: StepRecord = Object.freeze({
  kind: 'none',
  status: 'waiting',
  attempt: 0,
  ended: 0,
  effect: 'none',
  abandoned: null,
  hasTimer: false,
  error: null,
})

/** What a step may have done whose attempt has failed. */
function effectOfFailure({ kind, effect }: StepRecord): StepEffect {
  return kind === 'call' && effect === 'none' ? 'unknown' : effect
}

/** Whether it is the id of a command that a reaction sent. */
function isSend(stepId: string): boolean {
  return stepId.startsWith('#')
}

function begun(before: StepRecord | undefined, start: StepStart): StepRecord {
  const { kind, attempt, deadlineAtMs } = start
  return {
    kind,
    status: kind === 'send' ? 'sending' : kind === 'call' ? 'calling' : 'waiting',
    attempt,
    ended: 0,
    effect: before?.effect ?? 'none',
    abandoned: null,
    // A retry's own timer has fired; the deadline's stays.
    hasTimer: deadlineAtMs !== null || (before?.hasTimer ?? false),
    error: null,
  }
}

function withCommands(
  commands: SagaInstance['commands'],
  starts: readonly StepStart[],
): SagaInstance['commands'] {
  const sends = starts.filter(({ step }) => isSend(step))
  if (sends.length === 0) return commands
  return {
    ...commands,
    ...Object.fromEntries(sends.map(({ step, command }) => [step, command!] as const)),
  }
}

function changeSteps<T extends { readonly step: string }>(
  state: SagaInstance,
  changes: readonly T[],
  change: (before: StepRecord | undefined, to: T) => StepRecord,
): SagaInstance {
  const steps = { ...state.steps }
  for (const each of changes) steps[each.step] = change(steps[each.step], each)
  return { ...state, steps }
}

function ended(state: SagaInstance, status: SagaInstance['status']): SagaInstance {
  return { ...state, status, halts: [], timers: {}, inbox: [], recalled: [] }
}

function laterOf(
  one: SagaInstance['receivedTo'],
  other: SagaInstance['receivedTo'],
): SagaInstance['receivedTo'] {
  return other[0] > one[0] || (other[0] === one[0] && other[1] > one[1]) ? other : one
}

function without<T>(table: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> {
  const { [key]: _gone, ...rest } = table
  return rest
}
