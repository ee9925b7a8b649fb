/**
 * The builder of a saga's steps: from options to complete, frozen nodes.
 *
 * Checks each node by itself; what they are together (names, cycles, places that are never reached) is
 * checked in `check-flow.ts`, once the tree is whole.
 */

import { InvalidArgumentError } from '../../base/errors.js'
import { frozenTable } from '../../base/freeze.js'
import { arrayAt, functionAt, integerIn, knownKeys, objectAt, oneOf } from '../../base/options.js'
import { parseRetryPolicy } from '../retry.js'
import { SagaDefinitionError } from './saga-errors.js'
import type {
  CompensationNode,
  EachOptions,
  Flow,
  FlowNode,
  StepAction,
  StepNode,
  Steps,
} from './steps.js'

/** Longest time that a step may be given. Milliseconds: 100 years. */
const withinMsMax = 3_153_600_000_000
const timeoutMsDefault = 30_000

const stepOptionNames = [
  'send',
  'call',
  'timeoutMs',
  'onAnswer',
  'until',
  'withinMs',
  'retry',
  'whenExhausted',
  'compensate',
]

type Options = Readonly<Record<string, unknown>>

/** The builder for the saga of a name. */
export function createFlow(saga: string): Flow<never, never, never> {
  const flow = {
    step: (name: string, options: Options = {}) => createStep(saga, name, options),
    all: (name: string, branches: readonly Steps[]) => createBranches(saga, 'all', name, branches),
    first: (name: string, branches: readonly Steps[]) =>
      createBranches(saga, 'first', name, branches),
    when: (name: string, test: () => boolean, steps: Steps, otherwise: Steps = []) =>
      Object.freeze({
        node: 'when',
        name: assertName(saga, name),
        test: functionAt(`${saga}.${name}.test`, test),
        steps: sequenceOf(saga, steps),
        otherwise: sequenceOf(saga, otherwise),
      }),
    each: (name: string, items: () => [], steps: (flow: unknown) => Steps, options?: EachOptions) =>
      createEach(saga, flow, name, items, steps, options),
    fail: (name: string, reason: string, message?: string) =>
      createFail(saga, name, reason, message),
  }
  return flow as unknown as Flow<never, never, never>
}

/** A node, or a list of them as a sequence. Lists that contain themselves are refused. */
export function sequenceOf(saga: string, steps: Steps, path: readonly unknown[] = []): FlowNode {
  if (!Array.isArray(steps)) {
    const { node } = objectAt(`steps of ${saga}`, steps as FlowNode)
    if (typeof node === 'string' && Object.isFrozen(steps)) return steps as FlowNode
    throw new InvalidArgumentError(
      `steps of ${saga}`,
      'made by step, all, first, when, each or fail',
      steps,
    )
  }
  if (path.includes(steps)) {
    throw new SagaDefinitionError(
      saga,
      'CYCLE',
      null,
      `Expected the steps of saga ${saga} to come to an end, found a list that contains itself.`,
    )
  }
  const nodes = (steps as readonly Steps[]).map((each) => sequenceOf(saga, each, [...path, steps]))
  return Object.freeze({ node: 'sequence', nodes: Object.freeze(nodes) })
}

function createStep(saga: string, name: string, options: Options): StepNode {
  assertName(saga, name)
  const what = `${saga}.${name}`
  knownKeys(what, options, stepOptionNames)
  const action = parseAction(what, options)
  const until = parseUntil(what, options.until)
  if (options.onAnswer !== undefined) functionAt(`${what}.onAnswer`, options.onAnswer)
  if (action.kind === 'none' && options.onAnswer !== undefined) {
    throw new InvalidArgumentError(`${what}.onAnswer`, 'beside send or call only', options.onAnswer)
  }
  if (until !== null && Object.keys(until).length === 0) {
    throw new SagaDefinitionError(
      saga,
      'STEP_CANNOT_COMPLETE',
      name,
      `Expected step ${name} of saga ${saga} to name an event that ends it, found none in 'until'. ` +
        "Name one, or leave 'until' out.",
    )
  }
  const retry = (options.retry ?? (action.kind === 'call' ? {} : { attemptsMax: 1 })) as object
  return Object.freeze({
    node: 'step',
    name,
    action,
    onAnswer: (options.onAnswer ?? null) as StepNode['onAnswer'],
    until,
    withinMs: parseWithin(what, options.withinMs, action.kind !== 'none' || until !== null),
    retry: parseRetryPolicy(`${what}.retry`, retry),
    whenExhausted: oneOf(`${what}.whenExhausted`, options.whenExhausted ?? 'compensate', [
      'compensate',
      'park',
    ]),
    compensate: parseCompensation(`${what}.compensate`, options.compensate),
  })
}

function parseAction(what: string, options: Options): StepAction {
  const { send, call, timeoutMs } = options
  if (send !== undefined && call !== undefined) {
    throw new InvalidArgumentError(what, "given 'send' or 'call', not both", options)
  }
  if (timeoutMs !== undefined && call === undefined) {
    throw new InvalidArgumentError(`${what}.timeoutMs`, "beside 'call' only", timeoutMs)
  }
  if (send !== undefined) {
    return Object.freeze({ kind: 'send', send: functionAt(`${what}.send`, send) as never })
  }
  if (call === undefined) return Object.freeze({ kind: 'none' })
  return Object.freeze({
    kind: 'call',
    call: functionAt(`${what}.call`, call) as never,
    timeoutMs: integerIn(`${what}.timeoutMs`, timeoutMs ?? timeoutMsDefault, 1, 3_600_000),
  })
}

function parseWithin(what: string, withinMs: unknown, takesTime: boolean): number | null {
  if (withinMs === undefined) return null
  if (takesTime) return integerIn(`${what}.withinMs`, withinMs, 1, withinMsMax)
  throw new InvalidArgumentError(`${what}.withinMs`, "beside send, call or 'until' only", withinMs)
}

function parseUntil(what: string, until: unknown): StepNode['until'] {
  if (until === undefined) return null
  for (const [type, reaction] of Object.entries(objectAt(`${what}.until`, until as object))) {
    functionAt(`${what}.until.${type}`, reaction)
  }
  return frozenTable(until as object) as StepNode['until']
}

function parseCompensation(what: string, options: unknown): CompensationNode | null {
  if (options === undefined) return null
  knownKeys(what, options, ['send', 'call', 'timeoutMs', 'retry', 'when', 'nothingToUndo'])
  const given = options as Options
  const action = parseAction(what, given)
  if (action.kind === 'none') {
    throw new InvalidArgumentError(what, "given 'send' or 'call'", options)
  }
  return Object.freeze({
    action,
    retry: parseRetryPolicy(`${what}.retry`, given.retry as object | undefined),
    when: oneOf(`${what}.when`, given.when ?? 'completed', ['completed', 'attempted']),
    nothingToUndo: parseReasons(`${what}.nothingToUndo`, action, given.nothingToUndo),
  })
}

function parseReasons(what: string, action: StepAction, reasons: unknown): readonly string[] {
  if (reasons === undefined) return Object.freeze([])
  if (action.kind !== 'send') throw new InvalidArgumentError(what, "beside 'send' only", reasons)
  const list: readonly unknown[] = arrayAt(what, reasons as readonly unknown[])
  if (list.length <= 100 && list.every((each) => typeof each === 'string' && each !== '')) {
    return Object.freeze([...list]) as readonly string[]
  }
  throw new InvalidArgumentError(what, 'a list of at most 100 reasons', reasons)
}

function createBranches(
  saga: string,
  node: 'all' | 'first',
  name: string,
  branches: readonly Steps[],
): FlowNode {
  assertName(saga, name)
  arrayAt(`branches of ${saga}.${name}`, branches)
  if (branches.length === 0) {
    throw new InvalidArgumentError(`branches of ${saga}.${name}`, 'at least one', branches)
  }
  const nodes = Object.freeze(branches.map((each) => sequenceOf(saga, each, [branches])))
  return Object.freeze({ node, name, branches: nodes })
}

function createEach(
  saga: string,
  flow: unknown,
  name: string,
  items: () => [],
  steps: (flow: unknown) => Steps,
  options: EachOptions = {},
): FlowNode {
  assertName(saga, name)
  const what = `${saga}.${name}`
  knownKeys(what, options, ['parallelMax'])
  functionAt(`${what}.items`, items)
  return Object.freeze({
    node: 'each',
    name,
    items,
    steps: sequenceOf(saga, functionAt(`${what}.steps`, steps)(flow)),
    parallelMax: integerIn(`${what}.parallelMax`, options.parallelMax ?? 1, 1, 1_000),
  })
}

function createFail(saga: string, name: string, reason: string, message: unknown): FlowNode {
  assertName(saga, name)
  if (typeof reason !== 'string' || reason === '') {
    throw new InvalidArgumentError(`reason of ${saga}.${name}`, 'a text', reason)
  }
  if (message !== null && typeof message === 'object' && 'compensate' in message) {
    throw new SagaDefinitionError(
      saga,
      'COMPENSATION_NEVER_RUNS',
      name,
      `Expected step ${name} of saga ${saga} to have no compensation: it never completes.`,
    )
  }
  const text = message === undefined ? null : String(message)
  return Object.freeze({ node: 'fail', name, reason, message: text })
}

const stepName = /^[A-Za-z][A-Za-z0-9_.-]*$/

function assertName(saga: string, name: unknown): string {
  if (typeof name === 'string' && name.length <= 100 && stepName.test(name)) return name
  const found = typeof name === 'string' ? `'${name}'` : `a ${typeof name}`
  throw new SagaDefinitionError(
    saga,
    'STEP_WITHOUT_NAME',
    null,
    `Expected every step of saga ${saga} to have a name (a letter, then letters, digits, '_', '.' or ` +
      `'-', at most 100 characters), found ${found}.`,
  )
}
