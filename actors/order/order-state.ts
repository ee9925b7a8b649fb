/**
 * What an order remembers: just enough to decide its commands.
 *
 * What people look at (lines, dates, customers' lists) is the business of the views. Money is whole
 * cents everywhere.
 */

import type { InferObject } from 'dramatis'
import type { line } from './order-fields.js'

/** One line of an order. */
export type OrderLine = InferObject<typeof line.props>

/** Where an order that exists can stand. */
export type OrderStatus = 'pending' | 'paid' | 'shipped' | 'delivered' | 'cancelled'

/** An order that exists. */
export interface PlacedOrder {
  readonly status: OrderStatus
  readonly customerId: string
  readonly totalCents: number
}

/** `none`: nobody has created the order. */
export type OrderState = { readonly status: 'none' } | PlacedOrder

/** The same order in another status. An order that does not exist stays so. */
export function inStatus(state: OrderState, status: OrderStatus): OrderState {
  return state.status === 'none' ? state : { ...state, status }
}

/** What an order costs: goods and freight. */
export function totalCentsOf(lines: readonly OrderLine[]): number {
  return lines.reduce((sum, each) => sum + each.quantity * each.priceCents + each.freightCents, 0)
}
