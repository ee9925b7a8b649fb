/**
 * Loaded into a demo process by `--import`: has its children report a saga that was left behind, and an
 * order that breaks the first law.
 */

import type { ChildMessage } from '../../actors/demo/fulfilment-job.js'

const send = process.send?.bind(process)

if (send !== undefined) {
  process.send = (message: ChildMessage, ...rest: unknown[]) =>
    (send as (...args: unknown[]) => boolean)(
      message.kind === 'done' ? { ...message, report: broken(message.report) } : message,
      ...rest,
    )
}

function broken(report: Extract<ChildMessage, { readonly kind: 'done' }>['report']): typeof report {
  const [first, ...others] = report.laws
  return {
    ...report,
    sagasLeft: 1,
    laws: [{ ...first!, broken: 1, examples: ['product-1'] }, ...others],
  }
}
