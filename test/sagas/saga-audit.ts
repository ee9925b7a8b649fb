/**
 * What can be seen of sagas and of what they acted on, and what of it cannot be right.
 *
 * The facts of an undisturbed run and of one that was interrupted have to be the same; the problems have
 * to be none.
 */

import type { AnyRecordedEvent } from '../../src/define/projector.js'
import type { InstanceEventName, InstanceEvents } from '../../src/define/saga/instance-events.js'
import { evolveInstance } from '../../src/define/saga/instance-evolve.js'
import {
  isActive,
  isOpen,
  newInstance,
  parseStepId,
  type SagaInstance,
} from '../../src/define/saga/instance-state.js'
import type { AnySaga } from '../../src/define/saga/saga.js'
import type { Runtime } from '../../src/runtime/runtime.js'

/** How an instance ended, and how it came there. Nothing in it depends on time. */
interface InstanceFacts {
  readonly id: string
  readonly status: string
  readonly state: unknown
  readonly cause: unknown
  readonly notUndone: readonly string[]
  readonly open: readonly unknown[]
  readonly timeline: readonly string[]
}

/** How everything stands. */
export interface SagaFacts {
  /** What was recorded, by stream, those of sagas left out. */
  readonly events: Readonly<Record<string, readonly unknown[]>>
  readonly instances: readonly InstanceFacts[]
  readonly problems: readonly string[]
}

export async function readFacts(runtime: Runtime, sagas: readonly AnySaga[]): Promise<SagaFacts> {
  const names = new Set(sagas.map(({ name }) => name))
  const events: Record<string, unknown[]> = {}
  const streams = new Map<string, AnyRecordedEvent[]>()
  const problems: string[] = []
  const commands = new Set<string>()
  for await (const event of runtime.log.read()) {
    if (names.has(event.aggregateType)) {
      streams.set(event.streamId, [...(streams.get(event.streamId) ?? []), event as never])
      continue
    }
    events[event.streamId] ??= []
    events[event.streamId]!.push([event.type, event.data])
    const command = `${event.streamId} ${event.metadata.commandId}`
    if (commands.has(command)) problems.push(`acted twice: ${command}`)
    commands.add(command)
  }
  const instances: InstanceFacts[] = []
  for (const [streamId, own] of streams) {
    problems.push(...problemsOf(own).map((problem) => `${streamId}: ${problem}`))
    const saga = sagas.find(({ name }) => name === own[0]!.aggregateType)!
    instances.push(await readInstance(runtime, saga, own[0]!.aggregateId))
  }
  problems.push(...(await leftovers(runtime, sagas, streams)))
  return { events, instances, problems }
}

async function readInstance(runtime: Runtime, saga: AnySaga, id: string): Promise<InstanceFacts> {
  const reference = runtime.saga(saga, id)
  const { status, cause, notUndone, openSteps, halted, parked, timers } = await reference.status()
  const timeline = await reference.timeline()
  return {
    id: `${saga.name} ${id}`,
    status,
    state: await reference.state(),
    cause: cause && [cause.step, cause.error.code],
    notUndone: notUndone.map(({ step }) => step),
    open: [openSteps, halted, parked, timers],
    timeline: timeline
      .map(({ step, attempt, kind, outcome }) => `${step} ${attempt} ${kind} ${outcome}`)
      .sort(),
  }
}

/** Timers, parked keys, failures of the machine, and rows of the list that are not what instances are. */
async function leftovers(
  runtime: Runtime,
  sagas: readonly AnySaga[],
  streams: ReadonlyMap<string, readonly AnyRecordedEvent[]>,
): Promise<string[]> {
  const problems: string[] = []
  const { timers, deadLetters, handlers } = runtime.status()
  if (timers.pending > 0) problems.push(`${timers.pending} timers are left`)
  if (deadLetters.parkedKeys > 0) problems.push(`${deadLetters.parkedKeys} keys are parked`)
  for (const { name, retryingKeys, lag } of handlers) {
    if (retryingKeys > 0 || lag > 0) problems.push(`${name}: ${retryingKeys} keys wait, lag ${lag}`)
  }
  for (const saga of sagas) {
    const { rows } = await runtime.saga(saga).list()
    const listed = rows.map(({ sagaId, status, isHalted }) => `${sagaId} ${status} ${isHalted}`)
    const expected: string[] = []
    for (const events of streams.values()) {
      const [{ aggregateType, aggregateId }] = events as [AnyRecordedEvent]
      if (aggregateType !== saga.name) continue
      const { status } = await runtime.saga(saga, aggregateId).status()
      expected.push(`${aggregateId} ${status} false`)
    }
    if (`${listed.sort()}` !== `${expected.sort()}`) {
      problems.push(`${saga.name} lists ${listed}, found ${expected}`)
    }
  }
  return problems
}

/** What of an instance's own stream cannot be right. */
export function problemsOf(events: readonly AnyRecordedEvent[]): string[] {
  const problems: string[] = []
  let instance = newInstance
  for (const [at, event] of events.entries()) {
    const name = event.type.slice(event.aggregateType.length + 1) as InstanceEventName
    const found = problemOf(instance, name, event.data as never)
    if (found !== null) problems.push(`${event.id} ${name}: ${found}`)
    if (event.version !== at + 1) problems.push(`${event.id} is event ${at + 1}`)
    instance = evolveInstance(instance, name, event.data as never)
  }
  if (isActive(instance)) problems.push(`it is ${instance.status}`)
  for (const [step, record] of Object.entries(instance.steps)) {
    if (isOpen(record) && instance.status !== 'cancelled') problems.push(`${step} is open`)
  }
  return problems
}

function problemOf(
  instance: SagaInstance,
  name: InstanceEventName,
  data: InstanceEvents['StepsStarted' & InstanceEventName],
): string | null {
  if ((instance.status === 'none') !== (name === 'Started')) return `it is ${instance.status}`
  const isLate = instance.status !== 'none' && !isActive(instance)
  // A call that was under way when an operator ended its instance is still told so.
  if (isLate) return `it has ${instance.status}`
  if (name === 'StepsStarted') return firstOf(data.steps, (each) => startProblem(instance, each))
  if (name === 'StepsEnded') return firstOf(data.steps, ({ step }) => endProblem(instance, step))
  return null
}

function startProblem(
  { steps }: SagaInstance,
  { step, attempt }: { readonly step: string; readonly attempt: number },
): string | null {
  const before = steps[step]
  if (attempt !== (before?.attempt ?? 0) + 1) return `${step} begins attempt ${attempt}`
  if (before !== undefined && !isOpen(before)) return `${step} begins again`
  if (before?.status === 'sending' || before?.status === 'calling') return `${step} is under way`
  const { isUndo } = parseStepId(step)
  const done = steps[step.slice(0, -'/undo'.length)]
  return isUndo && (done === undefined || done.effect === 'none' || isOpen(done))
    ? `${step} takes back what was not done`
    : null
}

function endProblem({ steps }: SagaInstance, step: string): string | null {
  const before = steps[step]
  return before !== undefined && !isOpen(before) ? `${step} ends again` : null
}

function firstOf<T>(all: readonly T[], find: (each: T) => string | null): string | null {
  for (const each of all) {
    const found = find(each)
    if (found !== null) return found
  }
  return null
}
