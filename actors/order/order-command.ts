/**
 * One step of an order's history, as a command to send: what every source of orders produces, and
 * whoever sends orders consumes.
 *
 * Invariants:
 *   - `commandId` is the same on every run over the same input: that is what lets an interrupted run
 *     go on where it stopped;
 *   - a list of commands is in the order of {@link compareCommands}.
 */

import type { InferObject } from 'dramatis'
import type { basket, cancellation, payment, shipment } from './order-fields.js'

/** What each command carries. */
export interface CommandPayloads {
  readonly create: InferObject<typeof basket>
  readonly pay: InferObject<typeof payment>
  readonly ship: InferObject<typeof shipment>
  readonly deliver: Readonly<Record<string, never>>
  readonly cancel: InferObject<typeof cancellation>
}

export type Step = keyof CommandPayloads

/** A command to one order. */
export type OrderCommand = {
  [K in Step]: {
    readonly orderId: string
    readonly step: K
    readonly payload: CommandPayloads[K]
    /** When it happened in the world. */
    readonly occurredAt: Date
    readonly commandId: string
  }
}[Step]

/** Makes a command. `occasion` tells a step that comes twice for one order from the first. */
export function orderCommand<K extends Step>(
  orderId: string,
  step: K,
  payload: CommandPayloads[K],
  occurredAt: Date,
  occasion = '',
): OrderCommand {
  const commandId = `${orderId}:${step}${occasion === '' ? '' : `:${occasion}`}`
  return { orderId, step, payload, occurredAt, commandId } as OrderCommand
}

const rank: Readonly<Record<Step, number>> = { create: 0, pay: 1, ship: 2, deliver: 3, cancel: 4 }

/** The order of history: by time, then order id, then step. */
export function compareCommands(a: OrderCommand, b: OrderCommand): number {
  const byTime = a.occurredAt.getTime() - b.occurredAt.getTime()
  if (byTime !== 0) return byTime
  if (a.orderId !== b.orderId) return a.orderId < b.orderId ? -1 : 1
  return rank[a.step] - rank[b.step]
}

/** Puts commands into the order of history. Returns a new list. */
export function sortCommands(commands: readonly OrderCommand[]): OrderCommand[] {
  return [...commands].sort(compareCommands)
}
