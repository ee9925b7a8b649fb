/**
 * The figures that are read back from a runtime: from its views, and from its log.
 */

import type { Runtime } from 'dramatis'
import { OrderSummary } from '../views/order-summary.js'
import { RevenueByMonth } from '../views/revenue-by-month.js'
import { rowsOf } from './evidence.js'
import { countByName } from './figures.js'

export async function ordersByStatus(runtime: Runtime): Promise<Record<string, number>> {
  const statuses: string[] = []
  for await (const row of rowsOf(runtime, OrderSummary)) statuses.push(row.status)
  return countByName(statuses)
}

export async function revenueCentsByMonth(runtime: Runtime): Promise<Record<string, number>> {
  const revenue: Record<string, number> = {}
  for await (const row of rowsOf(runtime, RevenueByMonth)) revenue[row.month] = row.paidCents
  return revenue
}

export async function eventsByType(runtime: Runtime): Promise<Record<string, number>> {
  const types: string[] = []
  for await (const event of runtime.log.read({ after: 0 })) types.push(event.type)
  return countByName(types)
}
