/**
 * What the steps of a saga are together: every name once, nothing that is never reached.
 *
 * Also the index of a flow: its steps by name, and the types of events that any of them waits for.
 */

import { SagaDefinitionError } from './saga-errors.js'
import type { FlowNode, StepNode } from './steps.js'

/** A step, and the names of the `each` around it, outermost first. */
export interface IndexedStep {
  readonly node: StepNode
  readonly each: readonly string[]
}

/** What is looked up in a flow. */
export interface FlowIndex {
  readonly steps: ReadonlyMap<string, IndexedStep>
  /** Types of events that end a step. */
  readonly awaited: ReadonlySet<string>
}

/** @throws {SagaDefinitionError} DRAMATIS_SAGA_DEFINITION */
export function indexFlow(saga: string, flow: FlowNode): FlowIndex {
  const steps = new Map<string, IndexedStep>()
  const awaited = new Set<string>()
  const names = new Set<string>()
  for (const [node, each] of nodesOf(flow, [])) {
    if (node.node === 'sequence') assertReached(saga, node.nodes)
    else {
      if (names.has(node.name)) throw duplicate(saga, node.name)
      names.add(node.name)
    }
    if (node.node !== 'step') continue
    steps.set(node.name, { node, each })
    for (const type of Object.keys(node.until ?? {})) awaited.add(type)
  }
  if (names.size === 0) {
    throw new SagaDefinitionError(
      saga,
      'NO_STEPS',
      null,
      `Expected saga ${saga} to have steps, found none.`,
    )
  }
  return { steps, awaited }
}

/** A node and all below it, with the names of the `each` around them. */
function* nodesOf(
  node: FlowNode,
  each: readonly string[],
): Generator<readonly [FlowNode, readonly string[]]> {
  yield [node, each]
  const around = node.node === 'each' ? [...each, node.name] : each
  for (const child of childrenOf(node)) yield* nodesOf(child, around)
}

export function childrenOf(node: FlowNode): readonly FlowNode[] {
  if (node.node === 'sequence') return node.nodes
  if (node.node === 'all' || node.node === 'first') return node.branches
  if (node.node === 'when') return [node.steps, node.otherwise]
  return node.node === 'each' ? [node.steps] : []
}

/** Whether nothing can come behind it, however it goes. */
function alwaysFails(node: FlowNode): boolean {
  if (node.node === 'fail') return true
  if (node.node === 'sequence') return node.nodes.some(alwaysFails)
  if (node.node === 'all') return node.branches.some(alwaysFails)
  if (node.node === 'first') return node.branches.every(alwaysFails)
  return node.node === 'when' && alwaysFails(node.steps) && alwaysFails(node.otherwise)
}

function assertReached(saga: string, nodes: readonly FlowNode[]): void {
  const end = nodes.findIndex(alwaysFails)
  if (end === -1 || end === nodes.length - 1) return
  const after = nodes[end + 1]!
  const name = 'name' in after ? after.name : null
  throw new SagaDefinitionError(
    saga,
    'STEP_NEVER_REACHED',
    name,
    `Expected nothing behind the failing step of saga ${saga}, found ${name ?? 'more steps'}. ` +
      'Put the failing step last, or into a `when`.',
  )
}

function duplicate(saga: string, name: string): SagaDefinitionError {
  return new SagaDefinitionError(
    saga,
    'DUPLICATE_STEP',
    name,
    `Expected every step of saga ${saga} to have a name of its own, found '${name}' twice. ` +
      'Rename one of them.',
  )
}
