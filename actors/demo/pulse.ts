/**
 * How the runtime is doing right now, in the few numbers that the demo shows and waits for.
 */

import type { Runtime } from 'dramatis'
import type { HandlerFigures } from './figures.js'

export interface Pulse {
  readonly events: number
  /** How many events the slowest view, and the slowest handler, are behind. */
  readonly viewLag: number
  readonly handlerLag: number
  readonly retries: number
  /** Keys that wait for a delayed retry, or are being redriven. */
  readonly retryingKeys: number
  readonly parkedKeys: number
}

export function takePulse(runtime: Runtime): Pulse {
  const { store, views, handlers } = runtime.status()
  return {
    events: store.head,
    viewLag: Math.max(...views.map((view) => view.lag)),
    handlerLag: Math.max(...handlers.map((handler) => handler.lag)),
    retries: sum(handlers.map((handler) => handler.retried)),
    retryingKeys: sum(handlers.map((handler) => handler.retryingKeys)),
    parkedKeys: sum(handlers.map((handler) => handler.parkedKeys)),
  }
}

/** The figures of each handler so far, by name. */
export function handlerFigures(runtime: Runtime): Record<string, HandlerFigures> {
  return Object.fromEntries(
    runtime
      .status()
      .handlers.map(({ name, handled, retried, parkedKeys, redriven, discarded }) => [
        name,
        { handled, retried, parked: parkedKeys, redriven, discarded },
      ]),
  )
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}
