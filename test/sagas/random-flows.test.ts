/** Laws of orchestrated sagas, whatever their flow is and whatever fails in it. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ManualClock } from '../../src/base/manual-clock.js'
import type { AnyRecordedEvent } from '../../src/define/projector.js'
import type { InstanceEventName } from '../../src/define/saga/instance-events.js'
import { evolveInstance } from '../../src/define/saga/instance-evolve.js'
import {
  isOpen,
  newInstance,
  parseStepId,
  type SagaInstance,
  undoneBy,
} from '../../src/define/saga/instance-state.js'
import { SuiteScope } from '../support/scope.js'
import { seed } from '../support/seed.js'
import {
  accountOf,
  buildFlow,
  type FlowPlan,
  flowPlan,
  RandomWorld,
  type StepPlan,
  stepsOf,
} from './random-flows.js'
import { problemsOf } from './saga-audit.js'
import { openTrips, type TripSaga, type Trips, tripSaga } from './trips.js'

/** Of each law, each with flows of its own. */
const numRuns = 50
const sagaId = 't1'
let laws = 0

/** One instance that has run to its end, and what is known of it from outside. */
interface Ending {
  readonly plan: FlowPlan
  /** Its own events. */
  readonly own: readonly AnyRecordedEvent[]
  /** What these fold into. */
  readonly instance: SagaInstance
  /** What the runtime says that it is. */
  readonly found: unknown
  readonly timersLeft: number
  readonly world: RandomWorld
  /** By account, the types of its events. */
  readonly accounts: ReadonlyMap<string, readonly string[]>
}

async function run(plan: FlowPlan): Promise<Ending> {
  const scope = new SuiteScope()
  try {
    const clock = new ManualClock()
    const world = new RandomWorld(clock)
    const saga = tripSaga((flow) => buildFlow(plan, flow, world))
    const trips = await openTrips(scope, saga, clock)
    await trips.ask(sagaId)
    await trips.ended(sagaId).catch(({ code }) => assert.equal(code, 'DRAMATIS_SAGA_FAILED'))
    return { plan, world, ...(await readEnding(trips, saga)) }
  } finally {
    await scope.release()
  }
}

async function readEnding(
  { runtime, pass }: Trips,
  saga: TripSaga,
): Promise<Omit<Ending, 'plan' | 'world'>> {
  await pass(runtime.caughtUp(runtime.log.head, { handler: saga.name, timeoutMs: 3_600_000 }))
  const own: AnyRecordedEvent[] = []
  const accounts = new Map<string, string[]>()
  for await (const event of runtime.log.read()) {
    const { aggregateType, aggregateId, type } = event
    if (aggregateType === saga.name) own.push(event as AnyRecordedEvent)
    if (aggregateType === 'Account') {
      accounts.set(aggregateId, [...(accounts.get(aggregateId) ?? []), type])
    }
  }
  const found = await runtime.actor(saga.actor, sagaId).state()
  const timersLeft = runtime.status().timers.pending
  return { own, accounts, found, timersLeft, instance: fold(own) }
}

function fold(events: readonly AnyRecordedEvent[]): SagaInstance {
  return events.reduce(
    (state, event) => evolveInstance(state, nameOf(event), event.data as never),
    newInstance,
  )
}

function nameOf({ type, aggregateType }: AnyRecordedEvent): InstanceEventName {
  return type.slice(aggregateType.length + 1) as InstanceEventName
}

/** All steps that an instance has records of, what takes them back left out, the last to end first. */
function recordsOf({ plan, instance }: Ending): { id: string; step: StepPlan; account: string }[] {
  const plans = new Map(stepsOf(plan).map((step) => [step.name, step]))
  return Object.entries(instance.steps)
    .filter(([id]) => !parseStepId(id).isUndo)
    .sort(([, a], [, b]) => b.ended - a.ended)
    .map(([id]) => {
      const { name, indexes } = parseStepId(id)
      return { id, step: plans.get(name)!, account: accountOf(name, indexes) }
    })
}

/** Steps that have acted on the world, or may have, and say what takes them back; the last to end first. */
function toTakeBack(ending: Ending): string[] {
  const { instance, world, accounts } = ending
  return recordsOf(ending)
    .filter(({ id, step, account }) => {
      if (step.undo === null || step.kind === 'wait') return false
      if (step.kind === 'send') return accounts.get(account)?.includes('Charged') === true
      const isDone = step.kind === 'call' ? world.done.has(id) : true
      return isDone || (step.undo.when === 'attempted' && instance.steps[id]!.attempt > 0)
    })
    .map(({ id }) => id)
}

/** What the world knows to have been taken back, as often as it was. */
function takenBack(ending: Ending): string[] {
  const { world, accounts } = ending
  const bySends = recordsOf(ending).flatMap(({ id, account }) =>
    (accounts.get(account) ?? []).filter((type) => type === 'Refunded').map(() => id),
  )
  return [...bySends, ...world.undone.map((id) => (id.endsWith('/undo') ? undoneBy(id) : id))]
}

/** Whether a step is in a branch that lost a race. */
function hasLost({ plan, instance }: Ending, stepId: string): boolean {
  const { name, indexes } = parseStepId(stepId)
  const visit = (node: FlowPlan, depth: number): boolean => {
    if (node.node === 'step') return false
    if (node.node === 'sequence') return node.nodes.some((each) => visit(each, depth))
    if (!('branches' in node)) return visit(node.steps, depth + (node.node === 'each' ? 1 : 0))
    const inside = node.branches.findIndex((each) =>
      stepsOf(each).some((step) => step.name === name),
    )
    if (inside === -1) return false
    const own = indexes.slice(0, depth)
    const race = own.length === 0 ? node.name : `${node.name}[${own.join(',')}]`
    const winner = node.node === 'first' ? (instance.winners[race] ?? inside) : inside
    return winner !== inside || visit(node.branches[inside]!, depth)
  }
  return visit(plan, 0)
}

async function assertLaw(law: (ending: Ending) => void): Promise<void> {
  await fc.assert(
    fc.asyncProperty(flowPlan, async (plan) => law(await run(plan))),
    { numRuns, seed: seed * 100 + laws++ },
  )
}

test(`a saga comes to an end, and leaves nothing open behind (seed ${seed})`, () =>
  assertLaw(({ own, instance, timersLeft }) => {
    assert.ok(['completed', 'compensated', 'failed'].includes(instance.status), instance.status)
    assert.deepEqual(Object.values(instance.steps).filter(isOpen), [])
    assert.equal(timersLeft, 0)
    assert.deepEqual(problemsOf(own), [])
  }))

test(`what has acted is taken back once, unless the saga completed: then what lost a race (seed ${seed})`, () =>
  assertLaw((ending) => {
    const { status, notUndone } = ending.instance
    const left = notUndone.map(({ step }) => step)
    const meant = toTakeBack(ending).filter((id) => status !== 'completed' || hasLost(ending, id))

    assert.deepEqual([...takenBack(ending), ...left].sort(), meant.sort())
    assert.equal(status === 'failed', left.length > 0)
  }))

test(`steps are taken back one at a time, the last to end first (seed ${seed})`, () =>
  assertLaw((ending) => {
    const { own, instance } = ending
    const began = own.findIndex((event) => nameOf(event) === 'CompensationStarted')
    const undos = own.slice(began + 1).flatMap((event) => {
      const { steps = [] } = event.data as { steps?: readonly { step: string }[] }
      const name = nameOf(event)
      const isUndo = ({ step }: { step: string }): boolean => parseStepId(step).isUndo
      if (began === -1 || (name !== 'StepsStarted' && name !== 'StepsEnded')) return []
      return steps.filter(isUndo).map(({ step }) => ({ name, id: undoneBy(step) }))
    })
    const started = new Set(undos.filter(({ name }) => name === 'StepsStarted').map(({ id }) => id))
    const order = [...started].map((id) => instance.steps[id]!.ended)
    assert.deepEqual(
      order,
      order.toSorted((a, b) => b - a),
    )
  }))

test(`an instance is what its events fold into, each prefix of them every time (seed ${seed})`, () =>
  assertLaw(({ own, instance, found }) => {
    assert.deepEqual(found, instance)
    let state = newInstance
    const states = own.map((event) => {
      state = evolveInstance(state, nameOf(event), event.data as never)
      return { state, copy: structuredClone(state) }
    })
    for (const [at, each] of states.entries()) {
      // Neither what came after it nor being folded again has changed it.
      assert.deepEqual(each.state, each.copy)
      assert.deepEqual(fold(own.slice(0, at + 1)), each.copy)
    }
  }))
