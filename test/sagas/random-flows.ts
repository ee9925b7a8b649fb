/**
 * Flows by chance: trees of steps that act, fail and are taken back by a plan, and the world that they act on.
 *
 * Commands act on an account for each step, calls on the world here; so what was done, and taken back, is
 * seen without asking the saga. Everything follows from the tree and the clock.
 */

import fc from 'fast-check'
import type { ManualClock } from '../../src/base/manual-clock.js'
import type {
  CallContext,
  CompensationOptions,
  FlowNode,
  StepFacts,
  Steps,
} from '../../src/define/saga/steps.js'
import { Account } from './travel.js'
import type { TripFlow, TripState } from './trips.js'

export interface UndoPlan {
  readonly by: 'send' | 'call'
  readonly when: 'completed' | 'attempted'
  /** Attempts that fail; more than there are: it cannot be taken back. */
  readonly failures: number
}

export interface StepPlan {
  readonly node: 'step'
  readonly name: string
  /** `mark` does nothing; `wait` is for an event that never comes. */
  readonly kind: 'send' | 'call' | 'mark' | 'wait'
  /** Attempts that fail; a command is refused at each as soon as it is at one. */
  readonly failures: number
  readonly attemptsMax: number
  /** Of a call. Milliseconds; past 20 its time is over. */
  readonly tookMs: number
  readonly undo: UndoPlan | null
}

export type FlowPlan =
  | StepPlan
  | { readonly node: 'sequence'; readonly nodes: readonly FlowPlan[] }
  | {
      readonly node: 'all' | 'first'
      readonly name: string
      readonly branches: readonly FlowPlan[]
    }
  | {
      readonly node: 'when'
      readonly name: string
      readonly isChosen: boolean
      readonly isFailing: boolean
      readonly steps: FlowPlan
    }
  | {
      readonly node: 'each'
      readonly name: string
      readonly count: number
      readonly parallelMax: number
      readonly steps: FlowPlan
    }

/** Times out of so many attempts of an undo, none comes through. */
const never = 9
const undoAttemptsMax = 3
const pauses = { retriesAtOnce: 0, delayMs: 5, delayMsMax: 10 } as const

/** One of these values, each with its weight. */
function oneIn<T>(...weighted: readonly (readonly [number, T])[]): fc.Arbitrary<T> {
  return fc.oneof(...weighted.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })))
}

const undoPlan: fc.Arbitrary<UndoPlan> = fc.record({
  by: fc.constantFrom('send', 'call'),
  when: fc.constantFrom('completed', 'attempted'),
  failures: oneIn([10, 0], [2, 1], [2, 2], [1, never]),
})

const stepPlan: fc.Arbitrary<StepPlan> = fc.record({
  node: fc.constant('step'),
  name: fc.constant(''),
  kind: oneIn([6, 'send'], [6, 'call'], [2, 'mark'], [1, 'wait']),
  failures: oneIn([14, 0], [2, 1], [1, 2], [1, 3]),
  attemptsMax: fc.integer({ min: 1, max: 3 }),
  tookMs: oneIn([10, 0], [4, 5], [4, 10], [1, 30]),
  undo: fc.option(undoPlan, { freq: 4 }),
})

/** Trees of a few levels, without names. */
const tree = fc.letrec<{ flow: FlowPlan }>((tie) => {
  const flow = tie('flow')
  const branches = fc.array(flow, { minLength: 1, maxLength: 3 })
  const name = fc.constant('')
  return {
    flow: fc.oneof(
      { maxDepth: 3, depthSize: 'small', withCrossShrink: true },
      { weight: 3, arbitrary: stepPlan as fc.Arbitrary<FlowPlan> },
      {
        weight: 4,
        arbitrary: fc.record({
          node: fc.constant('sequence' as const),
          nodes: fc.array(flow, { minLength: 1, maxLength: 4 }),
        }),
      },
      { weight: 2, arbitrary: fc.record({ node: fc.constant('all' as const), name, branches }) },
      {
        weight: 2,
        arbitrary: fc.record({ node: fc.constant('first' as const), name, branches }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          node: fc.constant('when' as const),
          name,
          isChosen: fc.boolean(),
          isFailing: oneIn([1, true], [4, false]),
          steps: flow,
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          node: fc.constant('each' as const),
          name,
          count: fc.integer({ min: 0, max: 3 }),
          parallelMax: fc.integer({ min: 1, max: 3 }),
          steps: flow,
        }),
      },
    ),
  }
})

/** Flows of a few steps in sequence, each of which may be a tree. */
export const flowPlan: fc.Arbitrary<FlowPlan> = fc
  .array(tree.flow, { minLength: 2, maxLength: 5 })
  .map((nodes) => named({ node: 'sequence', nodes }))

/**
 * Gives every node a name of its own. An undo that never comes through stays out of races: it would halt
 * the saga until an operator comes.
 */
function named(tree: FlowPlan): FlowPlan {
  let names = 0
  const visit = (plan: FlowPlan, isRaced: boolean): FlowPlan => {
    if (plan.node === 'sequence') {
      return { ...plan, nodes: plan.nodes.map((each) => visit(each, isRaced)) }
    }
    const name = `${plan.node}${++names}`
    if (plan.node === 'step') {
      const { undo } = plan
      if (undo?.failures !== never || !isRaced) return { ...plan, name }
      return { ...plan, name, undo: { ...undo, failures: 0 } }
    }
    if (plan.node === 'when' || plan.node === 'each') {
      return { ...plan, name, steps: visit(plan.steps, isRaced) }
    }
    const isRacing = isRaced || plan.node === 'first'
    return { ...plan, name, branches: plan.branches.map((each) => visit(each, isRacing)) }
  }
  return visit(tree, false)
}

/** The plans of all steps, by name. */
export function stepsOf(plan: FlowPlan): readonly StepPlan[] {
  if (plan.node === 'step') return [plan]
  if (plan.node === 'sequence') return plan.nodes.flatMap(stepsOf)
  return 'branches' in plan ? plan.branches.flatMap(stepsOf) : stepsOf(plan.steps)
}

/** What calls have done. Steps go by their ids. */
export class RandomWorld {
  /** Steps whose call came through. */
  readonly done: Set<string> = new Set()
  /** Steps that a call has taken back, as often as it has. */
  readonly undone: string[] = []
  readonly #clock: ManualClock

  constructor(clock: ManualClock) {
    this.#clock = clock
  }

  async act({ failures, tookMs }: StepPlan, context: CallContext<unknown>): Promise<string> {
    const { step, attempt, signal } = context
    if (tookMs > 0) await this.#pause(tookMs, signal)
    if (attempt <= failures) throw new Error(`attempt ${attempt} fails`)
    this.done.add(step)
    return step
  }

  undo({ failures }: UndoPlan, { step, attempt }: CallContext<unknown>): void {
    if (attempt <= failures) throw new Error(`attempt ${attempt} fails`)
    this.undone.push(step)
  }

  #pause(delayMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.schedule(delayMs, resolve)
      const abort = (): void => {
        cancel()
        reject(signal.reason as Error)
      }
      if (signal.aborted) abort()
      else signal.addEventListener('abort', abort, { once: true })
    })
  }
}

/** The account that a step's command acts on: the step's name, and the places among the items around it. */
export function accountOf(name: string, indexes: readonly number[]): string {
  return [name, ...indexes].join('.')
}

type Facts = StepFacts<unknown>

function accountIn(name: string, { item }: Facts): string {
  return accountOf(name, (item as readonly number[] | undefined) ?? [])
}

/** Builds the flow of a plan. */
export function buildFlow(plan: FlowPlan, flow: TripFlow, world: RandomWorld): Steps {
  const build = (each: FlowPlan): Steps => buildFlow(each, flow, world)
  switch (plan.node) {
    case 'step':
      return buildStep(plan, flow, world)
    case 'sequence':
      return plan.nodes.map(build)
    case 'all':
      return flow.all(plan.name, plan.branches.map(build))
    case 'first':
      return flow.first(plan.name, plan.branches.map(build))
    case 'when': {
      const steps = build(plan.steps)
      const failing = [steps, flow.fail(`${plan.name}-fail`, 'NOT_TODAY')]
      return flow.when(plan.name, () => plan.isChosen, plan.isFailing ? failing : steps)
    }
    case 'each':
      return flow.each(
        plan.name,
        (_state, { item }) =>
          Array.from({ length: plan.count }, (_, at) => [
            ...((item as readonly number[] | undefined) ?? []),
            at,
          ]),
        () => build(plan.steps),
        { parallelMax: plan.parallelMax },
      )
  }
}

function buildStep(plan: StepPlan, flow: TripFlow, world: RandomWorld): FlowNode {
  const { name, kind, failures, attemptsMax, undo } = plan
  if (kind === 'wait') {
    return flow.step(name, { until: { TripPaid: (state) => state }, withinMs: 20 })
  }
  const compensate = undo === null ? {} : { compensate: compensation(name, undo, world) }
  if (kind === 'mark') return flow.step(name, compensate)
  const note = (state: TripState): TripState => ({ ...state, notes: [...state.notes, name] })
  const retry = { attemptsMax, ...pauses }
  if (kind === 'call') {
    return flow.step(name, {
      call: (_state, context) => world.act(plan, context),
      onAnswer: note,
      withinMs: 20,
      retry,
      ...compensate,
    })
  }
  const cents = failures > 0 ? 2_000 : 1
  return flow.step(name, {
    send: (_state, facts) => facts.send(Account, accountIn(name, facts), 'charge', { cents }),
    onAnswer: note,
    retry,
    ...compensate,
  })
}

function compensation(
  name: string,
  undo: UndoPlan,
  world: RandomWorld,
): CompensationOptions<TripState, undefined> {
  const { by, when } = undo
  const retry = { attemptsMax: undoAttemptsMax, ...pauses }
  if (by === 'call') {
    return { when, retry, call: (_state, context) => world.undo(undo, context) }
  }
  return {
    when,
    retry,
    send: (_state, facts) =>
      undo.failures === never
        ? facts.send(Account, accountIn(name, facts), 'charge', { cents: 2_000 })
        : facts.send(Account, accountIn(name, facts), 'refund', { cents: 1 }),
  }
}
