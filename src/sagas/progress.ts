/** Whether anything of a node has been recorded yet: how a flow finds its place after a deploy. */

import { childrenOf } from '../define/saga/check-flow.js'
import { type SagaInstance, stepIdOf } from '../define/saga/instance-state.js'
import type { FlowNode } from '../define/saga/steps.js'

export function hasProgress(
  instance: SagaInstance,
  node: FlowNode,
  indexes: readonly number[],
): boolean {
  switch (node.node) {
    case 'step':
      return instance.steps[stepIdOf(node.name, indexes)] !== undefined
    case 'when':
      return instance.choices[stepIdOf(node.name, indexes)] !== undefined
    case 'each':
      return instance.items[stepIdOf(node.name, indexes)] !== undefined
    default:
      return childrenOf(node).some((child) => hasProgress(instance, child, indexes))
  }
}
